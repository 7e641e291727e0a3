//! What is said of child processes.

use super::*;
use crate::base::model::{Below, Fact, Held, HeldStream, ProcessState};

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

fn holds(what: HeldStream, fds: &[i32]) -> Fact {
    Fact::Holds(Held {
        what,
        fds: fds.to_vec(),
    })
}

#[test]
fn one_that_has_children() {
    let below = |count: u32| {
        let shown = (0..count.min(3)).map(|n| (Some(format!("`sleep {n}`")), 4712 + n));
        Fact::Below(Below {
            first: shown.collect(),
            more: count.saturating_sub(3) as usize,
        })
    };
    let facts = |count| {
        vec![
            Fact::Process(4711),
            Fact::State(ProcessState::Running),
            Fact::Command("`sh`".to_owned()),
            below(count),
        ]
    };
    let text = text(&report(vec![process(1, &facts(1)), process(1, &facts(5))]));
    golden("process_trees.txt", &text);
}

#[test]
fn one_that_has_outlived_its_parent() {
    let facts = |held| {
        vec![
            Fact::Process(4711),
            Fact::State(ProcessState::Running),
            Fact::Command("`sleep 100`".to_owned()),
            held,
        ]
    };
    let text = text(&report(vec![
        process(1, &facts(holds(HeldStream::Pipe, &[1, 2]))),
        process(3, &facts(holds(HeldStream::Socket, &[7]))),
        process(1, &facts(holds(HeldStream::Output, &[1]))),
        process(1, &facts(holds(HeldStream::Error, &[2]))),
    ]));
    golden("process_outlived.txt", &text);
}
