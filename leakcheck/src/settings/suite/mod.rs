//! What all tests of a binary have in common: options below those of each, hooks around them.

#[cfg(feature = "harness")]
mod definition;

#[cfg(feature = "harness")]
pub use definition::{Suite, When};

#[cfg(feature = "harness")]
pub(crate) use definition::registered;

use crate::settings::options::Options;

/// The options that each test of this binary starts from.
#[cfg(feature = "harness")]
pub(crate) fn options() -> Options {
    registered().map_or_else(Options::new, |suite| (suite.options)())
}

/// The options that each test of this binary starts from: none without the feature.
#[cfg(not(feature = "harness"))]
pub(crate) fn options() -> Options {
    Options::new()
}
