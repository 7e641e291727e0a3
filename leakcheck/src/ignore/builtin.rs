//! Workers that well-known crates keep for the life of the process, or that need longer than a test waits to find out
//! that they are not needed any more.

use std::sync::LazyLock;

use super::Ignore;
use crate::model::Kind;

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

/// Pattern of a creating function, and why threads of it are accepted.
const CREATED_BY: [(&str, &str); 12] = [
    ("std::sync::once_lock::OnceLock::*", STATIC),
    ("std::sync::lazy_lock::LazyLock::*", STATIC),
    ("std::sync::once::Once::*", STATIC),
    ("std::sync::poison::once::Once::call_once*", STATIC),
    ("std::sys::sync::once::*", STATIC),
    ("once_cell::imp::*", STATIC),
    ("tokio::sync::once_cell::OnceCell::*", STATIC),
    (
        "scheduled_thread_pool::*",
        "a pool of scheduled-thread-pool, as r2d2 has one, ends its threads up to 30 s after its last handle is gone",
    ),
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

/// The same for tasks. Few tasks can be meant to outlive a test: its runtime ends with it.
const SPAWNED_BY: [(&str, &str); 1] = [(
    "bb8::inner::PoolInner*::new",
    "the reaper of a bb8 pool looks every 30 s whether the pool is still there",
)];

/// The rules, in the order in which they are tried.
pub(super) fn rules() -> &'static [Ignore] {
    static RULES: LazyLock<Vec<Ignore>> = LazyLock::new(|| {
        let (pool, unless, reason) = STARTED_BY;
        let pool = Ignore::built_in_pool(pool, unless, reason);
        let threads = CREATED_BY.iter().map(|(pattern, reason)| {
            let rule = Ignore::built_in(Kind::Thread, pattern, reason);
            // A server that a static starts for all tests is such a worker, too.
            if *reason == STATIC {
                rule.on(Kind::Process)
            } else {
                rule
            }
        });
        let tasks = SPAWNED_BY
            .iter()
            .map(|(pattern, reason)| Ignore::built_in(Kind::Task, pattern, reason));
        std::iter::once(pool).chain(threads).chain(tasks).collect()
    });
    &RULES
}
