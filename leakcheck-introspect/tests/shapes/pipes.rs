//! Pipes in memory: each direction has one end that writes and one that reads.

use std::time::Duration;

use tokio::{
    io::{
        AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, copy, duplex, sink,
        split,
    },
    time::{sleep, timeout},
};

use crate::shape::{Area, HOUR, Shape};

async fn reads(mut near: DuplexStream) {
    let mut buffer = [0; 8];
    let _ = near.read(&mut buffer).await; // @reads
}

async fn may_write(mut far: DuplexStream) {
    sleep(HOUR).await; // @may_write
    let _ = far.write(&[1]).await;
}

async fn writes(mut near: DuplexStream) {
    let _ = near.write_all(&[0; 64]).await; // @writes
}

async fn reads_of_itself() {
    let (near, far) = duplex(8);
    let mut near = BufReader::new(near);
    let mut text = String::new();
    let _ = near.read_to_string(&mut text).await; // @reads_of_itself
    drop(far);
}

async fn asks(mut near: DuplexStream) {
    let mut buffer = [0; 8];
    let _ = near.read_exact(&mut buffer).await; // @asks
}

async fn fills(mut far: DuplexStream) {
    let _ = far.read_exact(&mut [0; 8]).await; // @fills
}

async fn writes_both_ways(mut near: DuplexStream, mut far: DuplexStream) {
    // @writes_both_ways
    let _ = tokio::join!(near.write_all(&[0; 64]), far.write_all(&[0; 64]));
}

async fn reads_in_time(mut near: DuplexStream) {
    let mut buffer = [0; 8];
    let limit = Duration::from_secs(3600);
    let _ = timeout(limit, near.read(&mut buffer)).await; // @reads_in_time
}

async fn copies() {
    let (mut near, far) = duplex(8);
    let _ = copy(&mut near, &mut sink()).await; // @copies
    drop(far);
}

async fn reads_lines() {
    let (near, far) = duplex(8);
    let mut lines = BufReader::new(near).lines();
    let _ = lines.next_line().await; // @reads_lines
    drop(far);
}

async fn reads_half(near: DuplexStream, far: DuplexStream) {
    let (mut read, write) = split(near);
    let mut buffer = [0; 8];
    let _ = read.read(&mut buffer).await; // @reads_half
    drop((write, far));
}

pub(crate) const AREA: Area = Area {
    file: "pipes.rs",
    source: include_str!("pipes.rs"),
    shapes: &[
        Shape {
            name: "bytes that another task may write",
            spawn: |stage| {
                let (near, far) = duplex(8);
                stage.spawn(reads(near));
                stage.spawn(may_write(far));
            },
            tasks: "
                pipes::reads
                  pipes::reads @reads  buffer: [u8; 8], near: DuplexStream
                  holds near: receiver of pipe, near: sender of pipe
                  waits for message of pipe <- pipes::may_write `far`
                pipes::may_write
                  pipes::may_write @may_write  far: DuplexStream
                  holds far: receiver of pipe, far: sender of pipe
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "room in a pipe that somebody else reads",
            spawn: |stage| {
                let (near, far) = duplex(8);
                stage.keep(far);
                stage.spawn(writes(near));
            },
            tasks: "
                pipes::writes
                  pipes::writes @writes  near: DuplexStream
                  holds near: receiver of pipe, near: sender of pipe
                  waits for capacity of pipe <- nobody found
            ",
        },
        Shape {
            name: "a pipe to oneself",
            spawn: |stage| stage.spawn(reads_of_itself()),
            tasks: "
                pipes::reads_of_itself [stuck]
                  pipes::reads_of_itself @reads_of_itself  far: DuplexStream, near: BufReader<DuplexStream>, text: String
                  holds far: receiver of pipe, far: sender of pipe, near: receiver of pipe, near: sender of pipe
                  waits for message of pipe <- pipes::reads_of_itself `far`
            ",
        },
        Shape {
            name: "two that wait for each other's bytes",
            spawn: |stage| {
                let (near, far) = duplex(8);
                stage.spawn(asks(near));
                stage.spawn(fills(far));
            },
            tasks: "
                pipes::asks [stuck]
                  pipes::asks @asks  buffer: [u8; 8], near: DuplexStream
                  holds near: receiver of pipe, near: sender of pipe
                  waits for message of pipe <- pipes::fills `far`
                pipes::fills [stuck]
                  pipes::fills @fills  far: DuplexStream
                  holds far: receiver of pipe, far: sender of pipe
                  waits for message of pipe <- pipes::asks `near`
            ",
        },
        Shape {
            name: "a pipe that is full in both directions",
            spawn: |stage| {
                let (near, far) = duplex(8);
                stage.spawn(writes_both_ways(near, far));
            },
            tasks: "
                pipes::writes_both_ways [stuck]
                  pipes::writes_both_ways @writes_both_ways  far: DuplexStream, near: DuplexStream
                  holds far: receiver of pipe, far: sender of pipe, near: receiver of pipe, near: sender of pipe
                  waits for capacity of pipe <- pipes::writes_both_ways `far`
                  waits for capacity of pipe <- pipes::writes_both_ways `near`
            ",
        },
        Shape {
            name: "bytes or a deadline",
            spawn: |stage| {
                let (near, far) = duplex(8);
                stage.keep(far);
                stage.spawn(reads_in_time(near));
            },
            tasks: "
                pipes::reads_in_time
                  pipes::reads_in_time @reads_in_time  buffer: [u8; 8], near: DuplexStream
                  holds near: receiver of pipe, near: sender of pipe
                  waits for message of pipe <- nobody found
                  waits for timer in 1 h
            ",
        },
        Shape {
            name: "a pipe whose direction is not known",
            spawn: |stage| stage.spawn(copies()),
            tasks: "
                pipes::copies [open]
                  pipes::copies @copies  far: DuplexStream, near: DuplexStream
                  holds far: receiver of pipe, far: sender of pipe, near: receiver of pipe, near: sender of pipe
            ",
        },
        Shape {
            name: "lines of a pipe to oneself",
            spawn: |stage| stage.spawn(reads_lines()),
            tasks: "
                pipes::reads_lines [stuck]
                  pipes::reads_lines @reads_lines  far: DuplexStream, lines: Lines<BufReader<DuplexStream>>
                  holds far: receiver of pipe, far: sender of pipe, lines: receiver of pipe, lines: sender of pipe
                  waits for message of pipe <- pipes::reads_lines `far`
            ",
        },
        Shape {
            name: "half of an end",
            spawn: |stage| {
                let (near, far) = duplex(8);
                stage.spawn(reads_half(near, far));
            },
            tasks: "
                pipes::reads_half [stuck]
                  pipes::reads_half @reads_half  buffer: [u8; 8], far: DuplexStream, read: ReadHalf<DuplexStream>, write: WriteHalf<DuplexStream>
                  holds far: receiver of pipe, far: sender of pipe, read: receiver of pipe, read: sender of pipe
                  waits for message of pipe <- pipes::reads_half `far`
            ",
        },
    ],
};
