//! Plain data: what was found, who made it and what the verdict is. No behaviour, no I/O, no clock.

mod coverage;
mod frame;
mod kind;
mod leak;
mod report;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "without hooks no task is named")
)]
mod resource;
mod waiting;

pub use coverage::{Coverage, Seen};
pub use frame::{Frame, Home};
pub use kind::Kind;
pub use leak::{Ignored, Leak};
pub use report::{Body, Location, Report, Subject, Verdict};
pub(crate) use resource::{Detail, Maker, Resource, ResourceId, Thing, Tie};
pub use waiting::{Awaited, Holder, TaskState, Waiting};
