//! From raw return addresses to frames that a person can read; runs for reports only.

mod function;
mod home;
mod symbol;
mod trace;

pub(crate) use trace::{Trace, address, frame, trace};
