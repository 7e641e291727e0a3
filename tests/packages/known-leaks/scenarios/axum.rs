//! A server that is dropped leaves nothing behind (tokio-rs/axum#3129).

use leakcheck::leak_checked;
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[leak_checked]
#[tokio::test]
async fn the_server_ends_with_the_test() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let mut client = TcpStream::connect(listener.local_addr()?).await?;
    tokio::select! { // LEAK
        ended = axum::serve(listener, axum::Router::new()) => ended,
        status = get(&mut client) => {
            assert_eq!(status?, "HTTP/1.1 404 Not Found");
            Ok(())
        }
    }
}

/// The first line of the answer.
async fn get(client: &mut TcpStream) -> io::Result<String> {
    client
        .write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
