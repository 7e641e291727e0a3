//! What tasks hold of tokio's.

use std::{future::pending, hint::black_box, sync::Arc};

use ::tokio::sync::{Mutex, mpsc};

use super::suspended;

#[test]
fn channel_ends_that_were_dropped() {
    let (sender, mut receiver) = mpsc::channel::<u32>(1);
    let seen = suspended!(async move {
        let second = sender.clone();
        drop(sender);
        receiver.recv().await;
        drop(second);
    });
    assert_eq!(seen[0].left("sender"), [false]);
    assert_eq!(seen[0].left("second"), [true]);
    assert_eq!(seen[0].left("receiver"), [true]);
}

#[test]
fn guards_that_were_dropped() {
    let gate = Arc::new(Mutex::new(0));
    let other = Arc::new(Mutex::new(0));
    let seen = suspended!(async move {
        let first = gate.lock().await;
        let second = other.lock().await;
        black_box(*first + *second);
        drop(first);
        pending::<()>().await;
        drop(second);
    });
    assert_eq!(seen[0].left("first"), [false]);
    assert_eq!(seen[0].left("second"), [true]);
    assert_eq!(seen[0].left("gate"), [true]);
}

#[test]
fn ends_in_options_and_vectors() {
    let (sender, mut receiver) = mpsc::channel::<u32>(1);
    let seen = suspended!(async move {
        let mut maybe = Some(sender.clone());
        let all = vec![sender.clone(), sender];
        drop(maybe.take());
        receiver.recv().await;
        drop((maybe, all));
    });
    assert_eq!(seen[0].left("sender"), [false]);
    assert_eq!(seen[0].left("maybe"), [true]);
    assert_eq!(seen[0].left("all"), [true]);
}

#[test]
fn select_keeps_its_variables() {
    let (sender, mut first) = mpsc::channel::<u32>(1);
    let (other, mut second) = mpsc::channel::<u32>(1);
    let seen = suspended!(async move {
        let kept = sender.clone();
        drop(sender);
        ::tokio::select! {
            _ = first.recv() => {}
            _ = second.recv() => {}
        }
        drop((kept, other));
    });
    assert_eq!(seen[0].left("sender"), [false]);
    assert_eq!(seen[0].left("kept"), [true]);
    assert_eq!(seen[0].left("first"), [true]);
    assert_eq!(seen[0].left("other"), [true]);
}

#[test]
fn boxes_and_pins() {
    let (sender, mut receiver) = mpsc::unbounded_channel::<String>();
    let seen = suspended!(async move {
        let text = String::from("kept");
        let gone = String::from("gone");
        let task: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            receiver.recv().await;
            drop(sender);
        });
        drop(black_box(gone));
        task.await;
        drop(text);
    });
    assert_eq!(seen[0].left("text"), [true]);
    assert!(!seen[0].left("gone").contains(&true));
    assert!(!seen[0].left("sender").contains(&true));
}
