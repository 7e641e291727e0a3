//! What a project accepts: rules, the built-in list, and who used what.

mod builtin;
mod list;
mod near_miss;
mod registered;
mod rule;
mod site;

pub(crate) use builtin::of_statics;
pub(crate) use list::{Sorted, sort};
pub use registered::accept_for_process;
pub(crate) use registered::{any_needs_states, are_any};
pub use rule::Ignore;
