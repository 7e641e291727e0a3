//! The live tokio tasks of this process, read out of its own debug info: where each is suspended, what it holds, what it
//! waits for, and which other task could wake it.
//!
//! No flags, no feature of tokio, no instrumentation: plain stable Rust with the debug info that a development build has.
//! Reading polls nothing, wakes nobody and stops nobody. It is meant for tests and for debug endpoints.
//!
//! ```
//! use leakcheck_introspect::{Graph, TaskList};
//! use tokio::{runtime::Handle, sync::oneshot, task::yield_now};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! async fn answer(question: oneshot::Receiver<u32>) -> u32 {
//!     question.await.unwrap_or(0)
//! }
//!
//! let (ask, question) = oneshot::channel();
//! tokio::spawn(answer(question));
//! yield_now().await;
//!
//! let list = TaskList::of_runtime(&Handle::current())?;
//! let task = &list.tasks()[0];
//! println!("{}", task.future()); // my_crate::answer
//! for wait in task.waits() {
//!     println!("{:?}", wait.event()); // Message { senders: None }
//!     // Who could answer is not a task.
//!     assert!(Graph::new([&list]).wakers(task, wait).is_empty());
//! }
//! # drop(ask);
//! # Ok::<(), leakcheck_introspect::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What there is
//!
//! - [`TaskList`], the tasks of a runtime or of a `LocalSet`: [`Task`], its [`Frame`]s, [`Wait`]s and [`Hold`]s.
//! - [`LocalTasks`], a way to the tasks of a `LocalSet` that is moved about.
//! - [`FutureAddress`], for a future that is no task, such as the one given to `block_on`.
//! - [`Statics`], what the statics of the program hold.
//! - [`ThreadStack`], what the stack of a thread may hold.
//! - [`Graph`], who could wake whom, who waits for ever, and on whom a task [depends](Dependence).
//! - [`TimerList`], the armed timers of a runtime; [`TimerWheel`], whether there are any.
//! - [`BlockingTask`], a closure that a thread runs, by its id.
//! - [`available`], whether any of this works in this program.
//!
//! # What it relies on
//!
//! On names of private fields of tokio, for which it is tested with every minor release from 1.47 to 1.54; on full debug
//! info of the crates whose futures are to be read; on 64-bit Linux. Before anything is believed, two tasks that are
//! known in every detail are read; if one is misread, everything is an [`Error`]. Memory is read through the kernel, and
//! whatever is read is checked, so that a task that ends meanwhile is an error value.
#![deny(unsafe_code)]

mod attempt;
mod block;
mod blocking_task;
#[cfg_attr(
    not(all(target_os = "linux", target_pointer_width = "64", not(miri))),
    allow(dead_code, reason = "where nothing is read nothing is made")
)]
mod call;
mod dependence;
#[cfg_attr(
    not(all(target_os = "linux", target_pointer_width = "64", not(miri))),
    allow(dead_code, reason = "where nothing is read nobody is counted")
)]
mod enders;
mod entry_points;
mod error;
mod frame;
mod future_address;
mod graph;
mod handle_use;
mod kept;
mod local_tasks;
mod need;
mod object;
#[cfg_attr(
    not(all(target_os = "linux", target_pointer_width = "64", not(miri))),
    allow(dead_code, reason = "where nothing is read nothing is counted")
)]
mod park_counts;
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
#[path = "unsupported.rs"]
mod read;
mod statics;
#[cfg_attr(
    not(all(target_os = "linux", target_pointer_width = "64", not(miri))),
    allow(dead_code, reason = "where nothing is read nothing is left out")
)]
mod task;
mod task_list;
mod thread_stack;
mod timer;
mod timer_wheel;
mod wait;

#[cfg(all(
    any(test, fuzzing),
    target_os = "linux",
    target_pointer_width = "64",
    not(miri)
))]
#[doc(hidden)]
pub use read::fuzzing;

pub(crate) use enders::{Enders, Handles, Party};

pub use attempt::Attempt;
pub use block::{Block, OwnerField};
pub use blocking_task::BlockingTask;
pub use call::Call;
pub use dependence::{Dependence, Tie};
pub use error::Error;
pub use frame::{Frame, FrameKind, Local, Location};
pub use future_address::FutureAddress;
pub use graph::{Graph, Keeper, Waker};
pub use handle_use::HandleUse;
pub use local_tasks::LocalTasks;
pub use need::Need;
pub use object::{Certainty, Class, Hold, Object, Queued, Role};
pub use read::{
    allocated_for, available, barrier, called_from, calls_at, file_of, has_read, is_readable,
    keep_program, owners, perhaps_alive, promised, read_words,
};
pub use statics::{Static, Statics};
pub use task::{State, Task};
pub use task_list::TaskList;
pub use thread_stack::ThreadStack;
pub use timer::{Timer, TimerList};
pub use timer_wheel::TimerWheel;
pub use wait::{Event, Wait};
