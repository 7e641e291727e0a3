//! A server that ends in an orderly way has ended when it says so, whatever time it was given for that.

use std::{future, io, time::Duration};

use leakcheck::leak_checked;
use poem::{Route, Server, listener::TcpListener};

#[leak_checked]
#[tokio::test]
async fn a_server_that_was_shut_down_ends_its_timer() -> io::Result<()> {
    let server = Server::new(TcpListener::bind("127.0.0.1:0"));
    let limit = Some(Duration::from_secs(60));
    server
        .run_with_graceful_shutdown(Route::new(), future::ready(()), limit)
        .await // LEAK
}

#[leak_checked]
#[tokio::test]
async fn a_server_without_a_limit_has_no_timer() -> io::Result<()> {
    let server = Server::new(TcpListener::bind("127.0.0.1:0"));
    server
        .run_with_graceful_shutdown(Route::new(), future::ready(()), None)
        .await
}
