//! The loop asks after each attempt whether its client is still there.

use std::{net::SocketAddr, time::Duration};

use leakcheck::leak_checked;
use tokio::{
    io,
    net::{TcpSocket, TcpStream},
    sync::watch,
    time::sleep,
};

struct Client {
    connected: watch::Receiver<bool>,
}

impl Client {
    fn connect(server: SocketAddr) -> Self {
        let (state, connected) = watch::channel(false);
        tokio::spawn(keep_connected(server, state));
        Self { connected }
    }
}

async fn keep_connected(server: SocketAddr, state: watch::Sender<bool>) {
    while !state.is_closed() {
        if let Ok(connection) = TcpStream::connect(server).await {
            state.send_replace(true);
            // A peer that has nothing more to say closes the connection.
            let _ = connection.readable().await;
            state.send_replace(false);
        }
        sleep(Duration::from_millis(20)).await;
    }
}

#[leak_checked]
#[tokio::test]
async fn a_client_waits_for_its_server() -> io::Result<()> {
    let nobody = TcpSocket::new_v4()?;
    nobody.bind(([127, 0, 0, 1], 0).into())?;
    let client = Client::connect(nobody.local_addr()?);
    assert!(!*client.connected.borrow());
    Ok(())
}
