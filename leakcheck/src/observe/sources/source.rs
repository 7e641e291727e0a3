//! What a kind of things besides tasks and threads is asked.

use crate::{
    base::model::{Kind, OtherResource, Resource, Seen},
    observe::scope::ScopeId,
};

/// A kind of things besides tasks and threads. [`ScopeCounters::others`](crate::sys::scope_counters::ScopeCounters::others)
/// counts all of them.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) kind: Kind,
    /// Those of `scope` that are alive, or those of the whole process.
    pub(super) list: fn(scope: Option<ScopeId>) -> Vec<Resource>,
    /// Finds out what one is. It may have ended since it was listed.
    pub(super) describe: fn(id: u64, thing: &mut OtherResource),
    /// How much is seen.
    pub(crate) coverage: fn() -> Seen,
}
