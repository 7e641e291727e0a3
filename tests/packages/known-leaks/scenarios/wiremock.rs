//! Servers go back to a pool for the tests to come: known, and no leak.

use leakcheck::leak_checked;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

/// Asks the server for its answer, and is told that of the mock.
async fn asks(server: &MockServer) -> String {
    let mut connection = TcpStream::connect(server.address())
        .await
        .expect("it listens");
    let question = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    connection.write_all(question).await.expect("it listens");
    let mut answer = String::new();
    connection
        .read_to_string(&mut answer)
        .await
        .expect("it answers");
    answer
}

async fn server() -> MockServer {
    let server = MockServer::start().await;
    let mock = Mock::given(method("GET")).respond_with(ResponseTemplate::new(204));
    mock.mount(&server).await;
    server
}

#[leak_checked]
#[tokio::test]
async fn a_server_goes_back_to_the_pool() {
    let server = server().await;
    assert!(asks(&server).await.starts_with("HTTP/1.1 204"));
}

#[leak_checked]
#[tokio::test]
async fn a_socket_beside_a_server_is_a_leak() {
    let server = server().await;
    let connection = std::net::TcpStream::connect(server.address()); // LEAK
    std::mem::forget(connection.expect("it listens"));
}
