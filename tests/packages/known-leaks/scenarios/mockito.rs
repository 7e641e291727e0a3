//! Servers go back to a pool for the tests to come: known, and no leak.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
};

use leakcheck::leak_checked;

fn asks(address: &str) -> String {
    let mut connection = TcpStream::connect(address).expect("it listens");
    let question = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    connection.write_all(question).expect("it listens");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    answer
}

#[leak_checked]
#[test]
fn a_server_goes_back_to_the_pool() {
    let mut server = mockito::Server::new();
    let _mock = server.mock("GET", "/").with_status(204).create();
    assert!(asks(&server.host_with_port()).starts_with("HTTP/1.1 204"));
}

#[leak_checked]
#[tokio::test]
async fn a_server_of_an_async_test_goes_back_too() {
    let mut server = mockito::Server::new_async().await;
    let mock = server.mock("GET", "/").with_status(204);
    let _mock = mock.create_async().await;
    let address = server.host_with_port();
    let answer = tokio::task::spawn_blocking(move || asks(&address)).await;
    assert!(
        answer
            .expect("it does not panic")
            .starts_with("HTTP/1.1 204")
    );
}

fn park_for_ever() {
    loop {
        thread::park();
    }
}

#[leak_checked]
#[test]
fn a_thread_beside_a_server_is_a_leak() {
    let server = mockito::Server::new();
    thread::spawn(park_for_ever); // LEAK
    drop(server);
}

/// Nothing stops it.
#[leak_checked]
#[test]
fn a_server_with_options_stays() {
    let options = mockito::ServerOpts::default();
    let server = mockito::Server::new_with_opts(options);
    assert!(asks(&server.host_with_port()).starts_with("HTTP/1.1 501"));
}

#[leak_checked]
#[tokio::test]
async fn a_server_with_options_of_an_async_test_stays() {
    let options = mockito::ServerOpts::default();
    let _server = mockito::Server::new_with_opts_async(options).await;
}
