//! Channels, locks, timers and the like of tokio and its companions, and what has the descriptors of std.

use super::{
    kind::{
        ITSELF,
        Identity::{Descriptor, Place, Pointer, Process},
        Leaf::{Inside, No, Yes},
        ObjectKind, kinds,
    },
    tally::{Count, Tally},
};
use crate::Party;

/// One of each end, and no more.
static PIPE: Tally = Tally {
    home: "tokio::io::util::mem::SimplexStream",
    senders: Count::One,
    receivers: Count::One,
    has_others: false,
    message: Party::Senders,
    room: Party::Receivers,
    closed: Party::Anybody,
};

pub(super) static KINDS: &[ObjectKind] = kinds![
    "tokio::sync::mpsc::bounded::Sender" Mpsc Sender Pointer(&["chan", "inner"]), No;
    "tokio::sync::mpsc::bounded::Permit" Mpsc Sender Pointer(&["chan", ">", "inner"]), No;
    "tokio::sync::mpsc::bounded::PermitIterator" Mpsc Sender Pointer(&["chan", ">", "inner"]), No;
    "tokio::sync::mpsc::bounded::OwnedPermit" Mpsc Sender Pointer(&["chan", "?", "__0", "inner"]), No;
    "tokio::sync::mpsc::bounded::Receiver" Mpsc Receiver Pointer(&["chan", "inner"]), No;
    "tokio::sync::mpsc::unbounded::UnboundedSender" Mpsc Sender Pointer(&["chan", "inner"]), No;
    "tokio::sync::mpsc::unbounded::UnboundedReceiver" Mpsc Receiver Pointer(&["chan", "inner"]), No;
    "tokio::sync::mpsc::chan::Tx" Mpsc Sender Pointer(&["inner"]), No;
    "tokio::sync::mpsc::chan::Rx" Mpsc Receiver Pointer(&["inner"]), No;
    "tokio::sync::oneshot::Sender" Oneshot Sender Pointer(&["inner"]), No;
    "tokio::sync::oneshot::Receiver" Oneshot Receiver Pointer(&["inner"]), Yes;
    "tokio::sync::watch::Sender" Watch Sender Pointer(&["shared"]), No;
    "tokio::sync::watch::Receiver" Watch Receiver Pointer(&["shared"]), No;
    "tokio::sync::broadcast::Sender" Broadcast Sender Pointer(&["shared"]), No;
    "tokio::sync::broadcast::Receiver" Broadcast Receiver Pointer(&["shared"]), No;
    "tokio::sync::batch_semaphore::Acquire" Semaphore Waiter Pointer(&["semaphore"]), Yes;
    "tokio::sync::mutex::Mutex" Mutex Owner Place(&["s"]), No, in "c";
    "tokio::sync::mutex::MutexGuard" Mutex Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::mutex::OwnedMutexGuard" Mutex Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::mutex::MappedMutexGuard" Mutex Guard Pointer(&["s"]), No;
    "tokio::sync::mutex::OwnedMappedMutexGuard" Mutex Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::rwlock::RwLock" RwLock Owner Place(&["s"]), No, in "c";
    "tokio::sync::rwlock::read_guard::RwLockReadGuard" RwLock Guard Pointer(&["s"]), No;
    "tokio::sync::rwlock::write_guard::RwLockWriteGuard" RwLock Guard Pointer(&["s"]), No;
    "tokio::sync::rwlock::write_guard_mapped::RwLockMappedWriteGuard" RwLock Guard Pointer(&["s"]), No;
    "tokio::sync::rwlock::owned_read_guard::OwnedRwLockReadGuard" RwLock Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::rwlock::owned_write_guard::OwnedRwLockWriteGuard" RwLock Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::rwlock::owned_write_guard_mapped::OwnedRwLockMappedWriteGuard" RwLock Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::semaphore::Semaphore" Semaphore Owner Place(&["ll_sem"]), No;
    "tokio::sync::semaphore::SemaphorePermit" Semaphore Guard Place(&["sem", ">", "ll_sem"]), No;
    "tokio::sync::semaphore::OwnedSemaphorePermit" Semaphore Guard Place(&["sem", ">", "ll_sem"]), No;
    "tokio::sync::once_cell::OnceCell" Semaphore Owner Place(&["semaphore", "ll_sem"]), No, in "value";
    "tokio::sync::set_once::SetOnce" Notify Owner Place(&["notify"]), No, in "value";
    "tokio::sync::notify::Notify" Notify Owner ITSELF, No;
    "tokio::sync::notify::Notified" Notify Waiter Pointer(&["notify"]), Yes;
    "tokio::sync::notify::OwnedNotified" Notify Waiter Place(&["notify", ">"]), Yes;
    "tokio::sync::barrier::Barrier" Barrier Owner ITSELF, No;
    "tokio::io::util::mem::DuplexStream" Pipe Sender Pointer(&["write"]), No, by PIPE;
    "tokio::io::util::mem::DuplexStream" Pipe Receiver Pointer(&["read"]), No, by PIPE;
    "tokio::runtime::task::join::JoinHandle" Task Owner Pointer(&["raw", "ptr"]), Yes;
    "tokio::runtime::task::abort::AbortHandle" Task Sender Pointer(&["raw", "ptr"]), No;
    "tokio::time::sleep::Sleep" Timer Owner ITSELF, Yes;
    "tokio::io::poll_evented::PollEvented" Descriptor Owner Descriptor, Inside;
    "tokio::io::async_fd::AsyncFd" Descriptor Owner Descriptor, Inside;
    "std::os::fd::owned::OwnedFd" Descriptor Owner Descriptor, No;
    "tokio::process::ChildDropGuard" Process Owner Process, No, in "inner";
    "tokio::signal::RxFuture" Signal Waiter ITSELF, Yes;
    "tokio_util::sync::cancellation_token::CancellationToken" CancellationToken Owner Pointer(&["inner"]), No;
    "tokio_util::sync::cancellation_token::WaitForCancellationFuture" CancellationToken Waiter Pointer(&["cancellation_token", ">", "inner"]), Yes;
    "tokio_util::sync::cancellation_token::WaitForCancellationFutureOwned" CancellationToken Waiter Pointer(&["cancellation_token", "inner"]), Yes, in "cancellation_token";
];
