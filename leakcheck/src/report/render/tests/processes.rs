//! What is said of child processes.

use super::*;
use crate::base::model::{Fact, ProcessState};

fn process(count: usize, facts: &[Fact]) -> Leak {
    Leak {
        kind: Kind::Process,
        name: Some("postgres".to_owned()),
        polls: None,
        facts: facts.to_vec(),
        tasks: Vec::new(),
        ..task(count)
    }
}

#[test]
fn one_that_runs() {
    let facts = [
        Fact::Process(4711),
        Fact::State(ProcessState::Running),
        Fact::Command("`postgres -D /tmp/data`".to_owned()),
    ];
    let text = text(&report(vec![process(1, &facts)]));
    golden("process.txt", &text);
}

#[test]
fn one_that_has_exited() {
    let facts = [Fact::Process(4711), Fact::State(ProcessState::Zombie)];
    let text = text(&report(vec![process(1, &facts)]));
    golden("process_zombie.txt", &text);
}

#[test]
fn several() {
    let text = text(&report(vec![process(3, &[])]));
    golden("processes.txt", &text);
}
