//! A server that ends in an orderly way has ended when it says so, whatever time it was given for that.

use std::time::Duration;

use leakcheck::leak_checked;
use salvo_core::{Listener, Router, Server, conn::TcpListener};

#[leak_checked]
#[tokio::test]
async fn a_server_that_was_stopped_ends_its_timer() {
    let server = Server::new(TcpListener::new("127.0.0.1:0").bind().await);
    server.handle().stop_graceful(Duration::from_secs(60));
    server.serve(Router::new()).await; // LEAK
}

#[leak_checked]
#[tokio::test]
async fn a_server_without_a_limit_has_no_timer() {
    let server = Server::new(TcpListener::new("127.0.0.1:0").bind().await);
    server.handle().stop_graceful(None);
    server.serve(Router::new()).await;
}
