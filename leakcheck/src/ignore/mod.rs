//! What a project accepts: rules, the built-in list, and who used what.

mod builtin;
mod list;
mod rule;

pub(crate) use list::{Sorted, sort};
pub use rule::Ignore;
