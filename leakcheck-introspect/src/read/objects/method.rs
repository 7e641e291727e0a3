//! Functions of tokio that wait for what their `self` leads to.

use super::{awaited::Awaited, found::ObjectRef};
use crate::{Class, Event, Role, read::value::Reader};

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
    pub(crate) fn awaited(self, reader: &Reader<'_>, found: &ObjectRef) -> Option<Awaited> {
        let class = found.object.class;
        let event = match (self, found.role) {
            (Self::Receive, Role::Receiver) => return found.awaited(reader),
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
        };
        Some(found.plain(reader, event?))
    }
}
