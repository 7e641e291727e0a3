//! What outlives a body that was cancelled, and why: a choice, of which `render` makes words.

use crate::base::model::{Fact, Kind, Leak, ProcessState, RuntimeRelation};

/// Why something goes on when what started it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlives {
    /// Dropping its `JoinHandle` does not end it.
    Task,
    /// It cannot be cancelled at all.
    Closure,
    /// Dropping its `JoinHandle` does not end it.
    Thread,
    /// Dropping its `Child` does not end it.
    Process,
    /// Something else still has it.
    Owned,
}

/// Why a finding outlives the body.
pub(crate) fn outlives(leak: &Leak) -> Outlives {
    let is_zombie = leak.facts.contains(&Fact::State(ProcessState::Zombie));
    match leak.kind {
        Kind::Task if leak.is_detached => Outlives::Task,
        Kind::BlockingTask => Outlives::Closure,
        Kind::Thread if leak.relation == RuntimeRelation::Member => Outlives::Closure,
        Kind::Thread => Outlives::Thread,
        Kind::Process if !is_zombie => Outlives::Process,
        _ => Outlives::Owned,
    }
}
