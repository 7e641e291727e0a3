//! What is said of child processes.

use super::*;

fn process(count: usize, facts: &[&str]) -> Leak {
    Leak {
        kind: Kind::Process,
        name: Some("postgres".to_owned()),
        polls: None,
        facts: facts.iter().map(|&fact| fact.to_owned()).collect(),
        tasks: Vec::new(),
        ..task(count)
    }
}

#[test]
fn one_that_runs() {
    let facts = ["pid 4711", "running", "`postgres -D /tmp/data`"];
    let text = text(&report(vec![process(1, &facts)]));
    golden("process.txt", &text);
}

#[test]
fn one_that_has_exited() {
    let facts = ["pid 4711", "zombie: exited, never waited for"];
    let text = text(&report(vec![process(1, &facts)]));
    golden("process_zombie.txt", &text);
}

#[test]
fn several() {
    let text = text(&report(vec![process(3, &[])]));
    golden("processes.txt", &text);
}
