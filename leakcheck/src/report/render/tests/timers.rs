//! Timers that no task has, and those of the C library.

use super::{frame, golden, report, text};
use crate::{
    base::model::{Detail, Home, Kind, Leak, Resource, ResourceId, Thing},
    check::findings,
};

fn timer(number: u64, fact: &str) -> Resource {
    Resource {
        id: ResourceId::Other(Kind::Timer, number),
        origin: 0,
        age_ms: None,
        detail: Detail::Other(Thing {
            name: Some("tokio::time::Sleep".to_owned()),
            facts: vec![fact.to_owned()],
            ..Thing::default()
        }),
    }
}

#[test]
fn one_timer() {
    let found = findings::findings(&[timer(1, "fires in 3600 seconds")], &[], None, None);
    golden("one_timer.txt", &text(&report(found)));
}

#[test]
fn several_timers() {
    let timers = [
        timer(1, "fires in 1 second"),
        timer(2, "fires in 10 seconds"),
    ];
    let found = findings::findings(&timers, &[], None, None);
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
        Home::Dependency,
    );
    let mut found = findings::findings(&[timer(1, "fires in 3600 seconds")], &[], None, None);
    let leak = Leak {
        created_through: vec![through],
        note: None,
        ..found.remove(0)
    };
    golden("timer_of_a_dependency.txt", &text(&report(vec![leak])));
}

fn posix_timer(number: u64, facts: &[&str]) -> Resource {
    Resource {
        age_ms: Some(1200),
        detail: Detail::Other(Thing {
            name: Some("POSIX timer".to_owned()),
            facts: facts.iter().map(|&fact| fact.to_owned()).collect(),
            ..Thing::default()
        }),
        ..timer(number, "")
    }
}

#[test]
fn one_posix_timer() {
    let facts = ["CLOCK_MONOTONIC", "sends SIGALRM", "fires in 3600 seconds"];
    let found = findings::findings(&[posix_timer(1, &facts)], &[], None, None);
    golden("one_posix_timer.txt", &text(&report(found)));
}

#[test]
fn several_posix_timers() {
    let facts = ["CLOCK_REALTIME", "tells nobody", "not armed"];
    let timers = [posix_timer(1, &facts), posix_timer(2, &facts)];
    let found = findings::findings(&timers, &[], None, None);
    golden("several_posix_timers.txt", &text(&report(found)));
}
