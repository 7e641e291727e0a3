//! Timers that no task has, and those of the C library.

use super::{golden, report, text};
use crate::{
    explain,
    model::{Detail, Kind, Resource, ResourceId, Thing},
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
    let found = explain::findings(&[timer(1, "fires in 3600 seconds")], &[], None, None);
    golden("one_timer.txt", &text(&report(found)));
}

#[test]
fn several_timers() {
    let timers = [
        timer(1, "fires in 1 second"),
        timer(2, "fires in 10 seconds"),
    ];
    let found = explain::findings(&timers, &[], None, None);
    golden("several_timers.txt", &text(&report(found)));
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
    let found = explain::findings(&[posix_timer(1, &facts)], &[], None, None);
    golden("one_posix_timer.txt", &text(&report(found)));
}

#[test]
fn several_posix_timers() {
    let facts = ["CLOCK_REALTIME", "tells nobody", "not armed"];
    let timers = [posix_timer(1, &facts), posix_timer(2, &facts)];
    let found = explain::findings(&timers, &[], None, None);
    golden("several_posix_timers.txt", &text(&report(found)));
}
