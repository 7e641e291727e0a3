//! Tasks that wait at channels, locks and tokens of other crates than tokio: left behind and found with who holds the other end,
//! and beside each the same with the other end gone.

use std::{
    mem::forget,
    sync::{Arc, OnceLock},
};

use futures::{
    SinkExt, StreamExt,
    channel::{mpsc, oneshot},
};
use leakcheck::leak_checked;
use tokio::io::AsyncReadExt;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::expected::verify;

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn async_channel_receiver_holds_its_own_sender() {
    let (sender, receiver) = async_channel::bounded::<()>(1);
    // leak: task
    // waits: at recv for a message, held by itself in _sender, for ever
    // why: own-sender
    tokio::spawn(async move {
        let _sender = sender;
        receiver.recv().await // at: recv
    });
}

#[leak_checked]
#[tokio::test]
async fn async_channel_ends_with_its_senders() {
    let (sender, receiver) = async_channel::bounded::<()>(1);
    tokio::spawn(async move { receiver.recv().await });
    drop(sender);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_keeps_the_sender_of_async_channel() {
    static SENDER: OnceLock<async_channel::Sender<()>> = OnceLock::new(); // at: declared
    let (sender, receiver) = async_channel::bounded(1);
    SENDER.get_or_init(|| sender);
    // leak: task
    // waits: at recv of static for a message, held by the static SENDER at declared
    // why: kept-by-static
    tokio::spawn(async move { receiver.recv().await }); // at: recv of static
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn async_channel_is_never_read() {
    let (sender, receiver) = async_channel::bounded(1);
    // leak: task
    // waits: at send for room, held by itself in _receiver, for ever
    // why: full-queue
    tokio::spawn(async move {
        let _receiver = receiver;
        sender.send(1).await?;
        sender.send(2).await // at: send
    });
}

#[leak_checked]
#[tokio::test]
async fn async_channel_loses_its_reader() {
    let (sender, receiver) = async_channel::bounded(1);
    tokio::spawn(async move {
        sender.send(1).await?;
        sender.send(2).await
    });
    drop(receiver);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn workers_of_flume_wait_for_each_other() {
    let (question, asked) = flume::unbounded::<()>();
    let (answer, answered) = flume::unbounded::<()>();
    // leak: task
    // waits: at ask for a message, held by the task at reply in answer, for ever
    // why: deadlock
    tokio::spawn(async move {
        let _ = answered.recv_async().await; // at: ask
        question.send_async(()).await
    });
    // leak: task
    // waits: at reply for a message, held by the task at ask in question, for ever
    // why: follows task
    tokio::spawn(async move {
        let _ = asked.recv_async().await; // at: reply
        answer.send_async(()).await
    });
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn workers_of_flume_answer_each_other() {
    let (question, asked) = flume::unbounded::<()>();
    let (answer, answered) = flume::unbounded::<()>();
    tokio::spawn(async move {
        let _ = question.send_async(()).await;
        answered.recv_async().await
    });
    tokio::spawn(async move {
        let _ = asked.recv_async().await;
        answer.send_async(()).await
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn weak_sender_of_flume_may_be_upgraded() {
    let (sender, receiver) = flume::unbounded::<()>();
    forget(sender.downgrade());
    // leak: task
    // waits: at recv beside weak for a message, held by itself in _sender
    tokio::spawn(async move {
        let _sender = sender;
        receiver.recv_async().await // at: recv beside weak
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn stream_of_futures_is_never_closed() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    // leak: task
    // waits: at next for a message, held by itself in _sender, for ever
    // why: own-sender
    tokio::spawn(async move {
        let _sender = sender;
        while receiver.next().await.is_some() {} // at: next
    });
}

#[leak_checked]
#[tokio::test]
async fn stream_of_futures_is_closed() {
    let (mut sender, mut receiver) = mpsc::channel::<()>(1);
    tokio::spawn(async move { while receiver.next().await.is_some() {} });
    sender.close_channel();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sink_of_futures_is_full() {
    let (mut sender, receiver) = mpsc::channel(0);
    // leak: task
    // waits: at second for room, held by nobody found
    // why: full-queue
    tokio::spawn(async move {
        sender.feed(1).await?;
        sender.send(2).await // at: second
    });
    forget(receiver);
}

#[leak_checked]
#[tokio::test]
async fn sink_of_futures_loses_its_reader() {
    let (mut sender, receiver) = mpsc::channel(0);
    tokio::spawn(async move {
        sender.feed(1).await?;
        sender.send(2).await
    });
    drop(receiver);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn answer_of_futures_is_owed_by_its_asker() {
    let (question, answer) = oneshot::channel::<()>();
    // leak: task
    // waits: at answer for a value, held by itself in _question, for ever
    // why: own-sender
    tokio::spawn(async move {
        let _question = question;
        answer.await // at: answer
    });
}

#[leak_checked]
#[tokio::test]
async fn question_of_futures_is_dropped() {
    let (question, answer) = oneshot::channel::<()>();
    tokio::spawn(answer);
    drop(question);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn mutex_of_async_lock_locked_twice() {
    let lock = Arc::new(async_lock::Mutex::new(1));
    // leak: task
    // waits: at second lock for a mutex, held by itself in _first, for ever
    // why: self-deadlock
    tokio::spawn(async move {
        let _first = lock.lock().await;
        drop(lock.lock().await); // at: second lock
    });
}

#[leak_checked]
#[tokio::test]
async fn mutex_of_async_lock_given_back_in_between() {
    let lock = Arc::new(async_lock::Mutex::new(1));
    tokio::spawn(async move {
        drop(lock.lock().await);
        drop(lock.lock().await);
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn lock_of_async_lock_upgraded_by_hand() {
    let lock = Arc::new(async_lock::RwLock::new(1));
    // leak: task
    // waits: at write for a lock, held by itself in _read, for ever
    // why: self-deadlock
    tokio::spawn(async move {
        let _read = lock.read().await;
        drop(lock.write().await); // at: write
    });
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn pipe_is_never_written() {
    let (mut near, far) = tokio::io::duplex(8);
    // leak: task
    // waits: at read for bytes, held by itself in _far, for ever
    // why: own-sender
    tokio::spawn(async move {
        let _far = far;
        near.read_u8().await // at: read
    });
}

/// It captures two fields of a struct, each by itself.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn captured_fields_keep_their_names() {
    struct Ends {
        near: tokio::sync::mpsc::Receiver<u8>,
        far: tokio::sync::mpsc::Sender<u8>,
    }
    let (far, near) = tokio::sync::mpsc::channel(1);
    let mut ends = Ends { near, far };
    // leak: task
    // waits: at field for a message, held by itself in ends.far, for ever
    // why: own-sender
    tokio::spawn(async move {
        ends.near.recv().await; // at: field
        drop(ends.far);
    });
}

#[leak_checked]
#[tokio::test]
async fn pipe_loses_its_writer() {
    let (mut near, far) = tokio::io::duplex(8);
    tokio::spawn(async move { near.read_u8().await });
    drop(far);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn token_is_orphaned() {
    let token = CancellationToken::new();
    let child = token.child_token();
    // leak: task
    // waits: at orphan for a cancellation, held by nobody found, for ever
    // why: token-orphaned
    tokio::spawn(async move { child.cancelled().await }); // at: orphan
    drop(token);
}

#[leak_checked]
#[tokio::test]
async fn token_is_cancelled_by_its_parent() {
    let token = CancellationToken::new();
    let child = token.child_token();
    tokio::spawn(async move { child.cancelled().await });
    token.cancel();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn static_keeps_the_parent() {
    static PARENT: OnceLock<DropGuard> = OnceLock::new(); // at: parent
    let token = CancellationToken::new();
    let child = token.child_token();
    PARENT.get_or_init(|| token.drop_guard());
    // leak: task
    // waits: at child of static for a cancellation, held by the static PARENT at parent
    // why: kept-by-static
    tokio::spawn(async move { child.cancelled().await }); // at: child of static
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn unknown_future_stands_beside_a_known_one() {
    /// Of a crate that nothing is known of.
    struct Unknown {
        polls: u32,
    }

    impl Future for Unknown {
        type Output = ();

        fn poll(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<()> {
            self.polls += 1;
            std::task::Poll::Pending
        }
    }

    let (sender, mut receiver) = tokio::sync::mpsc::channel::<()>(1);
    // leak: task
    // waits: at either for a message, held by itself in sender
    tokio::spawn(async move {
        // at: either
        tokio::select! {
            _ = receiver.recv() => {}
            () = (Unknown { polls: 0 }) => {}
        }
        drop(sender);
    });
}

/// As that of std, which is another type.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn pending_of_futures_is_never_ready() {
    // leak: task
    // waits: at never for nothing, for ever
    // why: never
    tokio::spawn(async {
        futures::future::pending::<()>().await; // at: never
    });
}

#[test]
fn every_report_is_exact() {
    verify("other_crates", include_str!("other_crates.rs"));
}
