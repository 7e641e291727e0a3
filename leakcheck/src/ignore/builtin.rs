//! Workers that well-known crates keep for the life of the process. Each rule is about threads: a task belongs to a
//! runtime, and a test's own runtime ends with the test, so no task of it can be meant to outlive it.

use std::sync::LazyLock;

use super::Ignore;

/// The first test that needs a static pays for what it starts, and what that starts in turn is nobody's.
const STATIC: &str =
    "started for a static, which serves the whole process, while it was initialised or later on";

/// Pattern of a starting function, one of its callers that rules it out, and why it is accepted. What such a thread
/// starts in turn is not meant.
const STARTED_BY: (&str, &str, &str) = (
    "tokio::runtime::blocking::pool::Spawner::*",
    // The workers of a runtime that somebody built and left behind come this way too.
    "tokio::runtime::builder::Builder::build*",
    "a pool thread of a tokio runtime ends with that runtime, or after 10 s without work",
);

/// Pattern of a creating function, and why it is accepted.
const CREATED_BY: [(&str, &str); 11] = [
    ("std::sync::once_lock::OnceLock::*", STATIC),
    ("std::sync::lazy_lock::LazyLock::*", STATIC),
    ("std::sync::once::Once::*", STATIC),
    ("std::sync::poison::once::Once::call_once*", STATIC),
    ("std::sys::sync::once::*", STATIC),
    ("once_cell::imp::*", STATIC),
    ("tokio::sync::once_cell::OnceCell::*", STATIC),
    (
        "rayon_core::registry::*",
        "rayon's global pool has no shutdown",
    ),
    (
        "futures_timer::*",
        "futures-timer keeps one global timer thread, which rstest's async timeouts use too",
    ),
    (
        "async_io::driver::*",
        "async-io drives all its sources with one global thread",
    ),
    (
        "blocking::Executor::*",
        "a pool thread of the blocking crate ends after 500 ms without work",
    ),
];

/// The rules, in the order in which they are tried.
pub(super) fn rules() -> &'static [Ignore] {
    static RULES: LazyLock<Vec<Ignore>> = LazyLock::new(|| {
        let (pool, unless, reason) = STARTED_BY;
        let pool = Ignore::built_in_pool(pool, unless, reason);
        let others = CREATED_BY
            .iter()
            .map(|(pattern, reason)| Ignore::built_in(pattern, reason));
        std::iter::once(pool).chain(others).collect()
    });
    &RULES
}
