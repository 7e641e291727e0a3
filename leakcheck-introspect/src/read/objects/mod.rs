//! The objects that tasks wait for and hold, by the types through which they are reached.

mod awaited;
mod channels;
mod found;
mod kind;
mod locks;
mod method;
mod queue;
mod tally;
mod token_tree;
mod tokio_objects;
mod tokio_waits;
mod use_of;

pub(crate) use awaited::Awaited;
pub(crate) use found::ObjectRef;
pub(crate) use kind::ObjectKind;
pub(crate) use method::Method;
pub(crate) use queue::unread;
pub(crate) use use_of::Use;
