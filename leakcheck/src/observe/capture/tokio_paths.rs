//! Where tokio's functions stand: the only place of this crate that names modules of tokio that are not public.
//!
//! All of it holds for tokio 1.47 to 1.54; a release after these may move any of them.

use crate::base::model::{Call, State};

/// Begins the names of what builds a runtime.
pub(crate) const BUILD: &str = "tokio::runtime::builder::Builder::build";
/// Builds one that runs on the thread that uses it.
pub(crate) const BUILD_CURRENT_THREAD: &str =
    "tokio::runtime::builder::Builder::build_current_thread";
/// The same for tasks that need not be `Send`.
pub(crate) const BUILD_LOCAL: &str = "tokio::runtime::builder::Builder::build_local";
/// Runs tasks, on a thread of a pool or on that of a body.
pub(crate) const SCHEDULER: &str = "tokio::runtime::scheduler::";
/// Hands closures to a pool, and starts its threads.
pub(crate) const SPAWNER: &str = "tokio::runtime::blocking::pool::Spawner::";
/// Runs a thread of a pool: a worker, or one for closures.
pub(crate) const POOL_THREAD: &str = "tokio::runtime::blocking::pool::Inner::run";
/// Runs a closure that a pool was handed; part of names, which begin with the type of the method.
pub(crate) const BLOCKING_TASK: &str = "tokio::runtime::blocking::task::BlockingTask";
/// Makes tasks, and runs them.
pub(crate) const TASK: &str = "tokio::runtime::task::";
/// Runs a task or a closure.
pub(crate) const HARNESS: &str = "tokio::runtime::task::harness::";
/// Polls a task and catches its panic.
pub(crate) const POLL_FUTURE: &str = "tokio::runtime::task::harness::poll_future";
/// Polls a task, without a word of its type.
pub(crate) const RAW_POLL: &str = "tokio::runtime::task::raw::poll";
/// Spawns on a `LocalSet`, and runs its tasks.
pub(crate) const LOCAL_SET: &str = "tokio::task::local::";
/// The functions of an async cell that is initialised once.
pub(crate) const ONCE_CELL: &str = "tokio::sync::once_cell::OnceCell::*";

/// Calls that block, and those in which threads of a runtime have nothing to do, by the ends of their paths.
#[rustfmt::skip]
pub(crate) const CALLS: &[(&str, &str, State)] = &[
    ("tokio", "Receiver::blocking_recv", State::Blocked(Call::Function("blocking_recv"))),
    ("tokio", "Sender::blocking_send", State::Blocked(Call::Function("blocking_send"))),
    ("tokio", "Mutex::blocking_lock", State::Blocked(Call::Function("blocking_lock"))),
    ("tokio", "Runtime::block_on", State::Blocked(Call::Function("Runtime::block_on"))),
    ("tokio", "Handle::block_on", State::Blocked(Call::HandleBlockOn)),
    ("tokio", "worker::run", State::Idle),
    ("tokio", "pool::Inner::run", State::Idle),
];
