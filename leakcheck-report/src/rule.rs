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

/// What is wrong with a pattern of functions or threads, in which only `*` matches other text.
///
/// ```
/// use leakcheck_report::rule::mistake;
///
/// assert_eq!(mistake("my_app::*"), None);
/// assert!(mistake("my_app::**").is_some());
/// assert!(mistake("my_app::[a-z]*").is_some());
/// ```
pub fn mistake(pattern: &str) -> Option<&'static str> {
    if pattern.trim().is_empty() {
        Some(
            "an empty pattern matches nothing: write a whole path or name, or a glob such as `my_app::metrics::*`",
        )
    } else if pattern.contains("**") {
        Some("`**` is no more than `*`, which matches any text with all of its `::`: write one `*`")
    } else if has_set(pattern) {
        Some("`[` begins no set of letters: only `*` matches other text")
    } else {
        None
    }
}

/// Whether it has `[a-z]`, `[!0]` or the like, which no path of a function has.
fn has_set(pattern: &str) -> bool {
    let sets = pattern
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'));
    sets.map(|(set, _)| set)
        .any(|set| set.starts_with(['!', '^']) || set.contains('-'))
}
