//! Workers that well-known crates keep for the life of the process. Each rule is about threads: a task belongs to a
//! runtime, and a test's own runtime ends with the test, so no task of it can be meant to outlive it.

use std::sync::LazyLock;

use super::Ignore;
use crate::sources::lasting::{STATICS, WORKERS};

/// Why what a static starts is accepted.
const STATIC: &str =
    "started for a static, which serves the whole process, while it was initialised or later on";

/// A pattern of a creating function, one that rules it out, and why it is accepted.
const POOL: (&str, &str, &str) = (
    "tokio::runtime::blocking::pool::Spawner::*",
    // The workers of a runtime that somebody built and left behind come this way too.
    "tokio::runtime::builder::Builder::build*",
    "a pool thread of a tokio runtime ends with that runtime, or after 10 s without work",
);

/// The rules, in the order in which they are tried.
pub(super) fn rules() -> &'static [Ignore] {
    static RULES: LazyLock<Vec<Ignore>> = LazyLock::new(|| {
        let (pool, unless, reason) = POOL;
        let statics = STATICS.iter().map(|pattern| (*pattern, STATIC));
        let others = statics.chain(WORKERS);
        std::iter::once(Ignore::built_in(pool, Some(unless), reason))
            .chain(others.map(|(pattern, reason)| Ignore::built_in(pattern, None, reason)))
            .collect()
    });
    &RULES
}
