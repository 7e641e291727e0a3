//! A connection manager that is dropped leaves nothing behind, whichever protocol it speaks (redis-rs/redis-rs#1681).

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::OnceLock,
    thread,
};

use leakcheck::leak_checked;
use redis::{Client, RedisResult};

/// Servers for the whole process, one connection each; a test does not end its database either.
static RESP2: OnceLock<SocketAddr> = OnceLock::new();
static RESP3: OnceLock<SocketAddr> = OnceLock::new();

#[leak_checked]
#[tokio::test]
async fn a_resp3_manager_ends_its_tasks() -> RedisResult<()> {
    ping(&format!(
        "redis://{}/?protocol=resp3",
        RESP3.get_or_init(start)
    ))
    .await
}

#[leak_checked]
#[tokio::test]
async fn a_resp2_manager_ends_its_tasks() -> RedisResult<()> {
    ping(&format!("redis://{}", RESP2.get_or_init(start))).await
}

async fn ping(url: &str) -> RedisResult<()> {
    let client = Client::open(url)?;
    let mut manager = client.get_connection_manager().await?; // LEAK
    let answer: String = redis::cmd("PING").query_async(&mut manager).await?;
    assert_eq!(answer, "PONG");
    Ok(())
}

fn start() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let address = listener
        .local_addr()
        .expect("a bound socket has an address");
    thread::spawn(move || serve(&listener.accept()?.0));
    address
}

/// Answers what a client says and asks. Names of commands stand on lines of their own.
fn serve(mut connection: &TcpStream) -> io::Result<()> {
    for line in BufReader::new(connection).lines() {
        connection.write_all(match line?.as_str() {
            "HELLO" => b"%1\r\n+proto\r\n:3\r\n",
            "CLIENT" => b"+OK\r\n",
            "PING" => b"+PONG\r\n",
            _ => continue,
        })?;
    }
    Ok(())
}
