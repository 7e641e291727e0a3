//! A task that serves a socket is left behind while nobody closes what it listens to; signal listeners need no task.

use std::mem::forget;

use leakcheck::leak_checked;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    signal,
    sync::mpsc,
};

use crate::expected::verify;

/// A connection that is kept alive for the next request.
struct Pool {
    requests: mpsc::Sender<&'static [u8]>,
}

/// Writes requests until there is nobody to make them or the peer hangs up.
async fn serve(mut stream: TcpStream, mut requests: mpsc::Receiver<&'static [u8]>) {
    let mut unasked = [0];
    loop {
        // at: either
        tokio::select! {
            request = requests.recv() => match request {
                Some(request) => stream.write_all(request).await.unwrap(),
                None => return,
            },
            _ = stream.read(&mut unasked) => return,
        }
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn idle_connection_is_kept() {
    let (client, mut server) = connect().await;
    let (requests, queue) = mpsc::channel(1);
    // leak: task "serve"
    // waits: at either for a message, held by nobody found
    // or: for a descriptor
    tokio::spawn(serve(client, queue));
    let pool = Pool { requests };
    pool.requests.send(b"GET").await.unwrap();
    server.read_exact(&mut [0; 3]).await.unwrap();
    forget((pool, server));
}

/// Both ends of a connection.
async fn connect() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // leak: fd "TCP socket" x2
    let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
    (client.unwrap(), server.unwrap().0)
}

#[leak_checked]
#[tokio::test]
async fn idle_connection_ends_with_its_pool() {
    let (client, mut server) = connect().await;
    let (requests, queue) = mpsc::channel(1);
    tokio::spawn(serve(client, queue));
    let pool = Pool { requests };
    pool.requests.send(b"GET").await.unwrap();
    server.read_exact(&mut [0; 3]).await.unwrap();
    drop(pool);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn accept_loop() {
    // leak: fd "TCP listener"
    // why: follows task
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // leak: task
    // waits: at accept for a descriptor
    // why: accept-loop
    tokio::spawn(async move { while listener.accept().await.is_ok() {} }); // at: accept
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn accept_loop_on_workers() {
    // leak: fd "TCP listener"
    // why: follows task
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // leak: task
    // waits: at accept for a descriptor
    // why: accept-loop
    tokio::spawn(async move { while listener.accept().await.is_ok() {} }); // at: accept
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
async fn accept_loop_is_aborted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let task = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    task.abort();
}

#[cfg(unix)]
#[leak_checked]
#[tokio::test]
async fn signal_listeners() {
    let mut user = signal::unix::signal(signal::unix::SignalKind::user_defined2()).unwrap();
    tokio::select! {
        biased;
        _ = signal::ctrl_c() => unreachable!("nobody interrupts"),
        _ = user.recv() => unreachable!("nobody signals"),
        () = tokio::task::yield_now() => {}
    }
}

#[test]
fn every_report_is_exact() {
    verify("net", include_str!("net.rs"));
}
