//! Ends of mpsc channels: a receiver waits for a message, a sender for capacity or for the end of the receiver.

use tokio::{
    sync::mpsc::{
        OwnedPermit, Receiver, Sender, UnboundedReceiver, UnboundedSender, channel,
        unbounded_channel,
    },
    time::sleep,
};

use crate::shape::{Area, HOUR, Shape};

async fn ping(mut rx: Receiver<u32>, tx: Sender<String>) {
    // @ping
    while let Some(value) = rx.recv().await {
        if tx.send(value.to_string()).await.is_err() {
            break;
        }
    }
}

async fn pong(mut rx: Receiver<String>, tx: Sender<u32>) {
    loop {
        let text = rx.recv().await; // @pong
        let length = text.map_or(0, |text| u32::try_from(text.len()).unwrap_or(u32::MAX));
        let _ = tx.send(length).await;
    }
}

async fn sends(tx: Sender<bool>) {
    loop {
        let _ = tx.send(true).await; // @sends
    }
}

async fn keeps_receiver(rx: Receiver<bool>) {
    sleep(HOUR).await; // @keeps_receiver
    drop(rx);
}

async fn reserves(tx: Sender<[u8; 3]>) {
    let permit = tx.reserve().await; // @reserves
    drop(permit);
}

async fn reserves_many(tx: Sender<u8>) {
    let permits = tx.reserve_many(2).await; // @reserves_many
    drop(permits);
}

async fn reserves_owned(tx: Sender<i8>) {
    let permit = tx.reserve_owned().await; // @reserves_owned
    drop(permit);
}

async fn has_permit(tx: Sender<u16>, mut rx: Receiver<u16>) {
    let permit = tx.reserve().await;
    rx.recv().await; // @has_permit
    drop(permit);
}

async fn has_owned_permit(permit: OwnedPermit<u16>, mut rx: Receiver<u16>) {
    rx.recv().await; // @has_owned_permit
    drop(permit);
}

async fn receives_many(mut rx: Receiver<char>) {
    let mut buffer = Vec::new();
    rx.recv_many(&mut buffer, 8).await; // @receives_many
}

async fn receives_unbounded(mut rx: UnboundedReceiver<Vec<u8>>) -> Option<Vec<u8>> {
    rx.recv().await // @receives_unbounded
}

async fn sees_end(tx: Sender<u8>) {
    tx.closed().await; // @sees_end
}

async fn sees_unbounded_end(tx: UnboundedSender<u8>) {
    tx.closed().await; // @sees_unbounded_end
}

struct Inbox {
    mail: Receiver<&'static str>,
}

impl Inbox {
    async fn next(&mut self) -> usize {
        let text = self.mail.recv().await; // @inbox.next
        text.map_or(0, str::len)
    }
}

async fn reads(mut inbox: Inbox) {
    while inbox.next().await > 0 {} // @reads
}

pub(crate) const AREA: Area = Area {
    file: "mpsc.rs",
    source: include_str!("mpsc.rs"),
    shapes: &[
        Shape {
            name: "two tasks that wait for each other's message",
            spawn: |stage| {
                let (numbers, texts) = (channel(1), channel(1));
                stage.spawn(ping(numbers.1, texts.0));
                stage.spawn(pong(texts.1, numbers.0));
            },
            tasks: "
                mpsc::ping [stuck]
                  mpsc::ping @ping  rx: Receiver<u32>, tx: Sender<String>
                  holds rx: receiver of mpsc, tx: sender of mpsc
                  waits for message of mpsc (1 sender) <- mpsc::pong `tx`
                mpsc::pong [stuck]
                  mpsc::pong @pong  rx: Receiver<String>, tx: Sender<u32>
                  holds rx: receiver of mpsc, tx: sender of mpsc
                  waits for message of mpsc (1 sender) <- mpsc::ping `tx`
            ",
        },
        Shape {
            name: "send into a full channel",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(sends(tx));
                stage.spawn(keeps_receiver(rx));
            },
            tasks: "
                mpsc::sends
                  mpsc::sends @sends  tx: Sender<bool>
                  holds tx: sender of mpsc
                  waits for capacity of mpsc <- mpsc::keeps_receiver `rx`
                mpsc::keeps_receiver
                  mpsc::keeps_receiver @keeps_receiver  rx: Receiver<bool>
                  holds rx: receiver of mpsc
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "reserve, with the receiver outside of all tasks",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                tx.try_send([0; 3]).expect("there is room");
                stage.spawn(reserves(tx));
                stage.keep(rx);
            },
            tasks: "
                mpsc::reserves
                  mpsc::reserves @reserves  tx: Sender<[u8; 3]>
                  holds tx: sender of mpsc
                  waits for capacity of mpsc <- nobody found
            ",
        },
        Shape {
            name: "reserve_many, while half of it is there",
            spawn: |stage| {
                let (tx, rx) = channel(2);
                tx.try_send(0).expect("there is room");
                stage.spawn(reserves_many(tx));
                stage.keep(rx);
            },
            tasks: "
                mpsc::reserves_many
                  mpsc::reserves_many @reserves_many  tx: Sender<u8>
                  holds tx: sender of mpsc
                  waits for capacity of mpsc <- nobody found
            ",
        },
        Shape {
            name: "reserve_owned, which takes the sender away",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                tx.try_send(0).expect("there is room");
                stage.spawn(reserves_owned(tx));
                stage.keep(rx);
            },
            tasks: "
                mpsc::reserves_owned
                  mpsc::reserves_owned @reserves_owned
                  waits for capacity of mpsc <- nobody found
            ",
        },
        Shape {
            name: "a permit and its sender",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.spawn(has_permit(tx, rx));
            },
            tasks: "
                mpsc::has_permit [stuck]
                  mpsc::has_permit @has_permit  permit: Result<Permit<u16>, SendError<()>>, rx: Receiver<u16>, tx: Sender<u16>
                  holds permit: sender of mpsc, rx: receiver of mpsc, tx: sender of mpsc
                  waits for message of mpsc (1 sender) <- mpsc::has_permit `permit`, mpsc::has_permit `tx`
            ",
        },
        Shape {
            name: "an owned permit, which counts as a sender",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                let permit = tx.try_reserve_owned().expect("there is room");
                stage.spawn(has_owned_permit(permit, rx));
            },
            tasks: "
                mpsc::has_owned_permit [stuck]
                  mpsc::has_owned_permit @has_owned_permit  permit: OwnedPermit<u16>, rx: Receiver<u16>
                  holds permit: sender of mpsc, rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- mpsc::has_owned_permit `permit`
            ",
        },
        Shape {
            name: "recv_many, with two senders outside of all tasks",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep((tx.clone(), tx));
                stage.spawn(receives_many(rx));
            },
            tasks: "
                mpsc::receives_many
                  mpsc::receives_many @receives_many  buffer: Vec<char>, rx: Receiver<char>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (2 senders) <- nobody found
            ",
        },
        Shape {
            name: "recv of an unbounded channel",
            spawn: |stage| {
                let (tx, rx) = unbounded_channel();
                stage.keep(tx);
                stage.spawn(receives_unbounded(rx));
            },
            tasks: "
                mpsc::receives_unbounded
                  mpsc::receives_unbounded @receives_unbounded  rx: UnboundedReceiver<Vec<u8>>
                  holds rx: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
        Shape {
            name: "a sender that waits for the end of the receiver",
            spawn: |stage| {
                let (tx, rx) = channel(1);
                stage.keep(rx);
                stage.spawn(sees_end(tx));
            },
            tasks: "
                mpsc::sees_end
                  mpsc::sees_end @sees_end  tx: Sender<u8>
                  holds tx: sender of mpsc
                  waits for close of mpsc <- nobody found
            ",
        },
        Shape {
            name: "the same of an unbounded channel",
            spawn: |stage| {
                let (tx, rx) = unbounded_channel();
                stage.keep(rx);
                stage.spawn(sees_unbounded_end(tx));
            },
            tasks: "
                mpsc::sees_unbounded_end
                  mpsc::sees_unbounded_end @sees_unbounded_end  tx: UnboundedSender<u8>
                  holds tx: sender of mpsc
                  waits for close of mpsc <- nobody found
            ",
        },
        Shape {
            name: "a receiver behind a method",
            spawn: |stage| {
                let (tx, mail) = channel(1);
                stage.keep(tx);
                stage.spawn(reads(Inbox { mail }));
            },
            tasks: "
                mpsc::reads
                  mpsc::reads @reads  inbox: Inbox
                    mpsc::Inbox::next @inbox.next
                  holds inbox.mail: receiver of mpsc
                  waits for message of mpsc (1 sender) <- nobody found
            ",
        },
    ],
};
