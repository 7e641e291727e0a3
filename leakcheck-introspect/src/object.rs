//! What tasks wait for and hold: channels, locks, other tasks, timers, descriptors.

use std::{sync::Arc, time::Instant};

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
    /// `tokio::sync::oneshot`.
    Oneshot,
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

/// One end of an object in a local variable of a frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// Something that a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub(crate) event: Event,
    pub(crate) object: Option<Object>,
    pub(crate) certainty: Certainty,
    /// Whether it waits to have a lock alone.
    pub(crate) is_exclusive: bool,
    /// Whether nothing but messages takes the room that it waits for.
    pub(crate) is_full: bool,
    /// How many stand before it in the queue of a lock.
    pub(crate) ahead: Option<u64>,
    /// Id of the task whose end it waits for.
    pub(crate) task: Option<u64>,
    /// Whether it had happened when it was read, and the task is not waiting for it any more.
    pub(crate) is_over: bool,
    pub(crate) name: Option<Arc<str>>,
}

impl Wait {
    /// What would wake it.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// On which object; `None` where nothing can ever wake it.
    pub fn object(&self) -> Option<Object> {
        self.object
    }

    /// How many ends there are of which any could make it happen, where that is known: the senders that a channel counts, and
    /// the one of a oneshot channel.
    pub fn ends(&self) -> Option<u64> {
        let of_oneshot = || self.object.filter(|object| object.class == Class::Oneshot);
        match self.event {
            Event::Message { senders } => senders.or_else(|| of_oneshot().map(|_| 1)),
            Event::Change { senders } => senders,
            _ => None,
        }
    }

    /// Id of the task whose end it waits for, which may be a blocking one, and in no list.
    pub fn task(&self) -> Option<u64> {
        self.task
    }

    /// Whether it had happened when it was read: the channel was closed, the task had ended. Then it is no wait any more.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What it waits for, as the caller has named it; see [`TaskList::name_objects`](crate::TaskList::name_objects).
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether it is known to wait for this, or was only seen to hold it in a hand-written future.
    pub fn certainty(&self) -> Certainty {
        self.certainty
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

/// What would wake a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message in a channel, or the end of its senders.
    Message {
        /// How many senders are alive, where the channel counts them.
        senders: Option<u64>,
    },
    /// Room in a bounded channel, or the end of its receiver.
    Capacity,
    /// The end of the other side of a channel.
    Closed,
    /// A changed value in a watch channel, or the end of its senders.
    Change {
        /// How many senders are alive.
        senders: Option<u64>,
    },
    /// A lock or permits.
    Permit,
    /// A notification.
    Notification,
    /// Others at the barrier.
    Arrivals,
    /// The end of another task.
    End,
    /// The cancellation of a token.
    Cancellation,
    /// A moment; `None` where it could not be read.
    Deadline(Option<Instant>),
    /// Readiness of a descriptor.
    Readiness,
    /// The end of a child process.
    Exit,
    /// A signal; `None` where it is not known which.
    Signal(Option<i32>),
    /// Nothing: it awaits a future that is never ready.
    Never,
}

impl Event {
    /// Whether a [`Graph`](crate::Graph) may prove that it never comes. Others come by themselves, or may be made to come
    /// by somebody who is in no list.
    #[must_use]
    pub const fn may_be_in_vain(&self) -> bool {
        matches!(
            self,
            Self::Message { .. }
                | Self::Capacity
                | Self::Closed
                | Self::Change { .. }
                | Self::Permit
                | Self::Notification
                | Self::Arrivals
                | Self::End
                | Self::Never
        )
    }
}
