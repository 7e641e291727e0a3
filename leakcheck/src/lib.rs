//! Leak checks for tests.
#![deny(unsafe_code)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod capture;
mod check;
mod checkpoint;
mod diff;
mod drive;
mod entry;
mod env;
mod error;
mod explain;
mod find;
mod guard;
mod ignore;
mod model;
mod options;
mod outcome;
mod output;
mod probe;
#[cfg_attr(
    not(any(tokio_unstable, test)),
    expect(dead_code, reason = "only task hooks write to it")
)]
mod registry;
mod render;
mod runtime;
mod scope;
mod settle;
mod sources;
mod sync;
#[allow(unsafe_code, reason = "the only home of unsafe code")]
mod sys;

pub use checkpoint::{Checkpoint, checkpoint};
pub use error::Error;
pub use find::{find, verify_none};
pub use guard::LeakGuard;
pub use ignore::Ignore;
pub use leakcheck_macros::{leak_checked, test};
pub use model::{
    Body, Coverage, Frame, Home, Ignored, Kind, Leak, Location, Report, Seen, Subject, Verdict,
};
pub use options::{Level, Options};
pub use runtime::instrument;
