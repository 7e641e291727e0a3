//! Memory that a test has allocated and that nothing leads to any more: looked at once, at the end of its check.

#[cfg(not(feature = "heap"))]
mod absent;
#[cfg(feature = "heap")]
mod graph;
#[cfg(feature = "heap")]
mod look;
#[cfg(feature = "heap")]
mod lost;
#[cfg(feature = "heap")]
mod mark;
#[cfg(feature = "heap")]
mod noted;
#[cfg(feature = "heap")]
mod planted;

use crate::base::model::Seen;

#[cfg(not(feature = "heap"))]
use absent::gap;
#[cfg(feature = "heap")]
use noted::gap;

#[cfg(not(feature = "heap"))]
pub(crate) use absent::{coverage, planted};
#[cfg(feature = "heap")]
pub(crate) use {
    lost::list,
    noted::{coverage, planted, watch},
};

/// Whether the program has the allocator that notes, or wants to.
pub(crate) fn is_asked_for() -> bool {
    !matches!(gap(), Seen::Nothing(_))
}
