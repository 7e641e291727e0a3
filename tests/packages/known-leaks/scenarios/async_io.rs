//! The thread that drives all sources serves the process: known, and no leak. What a body below `block_on` leaves is one.

use std::{future, mem, net::TcpListener, thread, time::Duration};

use async_io::Timer;
use leakcheck::leak_checked;

#[leak_checked]
#[test]
fn the_driver_serves_the_process() {
    async_io::block_on(Timer::after(Duration::from_millis(1)));
}

#[leak_checked]
#[test]
fn a_thread_of_a_body_is_a_leak() {
    async_io::block_on(async {
        thread::spawn(|| async_io::block_on(future::pending::<()>())); // LEAK
    });
}

#[leak_checked]
#[test]
fn a_socket_of_a_body_is_a_leak() {
    async_io::block_on(async {
        mem::forget(TcpListener::bind("127.0.0.1:0").expect("a port is free")); // LEAK
    });
}
