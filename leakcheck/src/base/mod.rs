//! Plain data with typed facts, the crate's one error, and the choice between std and loom; it knows nothing of what is above.

pub(crate) mod error;
pub(crate) mod model;
pub(crate) mod sync;
pub(crate) mod test_meta;
