//! A connection manager that is dropped stops reconnecting to a server that is gone.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::Duration,
};

use leakcheck::leak_checked;
use redis::{Client, RedisResult, aio::ConnectionManagerConfig};

#[leak_checked]
#[tokio::test]
async fn a_dropped_manager_stops_reconnecting() -> RedisResult<()> {
    let (address, server) = start();
    let client = Client::open(format!("redis://{address}"))?;
    let config = ConnectionManagerConfig::new().set_min_delay(Duration::from_secs(60));
    let mut manager = client.get_connection_manager_with_config(config).await?;
    let answer: String = redis::cmd("PING").query_async(&mut manager).await?;
    assert_eq!(answer, "PONG");
    server.join().expect("it does not panic")?;
    let ping = redis::cmd("PING");
    let lost: RedisResult<String> = ping.query_async(&mut manager).await; // LEAK
    assert!(lost.is_err());
    Ok(())
}

/// A server for one connection and one question.
fn start() -> (SocketAddr, JoinHandle<io::Result<()>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let address = listener.local_addr();
    let serve = move || serve(&listener.accept()?.0);
    let address = address.expect("a bound socket has an address");
    (address, thread::spawn(serve))
}

/// Names of commands stand on lines of their own.
fn serve(mut connection: &TcpStream) -> io::Result<()> {
    for line in BufReader::new(connection).lines() {
        match line?.as_str() {
            "CLIENT" => connection.write_all(b"+OK\r\n")?,
            "PING" => return connection.write_all(b"+PONG\r\n"),
            _ => {}
        }
    }
    Ok(())
}
