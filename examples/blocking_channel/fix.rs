//! The closure keeps what failed to itself: the last sender is the uploader's, and dropping it closes the channel.

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
        task::spawn_blocking(move || {
            let mut again = Vec::new();
            for line in waiting {
                again.push(line);
                // What fails is tried again with the next line.
                again.retain(|line| upload.send(line.as_bytes()).is_err());
            }
        });
        Self { lines }
    }
}

#[leak_checked]
#[tokio::test]
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
