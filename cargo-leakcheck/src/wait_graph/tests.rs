use serde_json::{Value, json};

use super::{part::MOST, *};
use crate::report::Leak;

/// The part around the first of these findings, an edge a line.
fn told(leaks: &[Value]) -> Vec<String> {
    let part = part(leaks);
    let name = |at: usize| {
        let node: &Node = &part.nodes[at];
        let number = node.number.map(|number| format!(" {number}"));
        format!("{}{}", node.kind.name(), number.unwrap_or_default())
    };
    let line = |edge: &Edge| {
        let mark = if edge.is_in_cycle { " (cycle)" } else { "" };
        let perhaps = if edge.is_certain { "" } else { "?" };
        let label = &edge.label;
        let (from, to) = (name(edge.from), name(edge.to));
        format!("{from} {} {to} [{label}]{perhaps}{mark}", edge.kind.name())
    };
    part.edges.iter().map(line).collect()
}

fn part(leaks: &[Value]) -> WaitGraph {
    let leaks: Vec<Leak> = leaks
        .iter()
        .map(|leak| serde_json::from_value(leak.clone()).expect("a finding"))
        .collect();
    Neighbours::of(WaitGraph::of(&leaks)).around(0)
}

fn task(number: u64, waits_for: &Value) -> Value {
    json!({ "kind": "task", "tasks": [number], "waits_for": waits_for, "fingerprint": "" })
}

fn held(event: &str, by: &Value) -> Value {
    json!({ "what": "it", "event": event, "held_by": [by] })
}

fn holder(number: u64) -> Value {
    json!({ "kind": "task", "task": number, "local": "guard", "certain": true, "function": "" })
}

#[test]
fn who_keeps_its_own_sender_is_in_a_circle() {
    let itself = json!({ "kind": "itself", "itself": true, "local": "tx", "also": ["spare"], "certain": true, "function": "" });
    let leaks = [task(1, &held("message", &itself))];
    assert_eq!(
        told(&leaks),
        [
            "task 1 waits for channel [] (cycle)",
            "channel held by task 1 [tx, spare] (cycle)",
        ]
    );
}

#[test]
fn what_one_has_and_many_wait_for_is_one_lock() {
    let mut leaks = vec![task(1, &Value::Null)];
    leaks.extend([2, 3].map(|number| {
        let mut waiting = task(number, &held("mutex", &holder(1)));
        waiting["follows"] = json!({ "leak": 0, "because": "waits for a lock that task 1 has" });
        waiting
    }));
    assert_eq!(
        told(&leaks),
        [
            "task 2 waits for lock []",
            "lock held by task 1 [guard]",
            "task 3 waits for lock []",
        ],
        "that they follow goes without saying"
    );
}

#[test]
fn a_deadlock_is_a_circle_of_all() {
    let leaks = [
        task(1, &held("mutex", &holder(2))),
        task(2, &held("rw_lock", &holder(1))),
        task(3, &held("mutex", &holder(1))),
    ];
    let told = told(&leaks);
    assert_eq!(
        told.iter().filter(|line| line.ends_with("(cycle)")).count(),
        4
    );
    assert!(
        told.contains(&"task 3 waits for lock []".to_owned()),
        "{told:?}"
    );
}

#[test]
fn descriptors_and_handles_have_owners() {
    let mut owner = task(1, &Value::Null);
    owner["keeps_own_handle"] = json!({ "kind": "join", "local": "cache", "path": ".handle", "certain": false, "function": "" });
    let keeper = json!({ "kind": "task", "task": 1, "locals": ["stream"], "certain": true });
    let body = json!({ "kind": "body", "certain": false });
    let descriptor = json!({
        "kind": "fd", "fingerprint": "", "held": [{ "by": [keeper, body] }],
        "follows": { "leak": 0, "because": "closes when task 1 ends" },
    });
    let timer = json!({ "kind": "timer", "fingerprint": "", "follows": { "leak": 0, "because": "is in it" } });
    assert_eq!(
        told(&[owner, descriptor, timer]),
        [
            "task 1 owns handle [cache.handle]? (cycle)",
            "handle held by task 1 []? (cycle)",
            "descriptor held by task 1 [stream]",
            "descriptor held by body []?",
            "timer follows from task 1 [is in it]",
        ]
    );
}

#[test]
fn what_is_large_is_cut_and_takes_no_longer() {
    const MANY: u64 = 20_000;
    let leaks: Vec<Value> = (0..MANY)
        .map(|number| task(number + 1, &held("mutex", &holder(1))))
        .collect();
    let part = part(&leaks);
    assert_eq!(part.nodes.len(), MOST);
    assert!(part.left_out > 0);
    assert!(
        told(&[json!({ "kind": "task", "fingerprint": "" })]).is_empty(),
        "it is alone"
    );
    let strange =
        json!({ "kind": "?", "fingerprint": "", "follows": { "leak": u64::MAX, "because": "" } });
    assert!(told(&[strange]).is_empty());
}
