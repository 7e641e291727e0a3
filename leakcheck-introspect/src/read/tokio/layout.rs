//! What tokio keeps private and this crate relies on: names of types and fields, in one table.
//!
//! Paths go by name through the few structures that matter; wrappers between them (cells, locks, atomics) are searched
//! by type, because they change from release to release.

/// From a `Handle` to the tasks it owns, for both kinds of runtime.
pub(super) const OWNED_BY_HANDLE: &[&str] = &["inner", "?", "__0", ">", "shared", "owned"];
/// From a `LocalSet` to the tasks it owns.
pub(super) const OWNED_BY_LOCAL_SET: &[&str] =
    &["context", ">", "shared", ">", "local_state", "owned"];
/// From what schedules a task of a `LocalSet` to the same, and to the thread that the set belongs to.
pub(super) const LOCAL_SCHEDULER: &str = "tokio::task::local::Shared";
pub(super) const OWNED_BY_LOCAL_SCHEDULER: &[&str] = &[">", "local_state", "owned"];
pub(super) const HOME_BY_LOCAL_SCHEDULER: &[&str] = &[">", "local_state", "owner"];
/// From a `LocalSet` to what schedules its tasks.
pub(super) const SCHEDULER_OF_LOCAL_SET: &[&str] = &["context", ">", "shared"];
/// What either says once it was shut down.
pub(super) const CLOSED: &str = "closed";
/// From a `Handle` to what it has of the time driver.
pub(super) const TIME_BY_HANDLE: &[&str] = &["inner", "?", "__0", ">", "driver", "time"];
/// The driver's own handle, its wheel, and where a timer has the tick it was armed for, by release.
pub(super) const TIME_HANDLE: &str = "tokio::runtime::time::handle::Handle";
pub(super) const WHEEL: &str = "tokio::runtime::time::wheel::Wheel";
pub(super) const TICKS: &[&str] = &["registered_when", "cached_when"];
/// Levels of a wheel, slots of a level, and bytes of a slot: the two ends of a list.
pub(super) const LEVELS: usize = 6;
pub(super) const SLOTS: usize = 64;
pub(super) const SLOT: usize = 16;
/// The type of a handle, where no function of this crate leads to it.
pub(super) const HANDLE: &str = "tokio::runtime::handle::Handle";
/// The type of a local set, likewise.
pub(super) const LOCAL_SET: &str = "tokio::task::local::LocalSet";

/// The list of tasks in each shard, and the links inside a task.
pub(super) const LINKED_LIST: &str = "tokio::util::linked_list::LinkedList";
pub(super) const LINKS: &str = "tokio::util::linked_list::PointersInner";
/// What stands at the end of a task's cell.
pub(super) const TRAILER: &str = "tokio::runtime::task::core::Trailer";
/// What stands in front of it.
pub(super) const STAGE: &str = "tokio::runtime::task::core::Stage";

/// The future of a closure given to `spawn_blocking`.
pub(super) const BLOCKING: &str = "tokio::runtime::blocking::task::BlockingTask";
/// Where what a runtime hands to its own pool is written: its workers.
pub(crate) const SCHEDULER: &str = "tokio::runtime::scheduler::";
/// What stands around a future whose span is traced.
pub(crate) const INSTRUMENTED: &str = "tracing::instrument::Instrumented";

/// Bits of a task's state word.
pub(crate) const RUNNING: u64 = 1;
pub(crate) const COMPLETE: u64 = 1 << 1;
pub(super) const NOTIFIED: u64 = 1 << 2;
pub(super) const JOIN_INTEREST: u64 = 1 << 3;
pub(super) const CANCELLED: u64 = 1 << 5;
/// Bits of a oneshot channel's state word: something was sent or the sender is gone, and the receiver was closed.
pub(crate) const VALUE_SENT: u64 = 1 << 1;
pub(crate) const CHANNEL_CLOSED: u64 = 1 << 2;
/// Where the counted references to a task begin in it.
pub(crate) const REFERENCES: u32 = 6;

/// Where a header has its state, its vtable and its owner, and its size up to there: for a first look without debug info, by
/// which nothing is believed.
pub(super) const STATE: usize = 0;
pub(super) const VTABLE: usize = 16;
pub(super) const OWNER: usize = 24;
pub(crate) const HEADER: usize = OWNER + 8;
