//! Variables that were moved in part.

use std::{future::pending, hint::black_box};

use super::{Probe, suspended};

struct Pair {
    first: Probe,
    second: Probe,
}

#[test]
fn a_variable_that_was_moved_in_part_is_touched() {
    let seen = suspended!(async {
        let pair = Pair {
            first: Probe::new(),
            second: Probe::new(),
        };
        pair.second.look();
        drop(pair.first);
        pending::<()>().await;
        pair.second.look();
    });
    assert_eq!(seen[0].left("pair"), [false]);
    assert_eq!(seen[0].touched("pair"), [true]);
    let pair = seen[0].named("pair").next().expect("it is there");
    let halves = [0, 8].map(|at| seen[0].state.covers(pair.address + at, 8));
    assert_eq!(halves.iter().filter(|half| **half).count(), 1);
}

#[test]
fn a_box_that_was_moved_out_of_is_followed() {
    let seen = suspended!(async {
        let pair = Box::new(Pair {
            first: Probe::new(),
            second: Probe::new(),
        });
        pair.second.look();
        let first = pair.first;
        pending::<()>().await;
        first.look();
        pair.second.look();
    });
    assert_eq!(seen[0].left("pair"), [false]);
    assert_eq!(seen[0].left("first"), [true]);
}

#[test]
fn arrays_and_enums_in_part() {
    for take in [false, true] {
        let seen = suspended!(async move {
            let probes = [Probe::new(), Probe::new(), Probe::new()];
            let maybe = Some(Probe::new());
            maybe.as_ref().map(Probe::look);
            let [first, ..] = probes;
            first.look();
            if black_box(take)
                && let Some(maybe) = maybe
            {
                maybe.look();
            }
            pending::<()>().await;
            first.look();
        });
        assert_eq!(seen[0].left("probes"), [false]);
        assert_eq!(seen[0].touched("probes"), [true]);
        assert_eq!(seen[0].left("first"), [true]);
        assert_eq!(seen[0].touched("maybe"), [!take]);
    }
}
