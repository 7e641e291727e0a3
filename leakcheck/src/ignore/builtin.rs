//! Workers that well-known crates keep for the life of the process. Each rule is about threads, and about
//! child processes where a static starts them: a task belongs to a runtime, and a test's own runtime ends with the test,
//! so no task of it can be meant to outlive it.

use std::sync::LazyLock;

use super::Ignore;
use crate::model::Kind;

/// The first test that needs a static pays for what it starts, and what that starts in turn is nobody's.
const STATIC: &str =
    "started for a static, which serves the whole process, while it was initialised or later on";

/// Pattern of a creating function, one that rules it out, and why it is accepted.
const CREATED_BY: [(&str, Option<&str>, &str); 12] = [
    (
        "tokio::runtime::blocking::pool::Spawner::*",
        // The workers of a runtime that somebody built and left behind come this way too.
        Some("tokio::runtime::builder::Builder::build*"),
        "a pool thread of a tokio runtime ends with that runtime, or after 10 s without work",
    ),
    ("std::sync::once_lock::OnceLock::*", None, STATIC),
    ("std::sync::lazy_lock::LazyLock::*", None, STATIC),
    ("std::sync::once::Once::*", None, STATIC),
    ("std::sync::poison::once::Once::call_once*", None, STATIC),
    ("std::sys::sync::once::*", None, STATIC),
    ("once_cell::imp::*", None, STATIC),
    ("tokio::sync::once_cell::OnceCell::*", None, STATIC),
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
];

/// The rules, in the order in which they are tried.
pub(super) fn rules() -> &'static [Ignore] {
    static RULES: LazyLock<Vec<Ignore>> = LazyLock::new(|| {
        CREATED_BY
            .iter()
            .map(|(pattern, unless, reason)| {
                let rule = Ignore::built_in(pattern, *unless, reason);
                // A server that a static starts for all tests is such a worker, too.
                if *reason == STATIC {
                    rule.on(Kind::Process)
                } else {
                    rule
                }
            })
            .collect()
    });
    &RULES
}
