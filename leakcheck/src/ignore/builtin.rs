//! Workers that well-known crates keep for the life of the process. Each rule is about threads: a task belongs to a
//! runtime, and a test's own runtime ends with the test, so no task of it can be meant to outlive it.

use std::sync::LazyLock;

use super::Ignore;

/// Where a static's first user ends up; the first test that needs the static pays for what it starts.
const STATIC: &str = "started while a static was initialised, to serve the whole process";

/// Pattern of a creating function, one that rules it out, and why it is accepted.
const CREATED_BY: [(&str, Option<&str>, &str); 9] = [
    (
        "tokio::runtime::blocking::pool::Spawner::*",
        // The workers of a runtime that somebody built and left behind come this way too.
        Some("tokio::runtime::builder::Builder::build*"),
        "a pool thread of a tokio runtime ends with that runtime, or after 10 s without work",
    ),
    ("std::sync::once_lock::OnceLock::*", None, STATIC),
    ("std::sync::poison::once::Once::call_once*", None, STATIC),
    ("once_cell::imp::*", None, STATIC),
    (
        "rayon_core::registry::*",
        None,
        "rayon's global pool has no shutdown",
    ),
    (
        "futures_timer::*",
        None,
        "futures-timer keeps one global timer thread, which rstest's async timeouts use too",
    ),
    (
        "async_io::driver::*",
        None,
        "async-io drives all its sources with one global thread",
    ),
    (
        "blocking::Executor::*",
        None,
        "a pool thread of the blocking crate ends after 500 ms without work",
    ),
    (
        "test::run_test*",
        None,
        "the test harness runs each test on a thread of its own",
    ),
];

/// The rules, in the order in which they are tried.
pub(super) fn rules() -> &'static [Ignore] {
    static RULES: LazyLock<Vec<Ignore>> = LazyLock::new(|| {
        CREATED_BY
            .iter()
            .map(|(pattern, unless, reason)| Ignore::built_in(pattern, *unless, reason))
            .collect()
    });
    &RULES
}
