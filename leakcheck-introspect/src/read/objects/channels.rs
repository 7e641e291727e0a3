//! Channels of other crates than tokio.
//!
//! Read with `async-channel` 2.3 to 2.5, `flume` 0.11 and 0.12, `futures-channel` 0.3.31 to 0.3.34, and `kanal` 0.1.

use super::{
    kind::{
        Awaits::{Closed, Message, Room},
        Identity::{Of, Pointer},
        Leaf::{For, No, Yes},
        ObjectKind, kinds,
    },
    tally::{Count, Tally},
};
use crate::Party;

/// Whoever has any end may close it, and weak ends own it too.
static ASYNC_CHANNEL: Tally = Tally {
    home: "async_channel::Channel",
    senders: Count::Field("sender_count"),
    receivers: Count::Field("receiver_count"),
    has_others: true,
    message: Party::Anybody,
    room: Party::Anybody,
    closed: Party::Anybody,
};

/// Any end may make room for what waits, and a receiver that goes passes on that it was woken.
static FLUME: Tally = Tally {
    home: "flume::Shared",
    senders: Count::Field("sender_count"),
    receivers: Count::Field("receiver_count"),
    has_others: false,
    message: Party::Anybody,
    room: Party::Anybody,
    closed: Party::Anybody,
};

static BOUNDED: Tally = of_mpsc("futures_channel::mpsc::BoundedInner");
static UNBOUNDED: Tally = of_mpsc("futures_channel::mpsc::UnboundedInner");

/// Any sender may close it, which wakes the receiver.
const fn of_mpsc(home: &'static str) -> Tally {
    Tally {
        home,
        senders: Count::Field("num_senders"),
        receivers: Count::One,
        has_others: false,
        message: Party::Senders,
        room: Party::Receivers,
        closed: Party::Anybody,
    }
}

static ONESHOT: Tally = Tally {
    home: "futures_channel::oneshot::Inner",
    senders: Count::OneUntil("complete"),
    receivers: Count::OneUntil("complete"),
    has_others: false,
    message: Party::Senders,
    room: Party::Receivers,
    closed: Party::Receivers,
};

/// Whoever has any end may close it. Counts of a closed channel are zero.
static KANAL: Tally = Tally {
    home: "kanal::internal::ChannelInternal",
    senders: Count::Field("send_count"),
    receivers: Count::Field("recv_count"),
    has_others: true,
    message: Party::Anybody,
    room: Party::Anybody,
    closed: Party::Anybody,
};

const SOME_INNER: &[&str] = &["__0", "?", "__0", "inner"];
const SHARED: &[&str] = &["shared"];
const INTERNAL: &[&str] = &["internal"];

pub(super) static KINDS: &[ObjectKind] = kinds![
    "async_channel::Sender" Channel Sender Pointer(&["channel"]), No, by ASYNC_CHANNEL;
    "async_channel::Receiver" Channel Receiver Pointer(&["channel"]), No, by ASYNC_CHANNEL;
    "async_channel::WeakSender" Channel Owner Pointer(&["channel"]), No, by ASYNC_CHANNEL;
    "async_channel::WeakReceiver" Channel Owner Pointer(&["channel"]), No, by ASYNC_CHANNEL;
    "async_channel::Recv" Channel Waiter Of(&["_inner", "inner", "receiver"]), For(Message);
    "async_channel::Send" Channel Waiter Of(&["_inner", "inner", "sender"]), For(Room);
    "async_channel::Closed" Channel Waiter Of(&["_inner", "inner", "sender"]), For(Closed);
    "flume::Sender" Channel Sender Pointer(SHARED), No, by FLUME;
    "flume::Receiver" Channel Receiver Pointer(SHARED), No, by FLUME;
    "flume::async::RecvFut" Channel Waiter Of(&["receiver"]), For(Message), in "receiver";
    "flume::async::RecvStream" Channel Waiter Of(&["__0", "receiver"]), For(Message), in "__0";
    "flume::async::SendFut" Channel Waiter Of(&["sender"]), For(Room), in "sender";
    "flume::async::SendSink" Channel Waiter Of(&["__0", "sender"]), For(Room), in "__0";
    "futures_channel::mpsc::Sender" Channel Sender Pointer(SOME_INNER), No, by BOUNDED;
    "futures_channel::mpsc::UnboundedSender" Channel Sender Pointer(SOME_INNER), No, by UNBOUNDED;
    "futures_channel::mpsc::Receiver" Channel Receiver Pointer(&["inner"]), No, by BOUNDED;
    "futures_channel::mpsc::UnboundedReceiver" Channel Receiver Pointer(&["inner"]), No, by UNBOUNDED;
    "futures_channel::mpsc::Recv" Channel Waiter Of(&["stream"]), For(Message);
    "futures_channel::oneshot::Sender" Oneshot Sender Pointer(&["inner"]), No, by ONESHOT;
    "futures_channel::oneshot::Receiver" Oneshot Receiver Pointer(&["inner"]), Yes, by ONESHOT;
    "futures_channel::oneshot::Cancellation" Oneshot Waiter Of(&["inner"]), For(Closed);
    "kanal::Sender" Channel Sender Pointer(INTERNAL), No, by KANAL;
    "kanal::AsyncSender" Channel Sender Pointer(INTERNAL), No, by KANAL;
    "kanal::Receiver" Channel Receiver Pointer(INTERNAL), No, by KANAL;
    "kanal::AsyncReceiver" Channel Receiver Pointer(INTERNAL), No, by KANAL;
    "kanal::future::ReceiveFuture" Channel Waiter Pointer(&["internal", ">"]), For(Message), by KANAL;
    "kanal::future::SendFuture" Channel Waiter Pointer(&["internal", ">"]), For(Room), by KANAL;
    "kanal::future::ReceiveStream" Channel Waiter Of(&["receiver"]), For(Message);
];
