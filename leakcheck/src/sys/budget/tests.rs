//! What is too much is noted once it is: by how much, when, and by whom.

use super::*;
use crate::base::model::Limited::{Fd, Process, Task, Thread};

/// A scope with a budget of two tasks and three threads whose body has begun.
fn scope() -> u64 {
    let scope = scope_counters::open().expect("far below the limit");
    open(scope, |limited| match limited {
        Task => Some(2),
        Thread => Some(3),
        Fd | Process => None,
    });
    body_begins(scope, 0);
    scope
}

/// Begins one, where all that are alive were made by these paths.
fn start(scope: u64, limited: Limited, origins: &[u32]) {
    if let Some(rise) = started(scope_counters::of(scope), scope, limited, 0) {
        rise.note(u64::MAX, |census| {
            for origin in origins {
                census.add(1, *origin);
            }
        });
    }
}

fn end(scope: u64, limited: Limited) {
    ended(scope_counters::of(scope), scope, limited);
}

fn highest(scope: u64) -> Vec<(Limited, usize)> {
    let peaks = breaches(scope).into_iter();
    peaks.map(|peak| (peak.limited, peak.highest)).collect()
}

#[test]
fn the_budget_itself_is_not_too_much() {
    let scope = scope();
    for _ in 0..10 {
        start(scope, Task, &[]);
        start(scope, Task, &[]);
        end(scope, Task);
        end(scope, Task);
        start(scope, Fd, &[]);
    }
    assert!(!is_breached(scope));
    assert_eq!(breaches(scope), []);
}

#[test]
fn the_highest_peak_stays() {
    let scope = scope();
    let origins = [7, 8, 7, 7];
    for round in [3, 4, 3] {
        for number in 1..=round {
            start(scope, Task, &origins[..number]);
        }
        (0..round).for_each(|_| end(scope, Task));
    }
    let peaks = breaches(scope);
    assert_eq!(peaks.len(), 1);
    assert_eq!((peaks[0].limit, peaks[0].highest), (2, 4));
    let makers = Makers {
        alive: 4,
        paths: vec![(7, 3), (8, 1)],
    };
    assert_eq!(peaks[0].makers, makers);
    close(scope);
    assert!(!is_breached(scope));
}

#[test]
fn what_was_there_before_the_body_does_not_count() {
    let scope = scope_counters::open().expect("far below the limit");
    open(scope, |limited| (limited == Thread).then_some(1));
    (0..5).for_each(|_| start(scope, Thread, &[]));
    body_begins(scope, 0);
    start(scope, Thread, &[]);
    assert!(!is_breached(scope));
    start(scope, Thread, &[]);
    assert_eq!(highest(scope), [(Thread, 2)]);
    body_has_ended(scope);
    start(scope, Thread, &[]);
    assert_eq!(highest(scope), [(Thread, 2)]);
}

#[test]
fn what_had_ended_untold_does_not_count() {
    let scope = scope();
    for alive in [1, 2, 2, 3, 3] {
        if let Some(rise) = started(scope_counters::of(scope), scope, Task, 0) {
            rise.note(9, |census| {
                (0..alive).for_each(|_| census.add(1, 1));
                // It is newer than the look.
                census.add(9, 1);
                census.miss();
            });
        }
    }
    assert_eq!(highest(scope), [(Task, 3)]);
}

#[test]
fn a_flood_is_looked_through_now_and_then() {
    const FLOOD: u32 = 10_000;
    let scope = scope();
    let mut looks = 0;
    for live in 1..=FLOOD {
        if let Some(rise) = started(scope_counters::of(scope), scope, Task, 0) {
            rise.note(u64::MAX, |census| {
                looks += 1;
                (0..live).for_each(|number| census.add(1, number % 40));
            });
        }
    }
    assert!(looks < 100, "{looks}");
    let peaks = breaches(scope);
    let flood = FLOOD as usize;
    assert_eq!(peaks[0].highest, flood);
    assert!(peaks[0].makers.alive > flood - flood / 8, "{peaks:?}");
    assert_eq!(peaks[0].makers.paths.len(), 16);
}

#[test]
fn a_scope_without_a_budget_counts_nothing() {
    let scope = scope_counters::open().expect("far below the limit");
    open(scope, |_| None);
    body_begins(scope, 0);
    assert!(!scope_counters::of(scope).counts_by_kind());
    (0..10).for_each(|_| start(scope, Process, &[]));
    assert_eq!(breaches(scope), []);
}

#[test]
fn a_number_and_its_time_fit_one_word() {
    for (number, after_ms) in [(1, 0), (200, 36), (u32::MAX as usize, u64::from(u32::MAX))] {
        assert_eq!(parts(word(number, after_ms)), (number, after_ms));
    }
    assert_eq!(parts(word(usize::MAX, u64::MAX)).1, u64::from(u32::MAX));
}
