//! What somebody waits for who waits with an object.

use super::{
    found::ObjectRef,
    kind::{Awaits, Leaf},
    tally::Tally,
    token_tree::Lineage,
    tokio_waits,
    use_of::Use,
};
use crate::{
    Class, Enders, Event, Party, Role,
    read::value::{Reader, Value},
};

/// What is waited for, and who can end it.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) event: Event,
    pub(crate) enders: Enders,
    /// Whether it is a lock that nobody else may have at the same time.
    pub(crate) is_exclusive: bool,
    /// Whether it has come already: whoever asks for it gets it at once.
    pub(crate) is_over: bool,
    /// Whether the object was read and is as it must be.
    pub(crate) is_read: bool,
}

impl ObjectRef {
    /// What somebody waits for who waits with this.
    pub(crate) fn awaited(&self, reader: &Reader<'_>) -> Option<Awaited> {
        match (self.kind.leaf, self.counted(reader)) {
            (Leaf::For(awaits), counted) => Some(self.awaited_for(reader, awaits, counted)),
            (_, counted @ Some(_)) if self.role == Role::Receiver => {
                Some(self.awaited_for(reader, Awaits::Message, counted))
            }
            (_, Some(_)) => None,
            (Leaf::Yes, _) if self.object.class == Class::CancellationToken => {
                Some(self.cancellation(reader))
            }
            (_, None) => Some(self.plain(reader, tokio_waits::event(self, reader)?)),
        }
    }

    /// Whether what is waited for depends on what is done with it.
    pub(crate) fn depends_on_use(&self) -> bool {
        match self.object.class {
            Class::Pipe => true,
            Class::Channel => self.role == Role::Sender,
            _ => false,
        }
    }

    /// What a future waits for that does this with it.
    pub(crate) fn awaited_by(&self, reader: &Reader<'_>, use_: Use) -> Option<Awaited> {
        let awaits = match (self.role, use_) {
            (Role::Sender, Use::Sends) => Awaits::Room,
            (Role::Receiver, Use::Receives) => Awaits::Message,
            _ => return None,
        };
        Some(self.awaited_for(reader, awaits, self.counted(reader)))
    }

    /// Whether nothing but messages takes the room of a channel of tokio's.
    pub(crate) fn is_full(&self, reader: &Reader<'_>) -> bool {
        tokio_waits::is_full(self, reader)
    }

    /// An event of which the class says all.
    pub(super) fn plain(&self, reader: &Reader<'_>, event: Event) -> Awaited {
        Awaited {
            enders: Enders::OfClass,
            is_exclusive: false,
            is_over: tokio_waits::is_over(self, reader, &event),
            is_read: true,
            event,
        }
    }

    /// The cancellation of a token, by whoever has it or one above it.
    fn cancellation(&self, reader: &Reader<'_>) -> Awaited {
        let lineage = Lineage::of(reader, self);
        let count = |lineage: &Lineage| lineage.handles.iter().map(|handles| handles.count).sum();
        Awaited {
            event: Event::Cancellation {
                left: lineage.as_ref().map(count),
            },
            is_exclusive: false,
            is_over: lineage.as_ref().is_some_and(|lineage| lineage.is_cancelled),
            is_read: lineage.is_some(),
            enders: lineage.map_or(Enders::Open, |lineage| Enders::All(lineage.handles)),
        }
    }

    fn awaited_for(
        &self,
        reader: &Reader<'_>,
        awaits: Awaits,
        counted: Option<(&'static Tally, Option<Value>)>,
    ) -> Awaited {
        let census = counted.and_then(|(tally, counts)| tally.read(reader, counts?));
        let party = |of: fn(&Tally) -> Party| counted.map(|(tally, _)| of(tally));
        let (event, party) = match awaits {
            Awaits::Message => {
                let senders = census.map(|census| census.senders);
                let is_one = matches!(self.object.class, Class::Oneshot | Class::Pipe);
                let senders = senders.filter(|_| !is_one);
                (Event::Message { senders }, party(|tally| tally.message))
            }
            Awaits::Room => (Event::Capacity, party(|tally| tally.room)),
            Awaits::Closed => (Event::Closed, party(|tally| tally.closed)),
            Awaits::Permit | Awaits::LockAlone => (Event::Permit, None),
            Awaits::Arrivals => (Event::Arrivals, None),
        };
        let handles = census
            .zip(party)
            .and_then(|(census, party)| census.handles(self.object, party));
        let is_gone = census.is_some_and(|census| match awaits {
            Awaits::Message => census.senders == 0,
            Awaits::Room | Awaits::Closed => census.receivers == 0,
            Awaits::Permit | Awaits::LockAlone | Awaits::Arrivals => false,
        });
        Awaited {
            event,
            enders: match (party, handles) {
                (None, _) => Enders::OfClass,
                (Some(_), Some(handles)) => Enders::All(vec![handles]),
                (Some(_), None) => Enders::Open,
            },
            is_exclusive: awaits == Awaits::LockAlone,
            is_over: is_gone,
            is_read: party.is_none() || census.is_some(),
        }
    }
}
