//! What a test does that leaves nothing behind: a bit of everything that others leak.

use std::{
    fs::{self, File},
    future::pending,
    io::Read,
    net::TcpListener,
    thread,
    time::Duration,
};

use leakcheck::{Registration, Tracked};
use tokio::{
    runtime::Builder,
    sync::mpsc,
    task::{JoinSet, LocalSet, yield_now},
    time,
};

use crate::{
    leaky::{LONG, quiet, shared, temporary},
    parked,
};

/// The work of a plain test.
pub(crate) fn plain(number: usize) {
    match number % 12 {
        0 => assert_eq!(
            thread::spawn(move || number).join().expect("it returns"),
            number
        ),
        1 => drop(TcpListener::bind("127.0.0.1:0").expect("a port is free")),
        2 => drop(Tracked::new("buffer", "", [0_u8; 16])),
        3 => {
            let (mut reader, writer) = std::io::pipe().expect("descriptors are left");
            drop(writer);
            let read = reader.read_to_end(&mut Vec::new());
            assert_eq!(read.expect("the pipe is readable"), 0);
        }
        4 => drop(File::open("/proc/self/status").expect("the system is Linux")),
        5 => {
            let status = quiet("true").status().expect("the program is there");
            assert!(status.success());
        }
        6 => run(&mut Builder::new_current_thread()),
        7 => run(Builder::new_multi_thread().worker_threads(2)),
        8 => run(leakcheck::instrument(&mut Builder::new_current_thread())),
        9 => {
            let path = temporary();
            fs::write(&path, "text").expect("the folder is writable");
            fs::remove_file(path).expect("it is there");
        }
        10 => {
            let seen = thread::spawn(|| panic!("somebody sees this")).join();
            assert!(seen.is_err());
        }
        _ => {
            let set = watched();
            set.spawn_local(pending::<()>());
        }
    }
}

/// The work of an async test.
pub(crate) async fn within(number: usize) {
    match number % 13 {
        0 => {
            let mut set = JoinSet::new();
            for part in 0..4 {
                set.spawn(async move {
                    yield_now().await;
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
            let never = time::timeout(Duration::from_millis(1), pending::<()>());
            assert!(never.await.is_err());
        }
        4 => {
            let closure = tokio::task::spawn_blocking(move || number);
            assert_eq!(closure.await.expect("it returns"), number);
        }
        5 => receive_for_ever().await.abort(),
        6 => {
            let child = tokio::process::Command::from(quiet("true")).status();
            assert!(child.await.expect("the program is there").success());
        }
        7 => {
            let mut child = tokio::process::Command::from(quiet("sleep"));
            let child = child.arg(LONG.as_secs().to_string()).kill_on_drop(true);
            drop(child.spawn().expect("the program is there"));
        }
        8 => drop(parked::polled(time::sleep(LONG)).await),
        9 => {
            let read = tokio::fs::read("/proc/self/status").await;
            assert!(!read.expect("the system is Linux").is_empty());
        }
        10 => {
            let set = watched();
            // The function `spawn_local` would prefer a local runtime to the set.
            set.spawn_local(pending::<()>());
            let task = set.spawn_local(async {});
            set.run_until(task).await.expect("it does not panic");
        }
        11 => {
            let task = shared().spawn(async move { number });
            assert_eq!(task.await.expect("it does not panic"), number);
        }
        _ => {
            let held = Registration::new("permit", "");
            tokio::spawn(async move { drop(held) });
        }
    }
}

/// What leaves nothing behind at whichever await it is cancelled.
pub(crate) async fn cancellable() {
    let mut set = JoinSet::new();
    set.spawn(pending::<()>());
    yield_now().await;
    set.spawn(async {});
    set.join_next()
        .await
        .expect("one is there")
        .expect("it does not panic");
}

/// A socket that is closed with its task.
async fn receive_for_ever() -> tokio::task::JoinHandle<()> {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await;
    let socket = socket.expect("a port is free");
    let task = tokio::spawn(async move {
        let _ = socket.recv(&mut [0]).await;
    });
    yield_now().await;
    task
}

/// A runtime that ends with all it has.
fn run(builder: &mut Builder) {
    let runtime = builder.enable_all().build();
    let runtime = runtime.expect("a runtime can be built");
    runtime.block_on(async {
        receive_for_ever().await;
        time::sleep(Duration::from_millis(1)).await;
    });
}

fn watched() -> LocalSet {
    let set = LocalSet::new();
    leakcheck::watch_local(&set).expect("tests have debug info");
    set
}
