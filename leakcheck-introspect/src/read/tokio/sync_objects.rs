//! The objects that tasks wait for and hold, by the types through which they are reached.

use std::time::Instant;

use super::{clock, contention, layout};
use crate::{
    Class, Event, Object, Role,
    read::{
        dwarf::Type,
        value::{Reader, Value},
    },
};

/// A type that stands for an object.
#[derive(Debug)]
pub(crate) struct ObjectKind {
    ty: &'static str,
    class: Class,
    role: Role,
    at: Identity,
    /// What one waits for who awaits it, if it is awaited by itself.
    pub(crate) leaf: Leaf,
    /// A field whose content is searched as well, such as what a lock guards.
    pub(crate) content: Option<&'static str>,
}

/// Where the object's identity is.
#[derive(Clone, Copy, Debug)]
enum Identity {
    /// The pointer that this path ends at.
    Pointer(&'static [&'static str]),
    /// The address of what this path ends at.
    Place(&'static [&'static str]),
    /// The number of the descriptor inside.
    Descriptor,
    /// The number of the child process inside.
    Process,
}

/// Whether a type is a future of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// It is only ever polled inside another future.
    No,
    /// It is awaited for what its class stands for.
    Yes,
}

/// An object that was reached.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRef {
    pub(crate) object: Object,
    pub(crate) role: Role,
    pub(crate) place: u64,
    pub(crate) kind: &'static ObjectKind,
    pub(crate) value: Value,
}

macro_rules! kinds {
    ($($ty:literal $class:ident $role:ident $at:expr, $leaf:ident $(, in $content:literal)?;)*) => {
        &[$(ObjectKind {
            ty: $ty,
            class: Class::$class,
            role: Role::$role,
            at: $at,
            leaf: Leaf::$leaf,
            content: kinds!(@content $($content)?),
        }),*]
    };
    (@content) => { None };
    (@content $content:literal) => { Some($content) };
}

use Identity::{Descriptor, Place, Pointer, Process};

const ITSELF: Identity = Place(&[]);

static KINDS: &[ObjectKind] = kinds![
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
    "tokio::sync::rwlock::RwLock" RwLock Owner Place(&["s"]), No, in "c";
    "tokio::sync::rwlock::read_guard::RwLockReadGuard" RwLock Guard Pointer(&["s"]), No;
    "tokio::sync::rwlock::write_guard::RwLockWriteGuard" RwLock Guard Pointer(&["s"]), No;
    "tokio::sync::rwlock::write_guard_mapped::RwLockMappedWriteGuard" RwLock Guard Pointer(&["s"]), No;
    "tokio::sync::rwlock::owned_read_guard::OwnedRwLockReadGuard" RwLock Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::rwlock::owned_write_guard::OwnedRwLockWriteGuard" RwLock Guard Place(&["lock", ">", "s"]), No;
    "tokio::sync::semaphore::Semaphore" Semaphore Owner Place(&["ll_sem"]), No;
    "tokio::sync::semaphore::SemaphorePermit" Semaphore Guard Place(&["sem", ">", "ll_sem"]), No;
    "tokio::sync::semaphore::OwnedSemaphorePermit" Semaphore Guard Place(&["sem", ">", "ll_sem"]), No;
    "tokio::sync::once_cell::OnceCell" Semaphore Owner Place(&["semaphore", "ll_sem"]), No, in "value";
    "tokio::sync::notify::Notify" Notify Owner ITSELF, No;
    "tokio::sync::notify::Notified" Notify Waiter Pointer(&["notify"]), Yes;
    "tokio::sync::notify::OwnedNotified" Notify Waiter Place(&["notify", ">"]), Yes;
    "tokio::sync::barrier::Barrier" Barrier Owner ITSELF, No;
    "tokio::runtime::task::join::JoinHandle" Task Owner Pointer(&["raw", "ptr"]), Yes;
    "tokio::runtime::task::abort::AbortHandle" Task Sender Pointer(&["raw", "ptr"]), No;
    "tokio::time::sleep::Sleep" Timer Owner ITSELF, Yes;
    "tokio::io::poll_evented::PollEvented" Descriptor Owner Descriptor, No;
    "tokio::io::async_fd::AsyncFd" Descriptor Owner Descriptor, No;
    "tokio::process::ChildDropGuard" Process Owner Process, No, in "inner";
    "tokio::signal::RxFuture" Signal Waiter ITSELF, Yes;
    "tokio_util::sync::cancellation_token::CancellationToken" CancellationToken Owner Pointer(&["inner"]), No;
    "tokio_util::sync::cancellation_token::WaitForCancellationFuture" CancellationToken Waiter Pointer(&["cancellation_token", ">", "inner"]), Yes;
    "tokio_util::sync::cancellation_token::WaitForCancellationFutureOwned" CancellationToken Waiter Pointer(&["cancellation_token", "inner"]), Yes;
];

/// Methods of these types wait for what stands beside them, on the `self` that they were called with.
static METHODS: &[(&str, &[&str], Method)] = &[
    ("sync::mpsc::bounded::Sender", &["closed"], Method::Closed),
    (
        "sync::mpsc::unbounded::UnboundedSender",
        &["closed"],
        Method::Closed,
    ),
    // Not `send_timeout`, which has a timer beside it.
    (
        "sync::mpsc::bounded::Sender",
        &["send", "reserve", "reserve_many", "reserve_owned"],
        Method::Capacity,
    ),
    ("sync::mpsc::bounded::Receiver", &[], Method::Receive),
    (
        "sync::mpsc::unbounded::UnboundedReceiver",
        &[],
        Method::Receive,
    ),
    ("sync::oneshot::Sender", &["closed"], Method::Closed),
    ("sync::watch::Sender", &["closed"], Method::Closed),
    ("sync::watch::Receiver", &[], Method::Receive),
    ("sync::broadcast::Sender", &["closed"], Method::Closed),
    ("sync::broadcast::Receiver", &[], Method::Receive),
    ("sync::mutex::Mutex", &[], Method::Permit),
    ("sync::rwlock::RwLock", &[], Method::Permit),
    ("sync::semaphore::Semaphore", &[], Method::Permit),
    ("sync::barrier::Barrier", &[], Method::Arrive),
    (
        "task::join_set::JoinSet",
        &["join_next", "join_next_with_id"],
        Method::Join,
    ),
    ("process::Child", &["wait"], Method::Exit),
    ("signal::unix::Signal", &["recv"], Method::Signal),
    ("net::tcp::listener::TcpListener", &[], Method::Ready),
    ("net::tcp::stream::TcpStream", &[], Method::Ready),
    ("net::udp::UdpSocket", &[], Method::Ready),
    ("net::unix::listener::UnixListener", &[], Method::Ready),
    ("net::unix::stream::UnixStream", &[], Method::Ready),
    (
        "net::unix::datagram::socket::UnixDatagram",
        &[],
        Method::Ready,
    ),
    ("io::async_fd::AsyncFd", &[], Method::Ready),
];

/// A method of tokio, by what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Receive,
    Capacity,
    Closed,
    Permit,
    Arrive,
    Join,
    Ready,
    Exit,
    Signal,
}

impl Method {
    /// What the function with this path waits for.
    pub(crate) fn of(function: &str) -> Option<Self> {
        let function = function.strip_prefix("tokio::")?;
        METHODS.iter().find_map(|(ty, names, method)| {
            let name = function.strip_prefix(ty)?.strip_prefix("::")?;
            (names.is_empty() || names.contains(&name)).then_some(*method)
        })
    }

    /// What it waits for on an object that its `self` leads to.
    pub(crate) fn event(self, reader: &Reader<'_>, found: &ObjectRef) -> Option<Event> {
        let class = found.object.class;
        match (self, found.role) {
            (Self::Receive, Role::Receiver) => found.awaited(reader),
            (Self::Capacity, Role::Sender) => (class == Class::Mpsc).then_some(Event::Capacity),
            (Self::Closed, Role::Sender) => Some(Event::Closed),
            (Self::Permit, Role::Owner) => {
                matches!(class, Class::Mutex | Class::RwLock | Class::Semaphore)
                    .then_some(Event::Permit)
            }
            (Self::Arrive, Role::Owner) => (class == Class::Barrier).then_some(Event::Arrivals),
            (Self::Join, Role::Owner) => (class == Class::Task).then_some(Event::End),
            (Self::Ready, Role::Owner) => (class == Class::Descriptor).then_some(Event::Readiness),
            (Self::Exit, Role::Owner) => (class == Class::Process).then_some(Event::Exit),
            (Self::Signal, Role::Waiter) => (class == Class::Signal).then_some(Event::Signal(None)),
            _ => None,
        }
    }
}

impl ObjectKind {
    /// Whether values of this type stand for objects.
    pub(crate) fn is_one(ty: &Type) -> bool {
        ty.path.starts_with("tokio") && KINDS.iter().any(|kind| kind.ty == ty.base)
    }

    /// The object that a value stands for.
    pub(crate) fn find(reader: &Reader<'_>, value: Value) -> Option<ObjectRef> {
        value.ty.path.starts_with("tokio").then_some(())?;
        let kind = KINDS.iter().find(|kind| kind.ty == value.ty.base)?;
        let address = match kind.at {
            Pointer(path) => {
                let pointer = reader.pointer(reader.resolve(value, path)?)?;
                reader.memory.word(pointer.address)?
            }
            Place(path) => reader.resolve(value, path)?.address,
            Descriptor => {
                let descriptor = reader.inside(value, &|ty| ty.name == "OwnedFd")?;
                reader.memory.number(descriptor.address, 4)?
            }
            Process => {
                let child = reader.find(value, "std::process::Child")?;
                let process = reader.inside(child, &|ty| ty.member("pid").is_some())?;
                reader.number(reader.field(process, "pid")?)?
            }
        };
        Some(ObjectRef {
            object: Object {
                class: kind.class,
                address,
            },
            role: kind.role,
            place: value.address,
            kind,
            value,
        })
    }
}

impl ObjectRef {
    /// Whether it only borrows from a handle that somebody else has.
    pub(crate) fn is_borrowed(&self) -> bool {
        matches!(
            self.kind.ty,
            "tokio::sync::mpsc::bounded::Permit" | "tokio::sync::mpsc::bounded::PermitIterator"
        )
    }

    /// Whether it is a lock that nobody else can have at the same time.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.role == Role::Guard
            && (self.object.class == Class::Mutex || self.kind.ty.contains("rite_guard"))
    }

    /// What somebody waits for who waits with this.
    pub(crate) fn awaited(&self, reader: &Reader<'_>) -> Option<Event> {
        match (self.object.class, self.role) {
            (Class::Mpsc, Role::Receiver) => Some(Event::Message {
                // Out of a weak sender another one may come at any time.
                senders: self
                    .word(reader, "tx_count")
                    .filter(|_| self.word(reader, "tx_weak_count") == Some(0)),
            }),
            (Class::Broadcast, Role::Receiver) => Some(Event::Message {
                senders: self.word(reader, "num_tx"),
            }),
            (Class::Oneshot, Role::Receiver) => Some(Event::Message { senders: None }),
            (Class::Watch, Role::Receiver) => Some(Event::Change {
                senders: self.word(reader, "ref_count_tx"),
            }),
            (Class::Semaphore, Role::Waiter) => Some(Event::Permit),
            (Class::Notify, Role::Waiter) => Some(Event::Notification),
            (Class::CancellationToken, Role::Waiter) => Some(Event::Cancellation),
            (Class::Task, Role::Owner) => Some(Event::End),
            (Class::Timer, _) => Some(Event::Deadline(self.deadline(reader))),
            (Class::Descriptor, _) => Some(Event::Readiness),
            (Class::Signal, Role::Waiter) => Some(Event::Signal(None)),
            _ => None,
        }
    }

    /// Whether the event has come already: whoever asks for it gets it at once.
    pub(crate) fn is_over(&self, reader: &Reader<'_>, event: &Event) -> bool {
        let has_any = |bits: u64| {
            let state = self.word(reader, "state");
            state.is_some_and(|word| word & bits != 0)
        };
        match (event, self.object.class) {
            (Event::Message { .. }, Class::Oneshot) => {
                has_any(layout::VALUE_SENT | layout::CHANNEL_CLOSED)
            }
            (Event::Message { senders } | Event::Change { senders }, _) => *senders == Some(0),
            (Event::End, Class::Task) => has_any(layout::COMPLETE),
            _ => false,
        }
    }

    /// Whether messages take all the room of the channel.
    pub(crate) fn is_full(&self, reader: &Reader<'_>) -> bool {
        self.shared(reader)
            .and_then(|shared| contention::is_full(reader, shared))
            .unwrap_or(false)
    }

    /// What the ends of the channel share.
    fn shared(&self, reader: &Reader<'_>) -> Option<Value> {
        let Pointer(path) = self.kind.at else {
            return None;
        };
        reader.target(reader.resolve(self.value, path)?)
    }

    /// A word of that.
    fn word(&self, reader: &Reader<'_>, name: &str) -> Option<u64> {
        let field = reader.field(self.shared(reader)?, name)?;
        reader.memory.word(field.address)
    }

    /// When the timer fires.
    fn deadline(&self, reader: &Reader<'_>) -> Option<Instant> {
        // Until 1.52 it stands in the entry of the timer.
        let holder = reader.inside(self.value, &|ty| ty.member("deadline").is_some())?;
        clock::instant(reader, reader.field(holder, "deadline")?)
    }
}
