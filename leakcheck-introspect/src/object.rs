//! What tasks hold, and what that is: channels, locks, other tasks, timers, descriptors.

use std::sync::Arc;

use crate::Location;

/// A thing that several tasks may share; two ends of one channel are one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    pub(crate) class: Class,
    pub(crate) address: u64,
}

impl Object {
    /// What it is.
    pub fn class(&self) -> Class {
        self.class
    }

    /// What tells it apart from others of its class: an address, or the number of a descriptor or process.
    pub fn address(&self) -> u64 {
        self.address
    }
}

/// Kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// `tokio::sync::mpsc`, bounded or not.
    Mpsc,
    /// A channel of messages of another crate, such as `async-channel`, `flume` or `futures::channel::mpsc`.
    Channel,
    /// `tokio::sync::oneshot`, `futures::channel::oneshot`.
    Oneshot,
    /// One direction of `tokio::io::duplex`: a message is bytes in it.
    Pipe,
    /// `tokio::sync::watch`.
    Watch,
    /// `tokio::sync::broadcast`.
    Broadcast,
    /// `tokio::sync::Mutex`.
    Mutex,
    /// `tokio::sync::RwLock`.
    RwLock,
    /// `tokio::sync::Semaphore`.
    Semaphore,
    /// `tokio::sync::Notify`.
    Notify,
    /// `tokio::sync::Barrier`.
    Barrier,
    /// Another task.
    Task,
    /// `tokio_util::sync::CancellationToken`.
    CancellationToken,
    /// A timer of the runtime.
    Timer,
    /// A file descriptor that the runtime's I/O driver watches.
    Descriptor,
    /// A child process, by its number.
    Process,
    /// A signal that the process may get.
    Signal,
}

/// What a holder can do with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sends into a channel.
    Sender,
    /// Receives from a channel.
    Receiver,
    /// Has the lock, or permits of it.
    Guard,
    /// Owns or shares the object itself.
    Owner,
    /// Stands in its queue.
    Waiter,
}

/// What somebody can do about a message that nobody has received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queued {
    /// Receive it.
    ToReceive,
    /// Nothing: it has a sender of that channel, which keeps the channel alive.
    Sent,
}

/// One end of an object in a local variable of a frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact by itself")]
pub struct Hold {
    pub(crate) object: Object,
    pub(crate) role: Role,
    /// Address of the handle itself: one that is reached twice counts once.
    pub(crate) place: u64,
    /// Whether nobody else can have the lock at the same time.
    pub(crate) is_exclusive: bool,
    /// Whether nobody else can come to it, as through an `Arc` with other owners.
    pub(crate) is_sole: bool,
    /// How many may share it.
    pub(crate) owners: u64,
    pub(crate) may_end: bool,
    /// Whether a future has it that was polled before and that nobody polls now.
    pub(crate) is_parked: bool,
    /// Whether it is in a message that nobody has received.
    pub(crate) queued: Option<Queued>,
    /// How many stand before it in the queue of a lock, where it stands there.
    pub(crate) ahead: Option<u64>,
    pub(crate) certainty: Certainty,
    pub(crate) function: Arc<str>,
    pub(crate) local: Arc<str>,
    pub(crate) location: Option<Location>,
}

impl Hold {
    /// What is held.
    pub fn object(&self) -> Object {
        self.object
    }

    /// What the holder can do with it.
    pub fn role(&self) -> Role {
        self.role
    }

    /// How many may share it, this holder included: the owners of an `Arc` or `Rc` that leads to it, or `u64::MAX` where a
    /// reference does that anybody may have.
    pub fn owners(&self) -> u64 {
        self.owners
    }

    /// Whether it is the handle of a task inside something whose own `Drop` may end that task.
    pub fn may_end(&self) -> bool {
        self.may_end
    }

    /// Whether nobody else has the lock beside it.
    pub fn is_exclusive(&self) -> bool {
        self.is_exclusive
    }

    /// Whether a future inside the holder has it that was polled before and that the holder does not poll now.
    pub fn is_parked(&self) -> bool {
        self.is_parked
    }

    /// Whether it is in a message that was sent and that nobody has received, and which end of that channel the holder has.
    pub fn queued(&self) -> Option<Queued> {
        self.queued
    }

    /// Whether it is known to hold it still, or may have been moved out of.
    pub fn certainty(&self) -> Certainty {
        self.certainty
    }

    /// The function whose frame holds it.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The variable, with the path of fields inside it: `hub.extra.tx`.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// Where that function is suspended.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }
}

/// How sure a wait or a hold is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// A hand-written future contains it and may or may not poll it; a variable may have been moved out of.
    Possible,
    /// It awaits it; it holds it.
    Certain,
}
