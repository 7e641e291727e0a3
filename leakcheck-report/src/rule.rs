//! What rules go by: keys of an `[[ignore]]` of `leakcheck.toml`, which reports tell for a narrower rule.

/// What the file with the rules is called.
pub const FILE: &str = "leakcheck.toml";

/// A function on the stack that created it.
pub const CREATED_BY: &str = "created_by";

/// The function in which it waits.
pub const TOP_FUNCTION: &str = "top_function";

/// A function on the stack in which it waits.
pub const ANY_FUNCTION: &str = "any_function";

/// The name of a thread.
pub const THREAD_NAME: &str = "thread_name";

/// The keys of patterns, of which each rule has one.
pub const PATTERNS: [&str; 4] = [CREATED_BY, TOP_FUNCTION, ANY_FUNCTION, THREAD_NAME];
