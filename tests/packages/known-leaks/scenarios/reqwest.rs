//! A client that is dropped closes the connection that it kept alive, and leaves nothing behind.

use std::{error::Error, net::SocketAddr};

use leakcheck::leak_checked;
use tokio::{
    io::{self, AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

#[leak_checked]
#[tokio::test]
async fn a_dropped_client_closes_its_connection() -> Result<(), Box<dyn Error>> {
    let url = format!("http://{}", serve().await?);
    let client = reqwest::Client::new();
    for _ in 0..2 {
        let answer = client.get(&url).send().await?.error_for_status()?;
        assert_eq!(answer.text().await?, "ok");
    }
    Ok(())
}

/// Serves one connection until its client closes it.
async fn serve() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { answer(listener.accept().await?.0).await });
    Ok(address)
}

/// Answers each request, which ends with an empty line.
async fn answer(connection: TcpStream) -> io::Result<()> {
    let (read, mut write) = connection.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        if line.is_empty() {
            write
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await?;
        }
    }
    Ok(())
}
