//! What a test does that leaves nothing behind: a bit of everything that others leak.

use std::{io::Read, net::TcpListener, thread, time::Duration};

use leakcheck::Tracked;
use tokio::{sync::mpsc, task::JoinSet, time};

/// The work of a plain test.
pub(crate) fn plain(number: usize) {
    match number % 4 {
        0 => assert_eq!(
            thread::spawn(move || number).join().expect("it returns"),
            number
        ),
        1 => drop(TcpListener::bind("127.0.0.1:0").expect("a port is free")),
        2 => drop(Tracked::new("buffer", "", [0_u8; 16])),
        _ => {
            let (mut reader, writer) = std::io::pipe().expect("descriptors are left");
            drop(writer);
            let read = reader.read_to_end(&mut Vec::new());
            assert_eq!(read.expect("the pipe is readable"), 0);
        }
    }
}

/// The work of an async test.
pub(crate) async fn within(number: usize) {
    match number % 5 {
        0 => {
            let mut set = JoinSet::new();
            for part in 0..4 {
                set.spawn(async move {
                    tokio::task::yield_now().await;
                    part
                });
            }
            assert_eq!(set.join_all().await.len(), 4);
        }
        1 => {
            let (sender, mut receiver) = mpsc::channel(1);
            tokio::spawn(async move { while receiver.recv().await.is_some() {} });
            sender.send(number).await.expect("somebody receives");
        }
        2 => {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
            let address = listener.as_ref().map(tokio::net::TcpListener::local_addr);
            assert!(address.is_ok_and(|address| address.is_ok()));
        }
        3 => {
            let never = time::timeout(Duration::from_millis(1), std::future::pending::<()>());
            assert!(never.await.is_err());
        }
        _ => {
            let closure = tokio::task::spawn_blocking(move || number);
            assert_eq!(closure.await.expect("it returns"), number);
        }
    }
}
