//! Who waits at a pipe to a child that is left behind follows from that child; who waits at one that somebody else has, too, does not.

use std::{
    io::{BufRead as _, BufReader, PipeReader, Write as _},
    mem::forget,
    process::{Child, Command, Stdio},
    thread,
};

use leakcheck::leak_checked;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

use crate::expected::verify;

/// Runs on for longer than any check waits, says nothing and reads nothing.
fn sleep() -> Command {
    let mut command = Command::new("sleep");
    command.arg("60");
    command.stdin(Stdio::null());
    command.stdout(Stdio::null());
    command.stderr(Stdio::null());
    command
}

fn async_reader(output: PipeReader) -> tokio::net::unix::pipe::Receiver {
    tokio::net::unix::pipe::Receiver::from_owned_fd(output.into()).unwrap()
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_reads_what_the_child_prints() {
    let mut command = tokio::process::Command::from(sleep());
    command.stdout(Stdio::piped());
    // leak: process "sleep"
    // leak: fd "pipe"
    // why: follows task
    let mut child = command.spawn().unwrap();
    let output = child.stdout.take().unwrap();
    // leak: task
    // waits: at lines for a descriptor
    // why: follows process
    tokio::spawn(async move {
        let mut lines = tokio::io::BufReader::new(output).lines();
        while let Ok(Some(_)) = lines.next_line().await {} // at: lines
    });
    forget(child);
}

/// What it waits for all comes to an end with the child.
#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn task_waits_for_the_child_and_reads_what_it_prints() {
    let mut command = tokio::process::Command::from(sleep());
    command.stdout(Stdio::piped());
    // leak: process "sleep"
    // leak: fd "pipe"
    // why: follows task
    let child = command.spawn().unwrap();
    // leak: task
    // waits: at output for an exit
    // or: for a descriptor
    // why: follows process
    tokio::spawn(async move { child.wait_with_output().await }); // at: output
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_writes_what_the_child_does_not_read() {
    let mut command = tokio::process::Command::from(sleep());
    command.stdin(Stdio::piped());
    // leak: process "sleep"
    // leak: fd "pipe"
    // why: follows task
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // leak: task
    // waits: at input for a descriptor
    // why: follows process
    tokio::spawn(async move { while input.write_all(&[0; 1 << 12]).await.is_ok() {} }); // at: input
    forget(child);
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn thread_reads_what_the_child_prints() {
    // leak: process "sleep"
    // leak: fd "pipe"
    // why: follows thread
    let mut child = sleep().stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    // leak: thread
    // waits: at thread blocked in read(fd *)
    // why: follows process
    thread::spawn(|| output.lines().for_each(drop)); // at: thread
    forget(child);
}

/// It ends when both have.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn two_children_have_the_pipe() {
    // leak: fd "pipe"
    // why: follows task
    let (output, input) = std::io::pipe().unwrap();
    let (mut one, mut other) = (sleep(), sleep());
    one.stdout(input.try_clone().unwrap());
    other.stdout(input);
    // leak: process "sleep"
    forget(one.spawn().unwrap());
    // leak: process "sleep"
    forget(other.spawn().unwrap());
    drop((one, other));
    let mut output = async_reader(output);
    // leak: task
    // waits: at two for a descriptor
    // why: read-loop
    tokio::spawn(async move { output.read_u8().await }); // at: two
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn the_test_has_the_pipe_as_well() {
    // leak: fd "pipe" x2
    let (output, input) = std::io::pipe().unwrap();
    let mut command = sleep();
    command.stdout(input.try_clone().unwrap());
    // leak: process "sleep"
    forget(command.spawn().unwrap());
    drop(command);
    forget(input);
    let mut output = async_reader(output);
    // leak: task
    // waits: at own for a descriptor
    // why: read-loop
    tokio::spawn(async move { output.read_u8().await }); // at: own
}

fn ended(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[leak_checked]
#[tokio::test]
async fn task_reads_until_the_child_has_ended() {
    let mut command = tokio::process::Command::from(sleep());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let reader = tokio::spawn(async move { output.read_u8().await });
    child.kill().await.unwrap();
    reader.await.unwrap().unwrap_err();
}

#[leak_checked]
#[test]
fn thread_reads_until_the_child_has_ended() {
    let mut child = sleep()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    child.stdin.take().unwrap().write_all(b"unread").unwrap();
    let reader = thread::spawn(|| output.lines().for_each(drop));
    ended(child);
    reader.join().unwrap();
}

#[test]
fn every_report_is_exact() {
    verify("child_pipes", include_str!("child_pipes.rs"));
}
