//! What tasks wait for.

use std::{sync::Arc, time::Instant};

use crate::{Certainty, Class, Enders, Object};

/// Something that a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub(crate) event: Event,
    pub(crate) object: Option<Object>,
    pub(crate) certainty: Certainty,
    pub(crate) enders: Enders,
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

    /// Whether messages take all the room that it waits for, as far as that is read: of tokio's channels.
    pub fn is_full(&self) -> bool {
        self.is_full
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
    Cancellation {
        /// Handles of it and of those above it, but for those that the task itself was found to have; `None` where they
        /// could not be counted.
        left: Option<u64>,
    },
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
                | Self::Cancellation { .. }
                | Self::Never
        )
    }
}
