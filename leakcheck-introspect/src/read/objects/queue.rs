//! Which channels keep what was sent, and where.

use super::found::ObjectRef;
use crate::{
    Class, Queued, Role,
    read::{
        dwarf::Type,
        tokio::{layout, messages},
        value::{Reader, Value},
    },
};

/// What was put into a channel and not taken out.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) values: Vec<Value>,
    /// Whether that is all.
    pub(crate) is_whole: bool,
    /// As what it is there; `None` for a value that everybody sees.
    pub(crate) queued: Option<Queued>,
    /// Whether nobody else can take it out, or see it.
    pub(crate) is_sole: bool,
}

/// Channels whose queues are not read, by the beginning of their types.
const UNREAD: &[&str] = &[
    "async_channel::",
    "crossbeam_channel::channel::",
    "flume::",
    "futures_channel::",
    "kanal::",
    "std::sync::mpsc::",
    "std::sync::mpmc::",
];

/// The type of the messages of a channel whose queue is not read.
pub(crate) fn unread(reader: &Reader<'_>, ty: &Type) -> Option<&'static Type> {
    let is_end = ["Sender", "Receiver"]
        .iter()
        .any(|end| ty.name.contains(end));
    let is_meant = is_end && UNREAD.iter().any(|home| ty.base.starts_with(home));
    is_meant.then(|| reader.ty(ty.argument("T")?))?
}

impl ObjectRef {
    /// The type of what goes through a channel of tokio's, of which this is an end.
    pub(crate) fn message(&self, reader: &Reader<'_>) -> Option<&'static Type> {
        let is_end = matches!(self.role, Role::Sender | Role::Receiver);
        let is_channel = matches!(
            self.object.class(),
            Class::Mpsc | Class::Oneshot | Class::Watch | Class::Broadcast
        );
        let is_meant = is_end && is_channel && self.value.ty.base.starts_with("tokio::sync::");
        is_meant.then(|| reader.ty(self.value.ty.argument("T")?))?
    }

    /// What is in a channel of tokio's, of which this is an end.
    pub(crate) fn content(&self, reader: &Reader<'_>) -> Content {
        let queued = match self.role {
            Role::Receiver => Queued::ToReceive,
            _ => Queued::Sent,
        };
        let is_one = matches!(self.object.class(), Class::Mpsc | Class::Oneshot);
        let mut content = Content {
            values: Vec::new(),
            is_whole: false,
            queued: Some(queued).filter(|_| self.object.class() != Class::Watch),
            // There is one receiver.
            is_sole: is_one && self.role == Role::Receiver,
        };
        if let Some(shared) = self.shared(reader) {
            self.read_content(reader, shared, &mut content);
        }
        content
    }

    fn read_content(&self, reader: &Reader<'_>, shared: Value, content: &mut Content) {
        let field = |name| reader.field(shared, name);
        let values = match self.object.class() {
            Class::Mpsc => {
                let messages = messages(reader, shared);
                content.values = messages.list;
                content.is_whole = messages.is_whole;
                return;
            }
            Class::Oneshot => field("state").and_then(|state| {
                let state = reader.memory.word(state.address)?;
                let value = field("value")?;
                let was_sent = state & layout::VALUE_SENT != 0;
                Some(was_sent.then_some(value))
            }),
            Class::Watch => field("value").map(Some),
            Class::Broadcast => field("buffer").map(Some),
            _ => None,
        };
        content.is_whole = values.is_some();
        content.values.extend(values.flatten());
    }
}
