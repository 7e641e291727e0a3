//! A blocking closure that keeps a sender of the channel it waits on: nobody can close it, and nobody can cancel it.

use std::{
    io,
    net::UdpSocket,
    sync::mpsc::{self, Sender},
};

use leakcheck::leak_checked;
use tokio::task;

struct Uploader {
    lines: Sender<String>,
}

impl Uploader {
    fn start(upload: UdpSocket) -> Self {
        let (lines, waiting) = mpsc::channel::<String>();
        let again = lines.clone();
        task::spawn_blocking(move || {
            for line in waiting {
                if upload.send(line.as_bytes()).is_err() {
                    // Later, after those that are waiting already.
                    let _ = again.send(line);
                }
            }
        });
        Self { lines }
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn a_line_is_uploaded() -> io::Result<()> {
    let server = UdpSocket::bind(("127.0.0.1", 0))?;
    let upload = UdpSocket::bind(("127.0.0.1", 0))?;
    upload.connect(server.local_addr()?)?;

    let uploader = Uploader::start(upload);
    uploader
        .lines
        .send("hello".to_owned())
        .expect("the uploader listens");
    let mut received = [0; 5];
    server.recv(&mut received)?;
    assert_eq!(&received, b"hello");
    Ok(())
}
