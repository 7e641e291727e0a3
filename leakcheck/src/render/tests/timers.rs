//! Timers that no task has.

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
