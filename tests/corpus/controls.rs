//! Negative controls of the comparison: each thing that may be wrong is made wrong once, and must be told.

use leakcheck_report::{Body, Breach, Follows, Verdict};
use leakcheck_tests::{Leak, Report};
use serde_json::{Value, json};

use crate::{
    expected::differences,
    finding::{At, Finding, HAS_STACKS, Holder, IS_EXACT, Waiting},
    hang::Hang,
    over::Over,
    source::{Case, cases},
};

const SOURCE: &str = r#"
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn leaky() {
    // leak: thread "pinned" x2
    // waits: at lock blocked in read(fd *)
    spawn();
    lock(); // at: lock
    // leak: task "work" x3
    // waits: at recv for a message, held by the task at join in senders[0] and itself in own
    // or: for a timer
    spawn();
    recv(); // at: recv
    // leak: task
    // waits: at join for an end, held by the task at recv, for ever
    spawn();
    join(); // at: join
    // leak: task "busy"
    // runs: at again
    spawn();
    again(); // at: again
}

#[leak_checked]
#[test]
fn twin() {}

#[leak_checked]
#[test]
#[ignore = "hangs on purpose"]
fn hung() {
    // hangs: timeout
    // waits: at body for a message, held by the task at keep in sender
    // alive: task "keeps"
    // waits: at keep for a mutex, held by the body in guard
    spawn();
    recv(); // at: body
    lock(); // at: keep
}
"#;

fn report(test: &str, line: u32, leaks: &Value) -> Report {
    let is_clean = leaks.as_array().is_some_and(Vec::is_empty);
    serde_json::from_value(json!({
        "format_version": 1, "package": "p", "binary": "b", "test": test,
        "location": { "file": "corpus/m.rs", "line": line },
        "verdict": if is_clean { "clean" } else { "leaked" }, "body": "passed",
        "waited_ms": 0, "check_us": 0, "leaks": leaks,
        "lingered": [], "ignored": [], "coverage": {}, "notes": [],
    }))
    .unwrap()
}

fn frame(line: u32) -> Value {
    json!({ "file": "corpus/m.rs", "line": line, "function": "f" })
}

/// An entry that is created on this line and waits so.
fn leak(kind: &str, name: &str, count: usize, line: u32, wait: &Value) -> Value {
    json!({
        "kind": kind, "count": count, "name": name, "created_at": frame(line),
        "created_through": [], "created_by": [], "polls": null, "accept": null, "fingerprint": "",
        "why": { "pattern": Finding::at_least(kind, Some(name)), "certain": true, "text": "" },
        "waits_at": wait["at"], "waits_for": wait["for"], "state": wait["state"],
    })
}

/// What a faultless run of `SOURCE` leaves.
fn faultless() -> (Vec<Case>, Vec<Report>) {
    const JOIN: &str = "corpus::m::leaky::{async block}";
    const WORK: &str = "corpus::m::work";
    let library = json!({ "file": "tokio-1.0.0/src/a.rs", "line": 1, "function": "g" });
    let work = json!({ "at": [library, frame(14)], "state": "idle", "for": {
        "what": "a message; 2 senders are alive", "never": false,
        "held_by": [
            {
                "task": 5, "name": WORK, "itself": true, "certain": true,
                "local": "own", "file": "corpus/m.rs", "line": 14, "function": "f",
            },
            {
                "task": 6, "name": JOIN, "itself": false, "certain": true,
                "local": "senders[0]", "file": "corpus/m.rs", "line": 18, "function": "f",
            },
        ],
        "or": [{ "what": "a timer that fires in 3 seconds", "held_by": [] }],
    } });
    let join = json!({ "at": [library, frame(18)], "state": "idle", "for": {
        "what": "the end of a task", "never": true,
        "held_by": [{ "task": 5, "name": WORK, "itself": false, "certain": true, "local": null }],
    } });
    let busy = json!({ "at": [], "state": "running", "for": null });
    let lock = json!({ "at": [frame(9)], "state": "blocked in read(fd 7)", "for": null });
    let leaks = json!([
        leak("task", WORK, 3, 13, &work),
        leak("task", JOIN, 1, 17, &join),
        leak("task", "corpus::m::busy", 1, 21, &busy),
        leak("thread", "pinned", 2, 8, &lock),
    ]);
    let reports = vec![
        report("m::leaky", 5, &leaks),
        report("m::twin", 27, &json!([])),
        hung(),
    ];
    (cases("m", SOURCE), reports)
}

/// The report of the body that hangs.
fn hung() -> Report {
    const NAME: &str = "corpus::m::hung::{async block}";
    let holder = |task: u32, name: &str, local: &str, line: u32| {
        json!({
            "task": task, "name": name, "itself": false, "body": task == 0, "certain": true,
            "local": local, "file": "corpus/m.rs", "line": line, "function": "f",
        })
    };
    let keeps = json!({ "at": [frame(39)], "state": "idle", "for": {
        "what": "a mutex", "never": false, "held_by": [holder(0, NAME, "guard", 38)],
    } });
    let mut report = report("m::hung", 32, &json!([]));
    report.body = Body::TimedOut;
    report.body_waits = serde_json::from_value(json!({ "waits_at": [frame(38)], "waits_for": {
        "what": "a message; 1 sender is alive", "never": false,
        "held_by": [holder(5, "corpus::m::keeps", "sender", 39)],
    } }))
    .unwrap();
    report.hang = serde_json::from_value(json!({
        "cause": "timeout", "limit_ms": 200, "after_ms": 200, "ended_process": null,
        "alive": [leak("task", "corpus::m::keeps", 1, 37, &keeps)],
    }))
    .unwrap();
    report
}

/// The wait with two events and two holders.
fn waiting(cases: &mut [Case]) -> &mut Waiting {
    cases[0].leaks[1].waiting.as_mut().expect("it waits")
}

fn hang(cases: &mut [Case]) -> &mut Hang {
    cases[2].hang.as_mut().expect("it hangs")
}

/// The task at `join` in it.
fn holder(cases: &mut [Case]) -> &mut Holder {
    &mut waiting(cases).events[0].held_by[0]
}

/// The entry of the same.
fn task(reports: &mut [Report]) -> &mut Leak {
    &mut reports[0].leaks[0]
}

const TEXT: &str = "test m::leaky ... FAILED\ntest m::twin ... ok\ntest m::hung ... FAILED\n";

fn compare(cases: &[Case], status: i32, text: &str, reports: &[Report]) -> Vec<String> {
    let reports: Vec<&Report> = reports.iter().collect();
    differences(cases, Some(status), text, &reports)
}

/// What optimised code cannot tell.
const NEEDS_EXACT: [&str; 8] = [
    "another mistake",
    "a mistake that is missing",
    "a cause",
    "a proof that is missing",
    "how it hangs",
    "holder is told twice",
    "holder is uncertain",
    "thread that is nowhere",
];

/// What cannot be told where threads have no stacks.
const NEEDS_STACKS: [&str; 8] = [
    "another mistake",
    "a mistake that is missing",
    "a cause",
    "another call",
    "line of a call",
    "thread that nobody asked",
    "thread that runs",
    "thread that is nowhere",
];

fn told(what: &str) -> usize {
    let is_exact = IS_EXACT || !NEEDS_EXACT.contains(&what);
    usize::from(is_exact && (HAS_STACKS || !NEEDS_STACKS.contains(&what)))
}

/// What is made wrong, and how.
type Spoil<T> = (&'static str, fn(&mut Vec<T>));

#[test]
fn the_same_is_no_difference() {
    let (cases, reports) = faultless();
    assert_eq!(compare(&cases, 101, TEXT, &reports), [""; 0]);
}

#[test]
#[rustfmt::skip]
fn every_wrong_expectation_is_told() {
    let wrong: [Spoil<Case>; 31] = [
        ("kind", |cases| "task".clone_into(&mut cases[0].leaks[0].kind)),
        ("name", |cases| cases[0].leaks[0].name = None),
        ("name of a task", |cases| cases[0].leaks[1].name = Some("leaky::{async block}".to_owned())),
        ("count", |cases| cases[0].leaks[0].count += 1),
        ("count of tasks", |cases| cases[0].leaks[1].count -= 1),
        ("site", |cases| cases[0].leaks[0].site = Some(("corpus/m.rs".to_owned(), 9))),
        ("missing", |cases| cases[0].leaks.truncate(1)),
        ("extra", |cases| cases[0].leaks.extend_from_within(..1)),
        ("another wait", |cases| {
            let other = cases[0].leaks[2].waiting.clone();
            cases[0].leaks[1].waiting = other;
        }),
        ("place of a wait", |cases| waiting(cases).at = At::Line(("corpus/m.rs".to_owned(), 15))),
        ("a place in a library", |cases| waiting(cases).at = At::Library("g".to_owned())),
        ("what is waited for", |cases| "room".clone_into(&mut waiting(cases).events[0].what)),
        ("one of two events", |cases| waiting(cases).events.truncate(1)),
        ("nobody holds it", |cases| waiting(cases).events[0].held_by.clear()),
        ("one of two holders", |cases| waiting(cases).events[0].held_by.truncate(1)),
        ("a local", |cases| holder(cases).local = Some("senders[1]".to_owned())),
        ("where a holder waits", |cases| holder(cases).at = Some(("corpus/m.rs".to_owned(), 14))),
        ("a proof that is missing", |cases| waiting(cases).is_forever = true),
        ("another call", |cases| {
            cases[0].leaks[0].waiting.as_mut().unwrap().state = Some("blocked in recv(fd *)".to_owned());
        }),
        ("line of a call", |cases| {
            cases[0].leaks[0].waiting.as_mut().unwrap().at = At::Line(("corpus/m.rs".to_owned(), 8));
        }),
        ("another mistake", |cases| "never".clone_into(&mut cases[0].leaks[1].why)),
        ("a mistake that is missing", |cases| cases[0].leaks[2].why.clear()),
        ("body", |cases| "panicked".clone_into(&mut cases[0].body)),
        ("place", |cases| cases[1].place.1 += 1),
        ("unknown test", |cases| _ = cases.remove(1)),
        ("a hang", |cases| cases[2].hang = None),
        ("how it hangs", |cases| "deadlock".clone_into(&mut hang(cases).how)),
        ("where a body waits", |cases| hang(cases).body.waiting = None),
        ("who holds what a body waits for", |cases| {
            hang(cases).body.waiting.as_mut().unwrap().events[0].held_by.clear();
        }),
        ("what is alive meanwhile", |cases| hang(cases).alive.clear()),
        ("too much", |cases| cases[0].over.push(Over::read("1 of 2 tasks, 1 allowed"))),
    ];
    for (what, spoil) in wrong {
        let (mut cases, reports) = faultless();
        spoil(&mut cases);
        assert_eq!(compare(&cases, 101, TEXT, &reports).len(), told(what), "{what}");
    }
}

#[test]
#[rustfmt::skip]
fn every_wrong_report_is_told() {
    let wrong: [Spoil<Report>; 28] = [
        ("no report", |reports| _ = reports.remove(1)),
        ("two reports", |reports| reports.extend_from_within(..1)),
        ("leak in a twin", |reports| reports[1].leaks = reports[0].leaks.clone()),
        ("task without a site", |reports| task(reports).created_at = None),
        ("task that nobody read", |reports| task(reports).state = None),
        ("state", |reports| task(reports).state = Some("scheduled".to_owned())),
        ("no place", |reports| task(reports).waits_at.clear()),
        ("outer frame", |reports| reports[0].leaks[0].waits_at[1].line = Some(19)),
        ("no event", |reports| task(reports).waits_for = None),
        ("holder is told twice", |reports| {
            let held_by = &mut task(reports).waits_for.as_mut().unwrap().held_by;
            held_by.extend_from_within(..1);
        }),
        ("holder is another", |reports| task(reports).waits_for.as_mut().unwrap().held_by[0].itself = false),
        ("holder is uncertain", |reports| task(reports).waits_for.as_mut().unwrap().held_by[1].certain = false),
        ("proof", |reports| task(reports).waits_for.as_mut().unwrap().never = Some(true)),
        ("perhaps", |reports| task(reports).waits_for.as_mut().unwrap().what.insert_str(0, "perhaps ")),
        ("thread that nobody asked", |reports| reports[0].leaks[3].state = None),
        ("thread that runs", |reports| reports[0].leaks[3].state = Some("running".to_owned())),
        ("thread that is nowhere", |reports| reports[0].leaks[3].waits_at.clear()),
        ("another mistake", |reports| task(reports).why.as_mut().unwrap().pattern = "never".to_owned()),
        ("a mistake that is missing", |reports| task(reports).why = None),
        ("a cause", |reports| {
            let because = String::new();
            task(reports).follows = Some(Follows { leak: 1, because });
        }),
        ("verdict of a leak", |reports| reports[0].verdict = Verdict::Clean),
        ("too much", |reports| reports[0].breaches.push(Breach::default())),
        ("too much in a twin", |reports| reports[1].breaches.push(Breach::default())),
        ("verdict of a twin", |reports| reports[1].verdict = Verdict::Inconclusive),
        ("no hang", |reports| reports[2].hang = None),
        ("no wait of a body", |reports| reports[2].body_waits = None),
        ("end of the process", |reports| reports[2].hang.as_mut().unwrap().ended_process = Some(String::new())),
        ("a task for a body", |reports| {
            let alive = &mut reports[2].hang.as_mut().unwrap().alive[0];
            alive.waits_for.as_mut().unwrap().held_by[0].body = false;
        }),
    ];
    for (what, spoil) in wrong {
        let (cases, mut reports) = faultless();
        spoil(&mut reports);
        assert_eq!(compare(&cases, 101, TEXT, &reports).len(), told(what), "{what}");
    }
}

#[test]
fn a_wrong_result_is_told() {
    let (cases, reports) = faultless();
    assert_eq!(compare(&cases, 0, TEXT, &reports).len(), 1);
    let passed = TEXT.replacen("FAILED", "ok", 1);
    assert_eq!(compare(&cases, 101, &passed, &reports).len(), 1);
}
