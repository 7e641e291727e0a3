//! Memory that a test has allocated and that nothing leads to any more: looked at once, at the end of its check.

#[cfg(feature = "heap")]
mod graph;
#[cfg(feature = "heap")]
mod look;
#[cfg(feature = "heap")]
mod lost;
#[cfg(feature = "heap")]
mod mark;
#[cfg(feature = "heap")]
mod planted;

use crate::base::model::Seen;
#[cfg(feature = "heap")]
use crate::sys::creation_stack;

#[cfg(feature = "heap")]
pub(crate) use lost::list;

/// What is not seen in any case.
#[cfg(feature = "heap")]
const PAST: &str = "what something leads to is not lost, nor is what only seems to be led to; allocations of C are not seen, nor \
                    those that begin at no multiple of 16";

/// Whether the program has the allocator that tells, or wants to.
pub(crate) fn is_asked_for() -> bool {
    !matches!(gap(), Seen::Nothing(_))
}

/// Has allocations noted for as long as the result lives, where the allocator is there that tells of them.
#[cfg(feature = "heap")]
pub(crate) fn watch() -> Option<crate::sys::allocations::Watch> {
    use crate::sys::allocations;

    allocations::is_installed().then(allocations::watch)
}

/// How much is seen.
#[cfg(feature = "heap")]
pub(crate) fn coverage() -> Seen {
    match gap() {
        Seen::Full => Seen::Partial(PAST.to_owned()),
        less => less,
    }
}

/// Nothing is, where nothing is noted.
#[cfg(not(feature = "heap"))]
pub(crate) fn coverage() -> Seen {
    gap()
}

/// What is not seen of that which could be.
#[cfg(feature = "heap")]
fn gap() -> Seen {
    match crate::sys::allocations::unavailable() {
        Some(why) => Seen::Nothing(why.to_owned()),
        None => super::seen::of_paths(("allocation", "allocations"), || Ok(()), missed),
    }
}

/// What could not be noted. It counts as memory of others.
#[cfg(feature = "heap")]
fn missed() -> Option<String> {
    match crate::sys::allocations::missed() {
        0 if creation_stack::is_half_used() => Some(
            "there are more distinct paths than fit into 32 MiB; allocations on later ones have no site"
                .to_owned(),
        ),
        0 => None,
        missed => Some(format!("{missed} allocations could not be noted")),
    }
}

#[cfg(not(feature = "heap"))]
fn gap() -> Seen {
    Seen::Nothing("leakcheck was built without its feature `heap`".to_owned())
}

/// Whether memory that is planted is found, once per process.
#[cfg(feature = "heap")]
pub(crate) fn planted() -> Seen {
    use std::sync::OnceLock;

    static PLANTED: OnceLock<Result<(), String>> = OnceLock::new();
    gap().and(|| {
        let planted = PLANTED.get_or_init(planted::plant).clone();
        planted.map_or_else(Seen::Nothing, |()| Seen::Full)
    })
}

/// Nothing can be planted.
#[cfg(not(feature = "heap"))]
pub(crate) fn planted() -> Seen {
    gap()
}
