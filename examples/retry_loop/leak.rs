//! A loop that tries again for ever outlives the client that it tries for.

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
    loop {
        if let Ok(connection) = TcpStream::connect(server).await {
            state.send_replace(true);
            // A peer that has nothing more to say closes the connection.
            let _ = connection.readable().await;
            state.send_replace(false);
        }
        sleep(Duration::from_secs(5)).await;
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn a_client_waits_for_its_server() -> io::Result<()> {
    let nobody = TcpSocket::new_v4()?;
    nobody.bind(([127, 0, 0, 1], 0).into())?;
    let client = Client::connect(nobody.local_addr()?);
    assert!(!*client.connected.borrow());
    Ok(())
}
