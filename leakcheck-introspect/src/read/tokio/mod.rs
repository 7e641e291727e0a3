//! Tokio's own structures: lists of tasks, cells, and the objects that tasks wait for.

mod clock;
mod header;
mod known;
pub(super) mod layout;
mod owned;
mod room;
mod timers;
mod wheel;

pub(crate) use header::{Header, TaskKind, blocking_if_alive, traced, vtable_if_alive};
pub(crate) use known::{Call, Found, Known, Leaf};
pub(crate) use owned::{Entrance, Listed, Owned};
pub(crate) use room::ahead;
pub(crate) use wheel::Wheel;
