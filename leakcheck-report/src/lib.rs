//! What leakcheck writes down, defined once for who writes it and for who reads it.
//!
//! - [`Report`]: the JSON file of one check, with all [records](Leak) in it. The feature `serde` reads them.
//! - [`baseline`]: the lines of the file of known leaks, by [fingerprint](fingerprint::of).
//! - [`Kind`], [`plural`], [`time`] and [`escape`]: the words that reports share.

pub mod escape;
pub mod fingerprint;
mod kind;
pub mod plural;
pub mod time;

pub use kind::Kind;
