//! Not our code: axum 0.8.3 leaves a task behind for each server that is dropped. No test of its own told so.

use axum::Router;
use leakcheck::leak_checked;
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn an_unknown_page_is_not_found() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let client = TcpStream::connect(listener.local_addr()?).await?;
    tokio::select! {
        ended = axum::serve(listener, Router::new()) => ended,
        status = get(client) => {
            assert_eq!(status?, "HTTP/1.1 404 Not Found");
            Ok(())
        }
    }
}

/// The first line of the answer.
async fn get(mut client: TcpStream) -> io::Result<String> {
    let request = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    client.write_all(request).await?;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
