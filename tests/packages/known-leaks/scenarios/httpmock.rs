//! Servers go back to a pool for the tests to come: known, and no leak.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use httpmock::MockServer;
use leakcheck::leak_checked;

#[leak_checked]
#[test]
fn a_server_goes_back_to_the_pool() {
    let server = MockServer::start();
    let mock = server.mock(|when, then| {
        when.path("/");
        then.status(204);
    });
    let mut connection = TcpStream::connect(server.address()).expect("it listens");
    let question = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    connection.write_all(question).expect("it listens");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    mock.assert();
}
