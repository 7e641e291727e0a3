//! What somebody waits for who waits with something of tokio's.

use std::time::Instant;

use super::found::ObjectRef;
use crate::{
    Class, Event, Role,
    read::{
        tokio::{clock, contention, layout},
        value::Reader,
    },
};

/// The event, by class and role.
pub(super) fn event(found: &ObjectRef, reader: &Reader<'_>) -> Option<Event> {
    let word = |name| word(found, reader, name);
    Some(match (found.object.class, found.role) {
        (Class::Mpsc, Role::Receiver) => Event::Message {
            // Out of a weak sender another one may come at any time.
            senders: word("tx_count").filter(|_| word("tx_weak_count") == Some(0)),
        },
        (Class::Broadcast, Role::Receiver) => Event::Message {
            senders: word("num_tx").filter(|_| word("num_weak_tx") == Some(0)),
        },
        (Class::Oneshot, Role::Receiver) => Event::Message { senders: None },
        (Class::Watch, Role::Receiver) => Event::Change {
            senders: word("ref_count_tx"),
        },
        (Class::Semaphore, Role::Waiter) => Event::Permit,
        (Class::Notify, Role::Waiter) => Event::Notification,
        (Class::Task, Role::Owner) => Event::End,
        (Class::Timer, _) => Event::Deadline(deadline(found, reader)),
        (Class::Descriptor, _) => Event::Readiness,
        (Class::Signal, Role::Waiter) => Event::Signal(None),
        _ => return None,
    })
}

/// Whether the event has come already: whoever asks for it gets it at once.
pub(super) fn is_over(found: &ObjectRef, reader: &Reader<'_>, event: &Event) -> bool {
    let has_any = |bits: u64| {
        let state = word(found, reader, "state");
        state.is_some_and(|word| word & bits != 0)
    };
    match (event, found.object.class) {
        (Event::Message { .. }, Class::Oneshot) => {
            has_any(layout::VALUE_SENT | layout::CHANNEL_CLOSED)
        }
        (Event::Message { senders } | Event::Change { senders }, _) => *senders == Some(0),
        (Event::End, Class::Task) => has_any(layout::COMPLETE),
        _ => false,
    }
}

/// Whether messages take all the room of the channel.
pub(super) fn is_full(found: &ObjectRef, reader: &Reader<'_>) -> bool {
    let shared = found.shared(reader);
    let is_full = shared.and_then(|shared| contention::is_full(reader, shared));
    is_full.unwrap_or(false)
}

/// A word of what the ends of a channel share.
fn word(found: &ObjectRef, reader: &Reader<'_>, name: &str) -> Option<u64> {
    let field = reader.field(found.shared(reader)?, name)?;
    reader.memory.word(field.address)
}

/// When the timer fires.
fn deadline(found: &ObjectRef, reader: &Reader<'_>) -> Option<Instant> {
    // Until 1.52 it stands in the entry of the timer.
    let holder = reader.inside(found.value, &|ty| ty.member("deadline").is_some())?;
    clock::instant(reader, reader.field(holder, "deadline")?)
}
