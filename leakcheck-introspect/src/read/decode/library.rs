//! Which crates' futures are known to poll all that they contain, and nothing else.

use crate::read::dwarf::Type;

/// Those that are relied on.
const HOMES: &[&str] = &[
    "alloc",
    "core",
    "std",
    "tokio",
    "tokio_util",
    "tokio_stream",
    "futures_util",
    "futures_core",
    "pin_project",
    "pin_project_lite",
    "tracing",
    "hashbrown",
    // Tuples, references and arrays have no path.
    "",
];

/// Whether it is the work of a well-known library.
pub(super) fn is_of_library(ty: &Type) -> bool {
    HOMES.contains(&ty.home())
}
