//! Where std and `once_cell` call what initialises a static: found out by having them call us, so that it is known of a path
//! without reading the name of any function.

use std::sync::{LazyLock, Once};

use once_cell::sync::{Lazy, OnceCell};

use crate::sys::creation_stack;

/// Return addresses in the functions that call initialisers, but of those that an optimiser made a part of their callers.
pub(crate) fn addresses() -> Vec<usize> {
    let mut by_once = 0;
    Once::new().call_once(|| by_once = creation_stack::here(0));
    let by_lazy = *LazyLock::new(|| creation_stack::here(0));
    let by_one_cell = *OnceCell::new().get_or_init(|| creation_stack::here(0));
    let by_another = *Lazy::new(|| creation_stack::here(0));
    [(by_once, by_lazy), (by_one_cell, by_another)]
        .map(|(one, other)| shared(creation_stack::frames(one), creation_stack::frames(other)))
        .into_iter()
        .flatten()
        .collect()
}

/// The outermost address that two paths share, apart from where they begin and end alike: what lies inside of it may be called
/// by others too.
fn shared(one: &[usize], other: &[usize]) -> Option<usize> {
    let alike = |pairs: &mut dyn Iterator<Item = (&usize, &usize)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let inner = alike(&mut one.iter().zip(other));
    let outer = alike(&mut one.iter().rev().zip(other.iter().rev()));
    let one = one.get(inner..one.len().checked_sub(outer)?)?;
    let other = other.get(inner..other.len().checked_sub(outer)?)?;
    let mut outwards = one.iter().rev();
    outwards.find(|address| other.contains(address)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_paths_share_between_their_ends_is_told() {
        for (one, other, expected) in [
            (&[1, 2, 9, 3, 7][..], &[1, 4, 9, 5, 6, 7][..], Some(9)),
            (&[1, 2, 8, 9, 3, 7], &[1, 4, 8, 9, 5, 7], Some(9)),
            // Nothing but what they begin and end with.
            (&[1, 2, 3, 7], &[1, 4, 5, 7], None),
            (&[1, 7], &[1, 7], None),
            (&[1, 2, 7], &[1, 7], None),
            (&[], &[], None),
        ] {
            assert_eq!(shared(one, other), expected, "{one:?} {other:?}");
        }
    }

    /// Optimised, the one of `once_cell` may be a part of its callers.
    #[test]
    #[cfg(all(target_os = "linux", not(miri), not(leakcheck_loom)))]
    fn those_of_this_program_are_the_ones_that_are_meant() {
        let names: Vec<String> = addresses()
            .iter()
            .map(|address| crate::observe::capture::symbol::resolve(*address))
            .map(|symbols| symbols[symbols.len() - 1].function.clone())
            .collect();
        let is_meant = |name: &String| {
            name.starts_with("std::sys::sync::once::")
                || name == "once_cell::imp::initialize_or_wait"
        };
        assert!(names.iter().all(is_meant), "{names:?}");
        assert!(cfg!(not(debug_assertions)) || names.len() == 2, "{names:?}");
    }
}
