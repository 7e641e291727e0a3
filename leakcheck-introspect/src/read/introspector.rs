//! What is known of this program.

use super::{dwarf::Image, tokio::TokioTypes};

/// All that is read by, found out once.
#[derive(Debug)]
pub(super) struct Introspector {
    pub(super) image: Image,
    pub(super) tokio: TokioTypes,
}
