//! A `timeout` around a `JoinHandle` ends the waiting, not the task.

use std::{net::SocketAddr, time::Duration};

use leakcheck::leak_checked;
use tokio::{io, net::UdpSocket, time::timeout};

/// Asks a server for the time, and does not wait for ever.
async fn ask(server: SocketAddr) -> io::Result<u64> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await?;
    socket.connect(server).await?;
    let asking = tokio::spawn(answer(socket));
    timeout(Duration::from_millis(20), asking).await??
}

async fn answer(socket: UdpSocket) -> io::Result<u64> {
    socket.send(b"time").await?;
    let mut time = [0; 8];
    socket.recv(&mut time).await?;
    Ok(u64::from_be_bytes(time))
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn a_silent_server_times_out() -> io::Result<()> {
    let silent = UdpSocket::bind(("127.0.0.1", 0)).await?;
    let error = ask(silent.local_addr()?).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    Ok(())
}
