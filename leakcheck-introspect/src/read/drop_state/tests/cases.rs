//! The ways in which a variable is moved, or not.

use std::{future::pending, hint::black_box};

use super::{Probe, suspended};

#[test]
fn a_captured_variable_is_left() {
    let probe = Probe::new();
    let seen = suspended!(async move {
        pending::<()>().await;
        probe.look();
    });
    assert_eq!(seen[0].left("probe"), [true]);
}

#[test]
fn a_captured_variable_that_was_moved_is_not() {
    let probe = Probe::new();
    let seen = suspended!(async move {
        let moved = probe;
        pending::<()>().await;
        moved.look();
    });
    assert_eq!(seen[0].left("probe"), [false]);
    assert_eq!(seen[0].left("moved"), [true]);
}

#[test]
fn a_captured_variable_that_was_dropped_is_not() {
    let (first, second) = (Probe::new(), Probe::new());
    let seen = suspended!(async move {
        drop(first);
        pending::<()>().await;
        second.look();
    });
    assert_eq!(seen[0].left("first"), [false]);
    assert_eq!(seen[0].left("second"), [true]);
}

#[test]
fn a_local_that_was_borrowed_and_dropped_is_not() {
    let seen = suspended!(async {
        let (first, second) = (Probe::new(), Probe::new());
        first.look();
        second.look();
        drop(first);
        pending::<()>().await;
        second.look();
    });
    assert_eq!(seen[0].left("first"), [false]);
    assert_eq!(seen[0].left("second"), [true]);
}

async fn moved_if(condition: bool) {
    let (first, second) = (Probe::new(), Probe::new());
    first.look();
    second.look();
    if condition {
        drop(first);
    } else {
        drop(second);
    }
    pending::<()>().await;
}

#[test]
fn a_move_that_depends_is_known_both_ways() {
    for condition in [false, true] {
        let seen = suspended!(moved_if(black_box(condition)));
        assert_eq!(seen[0].left("first"), [!condition]);
        assert_eq!(seen[0].left("second"), [condition]);
    }
}

async fn captured_if(condition: bool, first: Probe, second: Probe) {
    if condition {
        drop(first);
    } else {
        black_box(second);
    }
    pending::<()>().await;
}

#[test]
fn arguments_are_the_captured_and_the_local_at_once() {
    for condition in [false, true] {
        let seen = suspended!(captured_if(
            black_box(condition),
            Probe::new(),
            Probe::new()
        ));
        let count = |name| {
            seen[0]
                .left(name)
                .iter()
                .filter(|is_left| **is_left)
                .count()
        };
        assert_eq!(count("first"), usize::from(!condition));
        assert_eq!(count("second"), usize::from(condition));
    }
}

#[test]
fn each_turn_of_a_loop_is_its_own() {
    let seen = suspended!(async {
        let mut kept = Vec::new();
        for turn in 0..black_box(3) {
            let probe = Probe::new();
            probe.look();
            if turn < 1 {
                kept.push(probe);
                ::tokio::task::yield_now().await;
            } else {
                pending::<()>().await;
                kept.push(probe);
            }
        }
    });
    assert_eq!(seen[0].left("probe"), [true]);
    assert_eq!(seen[0].left("kept"), [true]);
}

#[test]
fn a_loop_that_moved_its_variable_lost_it() {
    let seen = suspended!(async {
        let first = Probe::new();
        let mut kept = Vec::new();
        let mut next = Some(first);
        for turn in 0..black_box(3) {
            let probe = next.take().unwrap_or_else(Probe::new);
            probe.look();
            kept.push(probe);
            if turn == 1 {
                pending::<()>().await;
            }
        }
    });
    assert!(!seen[0].left("probe").contains(&true));
    assert_eq!(seen[0].left("kept"), [true]);
    assert_eq!(seen[0].left("next"), [true]);
}

async fn inner(kept: Probe, dropped: Probe) {
    drop(dropped);
    pending::<()>().await;
    kept.look();
}

async fn middle(kept: Probe, passed: Probe) {
    let dropped = Probe::new();
    dropped.look();
    inner(passed, dropped).await;
    kept.look();
}

#[test]
fn coroutines_inside_are_followed_as_well() {
    let seen = suspended!(async {
        let passed = Probe::new();
        passed.look();
        middle(Probe::new(), passed).await;
    });
    assert_eq!(seen.len(), 3);
    assert!(!seen[0].left("passed").contains(&true));
    let count = |depth: usize, name| {
        let left = seen[depth].left(name);
        left.iter().filter(|is_left| **is_left).count()
    };
    assert_eq!(count(1, "kept"), 1);
    assert_eq!(count(1, "passed") + count(1, "dropped"), 0);
    assert_eq!(count(2, "kept"), 1);
    assert_eq!(count(2, "dropped"), 0);
    assert!(seen[0].place.contains(&seen[1].place.start));
    assert!(seen[1].place.contains(&seen[2].place.start));
}

async fn of_any<T>(value: T, other: T) {
    drop(other);
    pending::<()>().await;
    drop(value);
}

trait Run {
    async fn run(self, other: Probe);
}

impl Run for Probe {
    async fn run(self, other: Probe) {
        drop(self);
        pending::<()>().await;
        other.look();
    }
}

#[test]
fn generic_functions_and_methods_have_code_of_their_own() {
    let seen = suspended!(of_any(Probe::new(), Probe::new()));
    assert!(!seen[0].left("other").contains(&true));
    assert!(seen[0].left("value").contains(&true));
    let texts = (String::from("kept"), String::from("dropped"));
    let seen = suspended!(of_any(texts.0, texts.1));
    assert!(!seen[0].left("other").contains(&true));
    assert!(seen[0].left("value").contains(&true));
    let seen = suspended!(Probe::new().run(Probe::new()));
    assert!(!seen[0].left("self").contains(&true));
    assert!(seen[0].left("other").contains(&true));
}

#[test]
fn closures_that_are_async_are_followed() {
    let captured = Probe::new();
    let closure = async move |kept: Probe, dropped: Probe| {
        captured.look();
        drop(dropped);
        pending::<()>().await;
        kept.look();
    };
    let seen = suspended!(async move { closure(Probe::new(), Probe::new()).await });
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].left("closure"), [true]);
    assert!(seen[1].left("kept").contains(&true));
    assert!(!seen[1].left("dropped").contains(&true));
}

#[test]
fn many_states_are_told_apart() {
    for stop in 0..12 {
        let seen = suspended!(async move {
            let probe = Probe::new();
            for turn in 0..3 {
                macro_rules! stops {
                    ($($at:literal)*) => {
                        $(
                            let here = Probe::new();
                            here.look();
                            if stop == turn * 4 + $at {
                                pending::<()>().await;
                            } else {
                                ::tokio::task::yield_now().await;
                            }
                            if $at != 1 {
                                drop(here);
                            }
                        )*
                    };
                }
                stops!(0 1 2 3);
            }
            probe.look();
        });
        assert_eq!(seen[0].left("probe"), [true]);
        let probes = seen[0].state.left.iter();
        let probes = probes.filter(|left| left.ty.name == "Probe").count();
        assert_eq!(probes, if stop % 4 > 1 { 3 } else { 2 });
    }
}

#[test]
fn a_variable_behind_another_of_its_name_is_left() {
    let seen = suspended!(async {
        let probe = Probe::new();
        probe.look();
        let probe = (probe.look(), Probe::new());
        pending::<()>().await;
        probe.1.look();
    });
    // The debug info has one of them.
    assert_eq!(seen[0].left("probe").len(), 1);
    assert_eq!(seen[0].state.left.len(), 2);
}
