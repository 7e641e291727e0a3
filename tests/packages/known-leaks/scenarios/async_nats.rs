//! A client that retries its first connection goes on after it was dropped (nats-io/nats.rs#1555).

use std::net::TcpListener;

use async_nats::{Client, ConnectOptions};
use leakcheck::leak_checked;

/// An address where nobody listens.
fn closed() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let address = listener.local_addr();
    address.expect("a bound socket has an address").to_string()
}

#[leak_checked]
#[tokio::test]
async fn a_dropped_client_stops_retrying() {
    let options = ConnectOptions::new().retry_on_initial_connect();
    let client: Client = options.connect(closed()).await.expect("it retries"); // LEAK
    drop(client);
}
