//! Which allocations are noted, and how many of them.

use std::sync::OnceLock;

use super::planted::plant;
use crate::{
    base::model::Seen,
    observe::sources::seen,
    sys::{allocations, creation_stack},
};

/// What is not seen in any case.
const PAST: &str = "what something leads to is not lost, nor is what only seems to be led to; allocations of C are not seen, nor \
                    those that begin at no multiple of 16";

/// Has allocations noted for as long as the result lives, where the allocator is there that tells of them.
pub(crate) fn watch() -> Option<allocations::Watch> {
    allocations::is_installed().then(allocations::watch)
}

/// How much is seen.
pub(crate) fn coverage() -> Seen {
    match gap() {
        Seen::Full => Seen::Partial(PAST.to_owned()),
        less => less,
    }
}

/// What is not seen of that which could be.
pub(super) fn gap() -> Seen {
    match allocations::unavailable() {
        Some(why) => Seen::Nothing(why.to_owned()),
        None => seen::of_paths(("allocation", "allocations"), || Ok(()), missed),
    }
}

/// What could not be noted. It counts as memory of others.
fn missed() -> Option<String> {
    match allocations::missed() {
        0 if creation_stack::is_half_used() => Some(
            "there are more distinct paths than fit into 32 MiB; allocations on later ones have no site"
                .to_owned(),
        ),
        0 => None,
        missed => Some(format!("{missed} allocations could not be noted")),
    }
}

/// Whether memory that is planted is found, once per process.
pub(crate) fn planted() -> Seen {
    static PLANTED: OnceLock<Result<(), String>> = OnceLock::new();
    gap().and(|| {
        let planted = PLANTED.get_or_init(plant).clone();
        planted.map_or_else(Seen::Nothing, |()| Seen::Full)
    })
}
