//! What a scan finds.

use super::access_path::Trust;
use crate::{
    Certainty, Queued,
    read::{
        dwarf::Die,
        objects::{ObjectRef, Use},
        value::Value,
    },
};

/// What a scan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// To find what a future polls: it stops at async functions.
    Futures,
    /// To find what a variable holds: what async functions hold that are not awaited yet counts as well.
    Objects,
}

/// An object, and how the scan came to it.
#[derive(Debug)]
pub(super) struct ScannedObject {
    pub(super) found: ObjectRef,
    pub(super) path: String,
    pub(super) trust: Trust,
    pub(super) use_: Use,
    /// What the scan was looking for there: what is polled, or what is only kept.
    pub(super) mode: Mode,
    pub(super) is_sole: bool,
    pub(super) owners: u64,
    /// Whether the way to it led over a plain pointer, or into one of several readings of the same bytes.
    pub(super) may_be_gone: bool,
    /// Whether it is known to be still there, where it is in an async function that is not awaited.
    pub(super) certainty: Certainty,
    /// Whether it is in a message that nobody has received.
    pub(super) queued: Option<Queued>,
    /// That function's future, if it was polled before.
    pub(super) inside: Option<(u64, Die)>,
    /// Whether it is the handle of a task that may end with what has it.
    pub(super) may_end: bool,
    /// The number of the branch, of those that are joined.
    pub(super) branch: Option<u32>,
}

/// A future that was polled before, and how the scan came to it.
#[derive(Debug)]
pub(super) struct ScannedFuture {
    pub(super) future: Value,
    pub(super) path: String,
    pub(super) is_sole: bool,
    pub(super) owners: u64,
    pub(super) may_be_gone: bool,
    pub(super) certainty: Certainty,
}
