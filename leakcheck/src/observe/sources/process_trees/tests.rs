//! Whose a process is: nobody's where two may have started it, or where it is another's by now.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use super::*;
use crate::observe::scope::Scope;

fn process(pid: u32, parent: u32, start: u64) -> Process {
    Process {
        pid,
        parent,
        start,
        state: ProcessState::Running,
    }
}

fn table(all: &[Process]) -> Table {
    Table {
        of: all.iter().map(|process| (process.pid, *process)).collect(),
    }
}

#[test]
fn a_later_process_with_the_number_of_a_parent_is_no_parent() {
    let child = process(3, 2, 20);
    let pids =
        |table: &Table| -> Vec<u32> { table.above(&child).map(|parent| parent.pid).collect() };
    assert_eq!(
        pids(&table(&[child, process(2, 1, 10), process(1, 0, 0)])),
        [2, 1]
    );
    assert_eq!(
        pids(&table(&[child, process(2, 1, 30), process(1, 0, 0)])),
        []
    );
    // The control: it was started in the same tick.
    assert_eq!(pids(&table(&[child, process(2, 1, 20)])), [2]);
}

#[test]
fn numbers_in_a_circle_come_to_an_end() {
    let all = [process(2, 3, 5), process(3, 2, 5), process(4, 4, 5)];
    let table = table(&all);
    assert!(all.iter().all(|process| table.above(process).count() <= 3));
}

fn given(identity: u64, origin: u32) -> Given {
    Given {
        number: 1,
        identity,
        kind: StreamKind::Pipe,
        origin,
        thread: 0,
        runtime: 0,
        since: 7,
        is_shared: false,
        standard: None,
    }
}

#[test]
fn what_children_of_others_may_have_tells_nothing() {
    let shared = Given {
        is_shared: true,
        ..given(2, 5)
    };
    let told = evidence(vec![given(1, 5), shared, given(2, 5)]);
    assert_eq!(told.into_values().collect::<Vec<_>>(), [given(1, 5)]);
}

#[test]
fn output_that_others_have_as_well_tells_nothing() {
    let output = Given {
        standard: Some(1),
        ..given(3, 5)
    };
    // Its parent may have it: of this file nobody knows.
    let others = children::is_made_for_this(3);
    assert_eq!(evidence(vec![output]).len(), usize::from(others));
}

/// Leaves a process in the background that has the test's pipe, and returns its number.
fn leave_in_background() -> u32 {
    let mut shell = Command::new("sh");
    shell.args(["-c", "echo $$; sleep 60 & echo $!"]);
    shell
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(Stdio::piped());
    let mut shell = shell.spawn().expect("there is a shell");
    let output = shell.stdout.take().expect("it is a pipe");
    let mut lines = BufReader::new(output)
        .lines()
        .map(|line| line.expect("it is text"));
    assert_eq!(lines.next(), Some(shell.id().to_string()));
    let left = lines.next().expect("there is a second line");
    assert!(shell.wait().expect("it is waited for").success());
    left.parse().expect("it is a number")
}

#[test]
fn a_later_process_with_the_same_number_is_not_asked() {
    crate::sys::arm();
    crate::sys::creation_stack::enable(true);
    let kept = Scope::open().unwrap();
    let left = {
        let _inside = kept.id().enter();
        leave_in_background()
    };
    let given = evidence(children::given(kept.id().index()));
    let found = Table::read().of[&left];
    assert!(given.values().all(|given| given.since <= found.start));
    assert!(Orphan::of(&found, &given).is_some_and(|orphan| orphan.holds()));
    let later = Process {
        start: found.start + 1,
        ..found
    };
    assert!(Orphan::of(&later, &given).is_none());
    let pids = |scope: &Scope| -> Vec<u32> {
        let found = orphans(scope.id());
        found.iter().map(|orphan| orphan.process.pid).collect()
    };
    let other = Scope::open().unwrap();
    assert_eq!((pids(&kept), pids(&other)), (vec![left], vec![]));
    let mut kill = Command::new("kill");
    assert!(
        kill.arg(left.to_string())
            .status()
            .expect("there is `kill`")
            .success()
    );
}

#[test]
fn what_is_below_this_process_is_told_elsewhere() {
    crate::sys::arm();
    let mut child = Command::new("cat");
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("there is `cat`");
    let table = Table::read();
    let found = table.of[&child.id()];
    assert!(table.is_ours(&found));
    assert!(table.below(std::process::id()).is_some());
    drop(child.stdin.take());
    assert!(child.wait().expect("it is waited for").success());
}

#[test]
fn a_pipe_of_which_both_ends_are_here_is_nobody_elses() {
    let open = |fd, identity, kind| Open { fd, identity, kind };
    let all = [
        open(3, 10, StreamKind::Pipe),
        open(4, 10, StreamKind::Pipe),
        open(5, 10, StreamKind::Pipe),
        open(6, 20, StreamKind::Pipe),
        open(7, 30, StreamKind::Socket),
    ];
    assert_eq!(pipes::only_ends(&all), HashMap::from([(20, 6)]));
}

#[test]
fn what_has_come_after_this_process_is_told_by_the_outermost() {
    let this = process(10, 1, 50);
    let all = [
        process(1, 0, 0),
        this,
        // Below this one, and below what has lost its parents.
        process(11, 10, 60),
        process(12, 11, 70),
        process(13, 1, 60),
        process(14, 13, 70),
    ];
    let table = table(&all);
    let outermost = |pid: u32| table.outermost(&table.of[&pid], &this).pid;
    assert_eq!([11, 12, 13, 14].map(outermost), [11, 11, 13, 13]);
}
