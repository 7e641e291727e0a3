//! Workers that well-known crates keep for the life of the process, or that need longer than a test waits to find out
//! that they are not needed any more.

use std::sync::LazyLock;

use super::Ignore;
use crate::{
    model::{Accepted, Ignored, Kind},
    sources::lasting::{OF_A_STATIC, PASSED_BY_ALL, STATICS, WORKERS},
};

/// Pattern of a starting function, one of its callers that rules it out, and why it is accepted. What such a thread
/// starts in turn is not meant.
const STARTED_BY: (&str, &str, &str) = (
    "tokio::runtime::blocking::pool::Spawner::*",
    // The workers of a runtime that somebody built and left behind come this way too.
    "tokio::runtime::builder::Builder::build*",
    "a pool thread of a tokio runtime ends with that runtime, or after 10 s without work; what it runs is told as a blocking task",
);

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
        // A server that a static starts for all tests is such a worker, too.
        let statics = STATICS
            .iter()
            .map(|pattern| Ignore::built_in(Kind::Thread, pattern, OF_A_STATIC))
            .map(|rule| rule.on(Kind::BlockingTask).on(Kind::Process));
        let workers = WORKERS
            .iter()
            .map(|(pattern, reason)| Ignore::built_in(Kind::Thread, pattern, reason));
        let tasks = SPAWNED_BY
            .iter()
            .map(|(pattern, reason)| Ignore::built_in(Kind::Task, pattern, reason));
        let pool = std::iter::once(pool);
        pool.chain(statics).chain(workers).chain(tasks).collect()
    });
    &RULES
}

/// What of one kind serves statics, accepted before any rule was asked.
pub(crate) fn of_statics(kind: Kind, count: usize) -> Ignored {
    let rule = Ignore::built_in(kind, PASSED_BY_ALL, OF_A_STATIC);
    Ignored {
        rule: rule.describe(),
        reason: rule.reason().to_owned(),
        source: None,
        count,
        kind,
        built_in: true,
        accepted: Accepted::default(),
    }
}
