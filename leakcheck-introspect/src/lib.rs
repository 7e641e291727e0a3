//! The live tokio tasks of this process, read out of its own debug info.

mod error;
mod frame;
mod graph;
mod list;
mod object;
#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    target_endian = "little",
    not(miri)
))]
mod read;
#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    target_endian = "little",
    not(miri)
)))]
#[path = "unread.rs"]
mod read;
mod task;
mod timer;

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub use read::fuzzing;

pub use error::Error;
pub use frame::{Frame, FrameKind, Local, Location};
pub use graph::{Graph, Waker};
pub use list::TaskList;
pub use object::{Certainty, Class, Event, Hold, Object, Role, Wait};
pub use read::available;
pub use task::{State, Task};
pub use timer::{Timer, TimerList};
