//! Sockets: the wait is for the readiness of their descriptor.

use std::{io, net};

use tokio::{
    io::{
        AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, ReadHalf, SimplexStream, simplex,
    },
    net::{
        TcpListener, TcpStream, UdpSocket, UnixStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::shape::{Area, Shape};

async fn accepts(listener: TcpListener) {
    let _ = listener.accept().await; // @accepts
}

async fn reads(mut stream: TcpStream) -> io::Result<usize> {
    let mut header = [0_u8; 4];
    stream.read_exact(&mut header).await // @reads
}

async fn writes(mut stream: TcpStream) -> io::Result<()> {
    let chunk = vec![0_u8; 1 << 16];
    loop {
        stream.write_all(&chunk).await?; // @writes
    }
}

async fn reads_half(mut half: OwnedReadHalf, other: OwnedWriteHalf) {
    let mut byte = [0_u8];
    let _ = half.read(&mut byte).await; // @reads_half
    drop(other);
}

async fn reads_lines(stream: TcpStream) {
    let mut lines = BufReader::new(stream).lines();
    // @reads_lines
    while let Ok(Some(line)) = lines.next_line().await {
        drop(line);
    }
}

async fn receives(socket: UdpSocket) {
    let mut packet = [0_u8; 64];
    let _ = socket.recv_from(&mut packet).await; // @receives
}

async fn reads_unix(mut stream: UnixStream) {
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text).await; // @reads_unix
}

async fn is_readable(stream: UnixStream) {
    let _ = stream.readable().await; // @is_readable
}

async fn reads_pipe(mut pipe: ReadHalf<SimplexStream>) {
    let _ = pipe.read_u8().await; // @reads_pipe
}

/// Both ends of a connection, the first of them for tokio.
fn connected() -> (TcpStream, net::TcpStream) {
    let listener = net::TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let far = net::TcpStream::connect(address).expect("the queue has room");
    let (near, _) = listener.accept().expect("somebody has connected");
    near.set_nonblocking(true).expect("sockets can be set so");
    (
        TcpStream::from_std(near).expect("the runtime has a driver"),
        far,
    )
}

pub(crate) const AREA: Area = Area {
    file: "net.rs",
    source: include_str!("net.rs"),
    shapes: &[
        Shape {
            name: "a listener",
            spawn: |stage| {
                let listener = net::TcpListener::bind("127.0.0.1:0").expect("loopback is there");
                listener.set_nonblocking(true).expect("sockets can be set so");
                stage.descriptor("listener", &listener);
                let listener = TcpListener::from_std(listener).expect("the runtime has a driver");
                stage.spawn(accepts(listener));
            },
            tasks: "
                net::accepts
                  net::accepts @accepts  listener: TcpListener
                  holds listener: descriptor
                  waits for descriptor `listener`
            ",
        },
        Shape {
            name: "an exact read",
            spawn: |stage| {
                let (near, far) = connected();
                stage.descriptor("reads", &near);
                stage.keep(far);
                stage.spawn(reads(near));
            },
            tasks: "
                net::reads
                  net::reads @reads  header: [u8; 4], stream: TcpStream
                  holds stream: descriptor
                  waits for descriptor `reads`
            ",
        },
        Shape {
            name: "a write that nobody reads",
            spawn: |stage| {
                let (near, far) = connected();
                stage.descriptor("writes", &near);
                stage.keep(far);
                stage.spawn(writes(near));
            },
            tasks: "
                net::writes
                  net::writes @writes  chunk: Vec<u8>, stream: TcpStream
                  holds stream: descriptor
                  waits for descriptor `writes`
            ",
        },
        Shape {
            name: "half of a stream",
            spawn: |stage| {
                let (near, far) = connected();
                stage.descriptor("half", &near);
                stage.keep(far);
                let (half, other) = near.into_split();
                stage.spawn(reads_half(half, other));
            },
            tasks: "
                net::reads_half
                  net::reads_half @reads_half  byte: [u8; 1], half: OwnedReadHalf, other: OwnedWriteHalf
                  holds half: descriptor
                  waits for descriptor `half`
            ",
        },
        Shape {
            name: "lines through a buffer",
            spawn: |stage| {
                let (near, far) = connected();
                stage.descriptor("lines", &near);
                stage.keep(far);
                stage.spawn(reads_lines(near));
            },
            tasks: "
                net::reads_lines
                  net::reads_lines @reads_lines  lines: Lines<BufReader<TcpStream>>
                  holds lines: descriptor
                  waits for descriptor `lines`
            ",
        },
        Shape {
            name: "a datagram",
            spawn: |stage| {
                let socket = net::UdpSocket::bind("127.0.0.1:0").expect("loopback is there");
                socket.set_nonblocking(true).expect("sockets can be set so");
                stage.descriptor("datagrams", &socket);
                let socket = UdpSocket::from_std(socket).expect("the runtime has a driver");
                stage.spawn(receives(socket));
            },
            tasks: "
                net::receives
                  net::receives @receives  packet: [u8; 64], socket: UdpSocket
                  holds socket: descriptor
                  waits for descriptor `datagrams`
            ",
        },
        Shape {
            name: "a Unix stream to its end",
            spawn: |stage| {
                let (near, far) = UnixStream::pair().expect("the runtime has a driver");
                stage.descriptor("unix", &near);
                stage.keep(far);
                stage.spawn(reads_unix(near));
            },
            tasks: "
                net::reads_unix
                  net::reads_unix @reads_unix  stream: UnixStream, text: String
                  holds stream: descriptor
                  waits for descriptor `unix`
            ",
        },
        Shape {
            name: "readiness without a read",
            spawn: |stage| {
                let (near, far) = UnixStream::pair().expect("the runtime has a driver");
                stage.descriptor("readable", &near);
                stage.keep(far);
                stage.spawn(is_readable(near));
            },
            tasks: "
                net::is_readable
                  net::is_readable @is_readable  stream: UnixStream
                  holds stream: descriptor
                  waits for descriptor `readable`
            ",
        },
        Shape {
            name: "a pipe in memory, of which nothing is known",
            spawn: |stage| {
                let (near, far) = simplex(16);
                stage.keep(far);
                stage.spawn(reads_pipe(near));
            },
            tasks: "
                net::reads_pipe [open]
                  net::reads_pipe @reads_pipe  pipe: ReadHalf<SimplexStream>
            ",
        },
    ],
};
