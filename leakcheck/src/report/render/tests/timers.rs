//! Timers that no task has, and those of the C library.

use std::time::Duration;

use super::{frame, golden, report, text};
use crate::{
    base::model::{
        CodeOwner::Dependency, Detail, Fact, Firing, Kind, Leak, Notice, OtherResource, Resource,
        ResourceId, TimerKind,
    },
    check::findings,
};

fn fires_in(seconds: u64) -> Fact {
    Fact::Firing(Firing::In(Duration::from_secs(seconds)))
}

fn timer(number: u64, seconds: u64) -> Resource {
    Resource {
        id: ResourceId::Other(Kind::Timer, number),
        origin: 0,
        age_ms: None,
        detail: Detail::Other(OtherResource {
            name: Some("tokio::time::Sleep".to_owned()),
            facts: vec![fires_in(seconds)],
            timer: Some(TimerKind::Tokio),
            ..OtherResource::default()
        }),
    }
}

#[test]
fn one_timer() {
    let found = findings::findings(
        &[timer(1, 3600)],
        &[],
        findings::Beside::default(),
        None,
        None,
    );
    golden("one_timer.txt", &text(&report(found)));
}

#[test]
fn several_timers() {
    let timers = [timer(1, 1), timer(2, 10)];
    let found = findings::findings(&timers, &[], findings::Beside::default(), None, None);
    golden("several_timers.txt", &text(&report(found)));
}

/// With the feature `tracing` it is known where it was made.
#[test]
fn made_by_a_dependency() {
    let through = frame(
        "tokio_util::time::delay_queue::DelayQueue::insert",
        "tokio-util-0.7.20/src/time/delay_queue.rs",
        572,
        None,
        Dependency,
    );
    let mut found = findings::findings(
        &[timer(1, 3600)],
        &[],
        findings::Beside::default(),
        None,
        None,
    );
    let leak = Leak {
        created_through: vec![through],
        note: None,
        ..found.remove(0)
    };
    golden("timer_of_a_dependency.txt", &text(&report(vec![leak])));
}

fn posix_timer(number: u64, facts: &[Fact]) -> Resource {
    Resource {
        age_ms: Some(1200),
        detail: Detail::Other(OtherResource {
            name: Some("POSIX timer".to_owned()),
            facts: facts.to_vec(),
            timer: Some(TimerKind::Posix),
            ..OtherResource::default()
        }),
        ..timer(number, 0)
    }
}

#[test]
fn one_posix_timer() {
    let facts = [
        Fact::Clock(1),
        Fact::Notice(Notice::Signal(14)),
        fires_in(3600),
    ];
    let found = findings::findings(
        &[posix_timer(1, &facts)],
        &[],
        findings::Beside::default(),
        None,
        None,
    );
    golden("one_posix_timer.txt", &text(&report(found)));
}

#[test]
fn several_posix_timers() {
    let facts = [
        Fact::Clock(0),
        Fact::Notice(Notice::Nothing),
        Fact::Firing(Firing::Disarmed),
    ];
    let timers = [posix_timer(1, &facts), posix_timer(2, &facts)];
    let found = findings::findings(&timers, &[], findings::Beside::default(), None, None);
    golden("several_posix_timers.txt", &text(&report(found)));
}
