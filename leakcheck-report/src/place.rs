//! Places in the source.

use crate::record::record;

record! {
    /// Where a test stands.
    Location {
        /// The file, relative to its package.
        always file: String,
        /// The line, from one.
        always line: u32,
    }
}

record! {
    /// One function on a stack.
    Frame {
        /// The file: relative to the package of the test, or `crate-version/..` for a dependency.
        always(default) file: Option<String>,
        /// The line, from one.
        always(default) line: Option<u32>,
        /// The column, from one.
        if_any(default) column: Option<u32>,
        /// Full path of the function, without closures and generic arguments; empty where it has no name.
        always function: String,
    }
}
