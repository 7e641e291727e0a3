//! What a task has of std's own files and sockets is a line of the task; where only they are left, they are findings.

use std::{
    fs::File,
    future::pending,
    io::{self, BufRead as _, BufReader, Read as _},
    net::TcpListener,
    os::fd::{AsRawFd as _, OwnedFd},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use leakcheck::leak_checked;
use tokio::sync::mpsc;

use crate::{expected::verify, finding::IS_EXACT, source::ARE_SEEN};

/// A file that is there.
const FILE: &str = "/proc/self/status";

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_keeps_a_file() {
    // leak: fd "file"
    // why: follows task
    let file = File::open(FILE).unwrap();
    // leak: task
    // waits: at a file for nothing
    // why: never
    tokio::spawn(async move {
        let _file = file;
        pending::<()>().await; // at: a file
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn task_with_a_file_is_aborted() {
    let file = File::open(FILE).unwrap();
    let task = tokio::spawn(async move {
        let _file = file;
        pending::<()>().await;
    });
    tokio::task::yield_now().await;
    task.abort();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_has_it_in_a_reader() {
    // leak: fd "file"
    // why: follows task
    let mut reader = BufReader::new(File::open(FILE).unwrap());
    // leak: task
    // waits: at a reader for nothing
    // why: never
    tokio::spawn(async move {
        let mut byte = [0];
        reader.read_exact(&mut byte).unwrap();
        pending::<()>().await; // at: a reader
        drop(reader);
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_has_it_in_lines() {
    // leak: fd "file"
    // why: follows task
    let mut lines = BufReader::new(File::open(FILE).unwrap().take(64)).lines();
    // leak: task
    // waits: at lines for nothing
    // why: never
    tokio::spawn(async move {
        lines.next().unwrap().unwrap();
        pending::<()>().await; // at: lines
        drop(lines);
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn tasks_share_a_listener() {
    // leak: fd "TCP listener"
    // why: follows task
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    for _ in 0..2 {
        let listener = Arc::clone(&listener);
        // leak: task x2
        // waits: at a listener for nothing
        // why: never
        tokio::spawn(async move {
            pending::<()>().await; // at: a listener
            drop(listener);
        });
    }
    drop(listener);
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
async fn tasks_that_shared_a_listener_are_aborted() {
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    let tasks = [(); 2].map(|()| {
        let listener = Arc::clone(&listener);
        tokio::spawn(async move {
            pending::<()>().await;
            drop(listener);
        })
    });
    drop(listener);
    tokio::task::yield_now().await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn task_has_both_ends_of_a_pipe() {
    // leak: fd "pipe" x2
    // why: follows task
    let (reader, writer) = io::pipe().unwrap();
    let ends: Vec<OwnedFd> = vec![reader.into(), writer.into()];
    // leak: task
    // waits: at a pipe for nothing
    // why: never
    tokio::spawn(async move {
        let _ends = ends;
        pending::<()>().await; // at: a pipe
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_keeps_a_file_of_tokio() {
    // leak: fd "file"
    // why: follows task
    let file = tokio::fs::File::from_std(File::open(FILE).unwrap());
    // leak: task
    // waits: at tokio's file for nothing
    // why: never
    tokio::spawn(async move {
        pending::<()>().await; // at: tokio's file
        drop(file);
    });
    tokio::task::yield_now().await;
}

/// What has the number again is not what the task had.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_has_closed_it() {
    let file = File::open(FILE).unwrap();
    // leak: task
    // waits: at nothing for nothing
    // why: never
    tokio::spawn(async move {
        drop(file);
        pending::<()>().await; // at: nothing
    });
    tokio::task::yield_now().await;
    // leak: fd "file"
    // why: open-descriptor
    std::mem::forget(File::open(FILE).unwrap());
}

/// Nothing is proven beside a future that was written by hand, whatever it has.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn unknown_future_has_a_file() {
    struct Unknown(File);

    impl Future for Unknown {
        type Output = ();

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            assert!(self.0.as_raw_fd() > 0);
            Poll::Pending
        }
    }

    // leak: fd "file"
    // why: follows task
    let unknown = Unknown(File::open(FILE).unwrap());
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    // leak: task
    // waits: at either for a message, held by itself in sender
    tokio::spawn(async move {
        // at: either
        tokio::select! {
            _ = receiver.recv() => {}
            () = unknown => {}
        }
        drop(sender);
    });
    tokio::task::yield_now().await;
}

#[test]
fn every_report_is_exact() {
    if IS_EXACT && ARE_SEEN {
        verify("owned_fds", include_str!("owned_fds.rs"));
    }
}
