//! Plain data: what was found, who made it and what the verdict is. No behaviour, no I/O, no clock.

mod accepted;
mod breach;
mod call;
mod cancelled;
mod coverage;
mod dependence;
mod event;
mod fact;
mod frame;
mod hang;
mod keeper;
mod leak;
mod level;
#[allow(dead_code, reason = "made where memory is looked at")]
mod lost_memory;
mod missing;
mod name;
mod note;
mod own_handle;
mod report;
#[cfg_attr(
    not(tokio_unstable),
    allow(dead_code, reason = "without hooks no task is named")
)]
mod resource;
#[allow(
    dead_code,
    reason = "there is no temporary file where none is recorded"
)]
mod temp_file;
#[allow(dead_code, reason = "made where threads can be asked")]
mod thread_activity;
mod timeline;
mod waiting;

pub(crate) use accepted::{Accepted, AcceptedSite};
pub use breach::Breach;
pub(crate) use breach::{Begun, BreachSite, Limited, Measure, PeakPrecision};
pub use call::{About, Call};
pub use cancelled::{CancelExtent, CancelFailure, CancelFault, Cancellations, CancelledAt};
pub use coverage::{Coverage, Seen};
pub(crate) use dependence::{Dependence, Tie};
pub use event::Event;
pub(crate) use fact::{
    Below, Fact, Firing, Held, HeldStream, Notice, Place, ProcessState, TimerKind,
};
pub use frame::{CodeOwner, Frame};
pub(crate) use hang::Fate;
pub use hang::{ExitBegan, Hang, HangCause, HangEnd, KernelState, StuckThread, ThreadState};
pub(crate) use keeper::{Keeper, Kept, Use};
pub use leak::{Ignored, Leak};
pub use level::Level;
#[cfg_attr(
    not(feature = "heap"),
    allow(unused_imports, reason = "made where memory is looked at")
)]
pub(crate) use lost_memory::{LostMemory, Owned, Step};
pub use missing::Missing;
pub(crate) use name::without_numbers;
pub(crate) use note::{Note, Remark, StacksUnread, TimerSite, Uncounted, Unreadable};
pub use own_handle::{HandleKind, OwnHandle};
pub(crate) use report::Gap;
pub use report::{Body, Location, Report, Subject, Verdict};
pub(crate) use resource::{Creator, Detail, OtherResource, Resource, ResourceId, RuntimeRelation};
pub(crate) use temp_file::{Content, Extent, TempFile, TempOwner};
pub(crate) use thread_activity::{KernelActivity, ThreadActivity};
pub(crate) use timeline::{Span, SpanEnd, Timeline};
pub(crate) use waiting::Pause;
pub use waiting::{Awaited, Holder, HolderKind, State, Waiting};

pub use leakcheck_report::Kind;
