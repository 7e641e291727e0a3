//! All that is left out of a comparison: it would change with the version of a dependency, or is nobody's business.
//!
//! - Types are cut down to the last segments of their paths, and lose the default allocator and hasher.
//! - Paths of this crate lose its name.
//! - Frames of dependencies count only where a frame of this crate is below them, and of several in a row only the
//!   outermost, which this crate has called. Their lines and locals never count. What they wait for does.
//! - Locals are in the order of their names, and so are holds and waits: no order is promised.
//! - Holds in frames of dependencies, and places in queues, are left out of the list of holds.

use leakcheck_introspect::{Frame, Hold, Role};

/// What this crate's paths begin with.
const OWN: &str = "shapes::";

/// Whether a function is this crate's.
pub(crate) fn is_own(function: &str) -> bool {
    function.starts_with(OWN)
}

/// A path without the name of this crate.
pub(crate) fn path(function: &str) -> &str {
    function.strip_prefix(OWN).unwrap_or(function)
}

/// Whether a frame counts.
pub(crate) fn counts(frame: &Frame) -> bool {
    is_own(frame.function()) || frame.inner().iter().any(counts)
}

/// The frames that count inside one that does.
pub(crate) fn inside(frame: &Frame) -> Vec<&Frame> {
    let mut inside = Vec::new();
    for inner in frame.inner().iter().filter(|inner| counts(inner)) {
        if is_own(frame.function()) || is_own(inner.function()) {
            inside.push(inner);
        } else {
            inside.extend(self::inside(inner));
        }
    }
    inside
}

/// Whether a hold counts.
pub(crate) fn is_shown(hold: &Hold) -> bool {
    is_own(hold.function()) && (hold.role() != Role::Waiter || hold.is_parked())
}

/// A type with every path in it cut down to its last segment.
pub(crate) fn type_name(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    let mut segment = String::new();
    let mut rest = full;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("::") {
            segment.clear();
            rest = after;
            continue;
        }
        if next.is_alphanumeric() || next == '_' {
            segment.push(next);
        } else {
            short.push_str(&segment);
            segment.clear();
            short.push(next);
        }
        rest = &rest[next.len_utf8()..];
    }
    short.push_str(&segment);
    short
        .replace(", Global>", ">")
        .replace(", RandomState>", ">")
}

#[test]
fn types_lose_their_paths() {
    for (full, short) in [
        ("u8", "u8"),
        ("alloc::vec::Vec<a::B, alloc::alloc::Global>", "Vec<B>"),
        (
            "&mut [core::option::Option<(a::B, u8)>; 3]",
            "&mut [Option<(B, u8)>; 3]",
        ),
        ("a::b::{async block}", "{async block}"),
    ] {
        assert_eq!(type_name(full), short);
    }
}
