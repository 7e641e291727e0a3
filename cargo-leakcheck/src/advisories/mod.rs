//! Released crates that are known to leak, each proven by a package of this repository.

mod advisory;
mod release;

pub(crate) use advisory::{Advisory, on};
pub(crate) use release::Release;
