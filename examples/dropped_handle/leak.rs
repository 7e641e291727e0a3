//! A dropped `JoinHandle` leaves its task running: the server is gone, its accept loop is not.

use std::net::SocketAddr;

use leakcheck::leak_checked;
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

struct EchoServer {
    address: SocketAddr,
}

impl EchoServer {
    async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        tokio::spawn(accept(listener));
        Ok(Self { address })
    }
}

async fn accept(listener: TcpListener) -> io::Result<()> {
    loop {
        let (mut connection, _) = listener.accept().await?;
        let (mut read, mut write) = connection.split();
        io::copy(&mut read, &mut write).await?;
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn what_is_sent_comes_back() -> io::Result<()> {
    let server = EchoServer::start().await?;
    let mut client = TcpStream::connect(server.address).await?;
    client.write_all(b"hello").await?;
    let mut answer = [0; 5];
    client.read_exact(&mut answer).await?;
    assert_eq!(&answer, b"hello");
    Ok(())
}
