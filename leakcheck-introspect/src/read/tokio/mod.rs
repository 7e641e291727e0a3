//! Tokio's own structures: lists of tasks, cells, and the objects that tasks wait for.

pub(super) mod clock;
pub(super) mod contention;
mod header;
pub(super) mod layout;
mod queue;
mod task_lists;
mod timers;
mod wheel;

pub(crate) use contention::{Turn, turn};
pub(crate) use header::{Header, TaskKind, blocking_if_alive, traced, vtable_if_alive};
pub(crate) use queue::messages;
pub(crate) use task_lists::{Listed, Owner, TokioTypes, count};
pub(crate) use wheel::Wheel;
