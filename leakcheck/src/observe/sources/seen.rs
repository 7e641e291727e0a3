//! How much is seen of things whose creation paths are noted.

use crate::{base::model::Seen, sys::creation_stack};

/// Of things that paths alone tell from those of a static: a planted one must be found, and `gap` is what else is missed.
pub(super) fn of_paths(
    (one, all): (&str, &str),
    planted: impl FnOnce() -> Result<(), String>,
    gap: impl FnOnce() -> Option<String>,
) -> Seen {
    if !creation_stack::is_enabled() {
        return Seen::Nothing(format!(
            "stacks are switched off, and without them a {one} of a test cannot be distinguished from one of a static"
        ));
    }
    planted().map_or_else(Seen::Nothing, |()| match with_paths(all) {
        Seen::Full => gap().map_or(Seen::Full, Seen::Partial),
        less => less,
    })
}

/// Whether there was room for the paths of all of them.
pub(super) fn with_paths(all: &str) -> Seen {
    if creation_stack::is_exhausted() {
        return Seen::Partial(format!(
            "more distinct creation paths than fit into 64 MiB; {all} on later ones have no site"
        ));
    }
    Seen::Full
}
