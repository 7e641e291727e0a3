//! What a user calls by hand: guards, checkpoints, snapshots, and words for what a test starts on purpose.

pub(crate) mod background;
pub(crate) mod checkpoint;
pub(crate) mod find;
pub(crate) mod guard;
pub(crate) mod snapshot;
pub(crate) mod statics;
pub(crate) mod tracked;
