//! Every way in which a thread is stuck in a system call, with its name and line; and beside each the same thread with what
//! it waits for, which ends.

use std::{
    io::{self, Read},
    mem::forget,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd},
        unix::net::UnixStream,
    },
    process::{Child, Command, Stdio},
    ptr,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use leakcheck::leak_checked;

use crate::{expected::verify, stuck::keep};

fn read(mut from: impl Read) -> bool {
    from.read(&mut [0]).is_ok() // at: read
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn reading_a_pipe() {
    // leak: fd "pipe" x2
    let (reader, writer) = io::pipe().unwrap();
    // leak: thread
    // waits: at read blocked in read(fd *)
    thread::spawn(|| read(reader));
    forget(writer);
}

#[leak_checked]
#[test]
fn reading_a_pipe_that_is_closed() {
    let (reader, _writer) = io::pipe().unwrap();
    thread::spawn(|| read(reader));
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn reading_a_socket() {
    // leak: fd "Unix socket" x2
    let (socket, peer) = UnixStream::pair().unwrap();
    // leak: thread
    // waits: at read blocked in recv(fd *)
    thread::spawn(|| read(socket));
    forget(peer);
}

#[leak_checked]
#[test]
fn reading_a_socket_that_is_closed() {
    let (socket, _peer) = UnixStream::pair().unwrap();
    thread::spawn(|| read(socket));
}

fn accept(listener: &TcpListener) -> bool {
    listener.accept().is_ok() // at: accept
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn accepting() {
    // leak: fd "TCP listener"
    // why: follows thread
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    // leak: thread
    // waits: at accept blocked in accept(fd *)
    thread::spawn(move || accept(&listener));
}

#[leak_checked]
#[test]
fn accepting_who_comes() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = listener.local_addr().unwrap();
    thread::spawn(move || accept(&listener));
    TcpStream::connect(place).unwrap();
}

fn poll(from: &impl AsRawFd) {
    let mut watched = libc::pollfd {
        fd: from.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: the one entry is valid for writing.
    while unsafe { libc::poll(&raw mut watched, 1, -1) } < 0 {} // at: poll
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn polling() {
    // leak: fd "pipe" x2
    let (reader, writer) = io::pipe().unwrap();
    // leak: thread
    // waits: at poll blocked in poll
    thread::spawn(move || poll(&reader));
    forget(writer);
}

#[leak_checked]
#[test]
fn polling_what_is_closed() {
    let (reader, _writer) = io::pipe().unwrap();
    thread::spawn(move || poll(&reader));
}

fn epoll(epoll: &OwnedFd, from: &impl AsRawFd) {
    let epoll = epoll.as_raw_fd();
    // SAFETY: the event is valid for reading and writing.
    unsafe {
        let mut event = libc::epoll_event { events: 0, u64: 0 };
        libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, from.as_raw_fd(), &raw mut event);
        while libc::epoll_wait(epoll, &raw mut event, 1, -1) < 0 {} // at: epoll
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn polling_by_epoll() {
    // SAFETY: what is opened here is closed by its owner.
    let instance = unsafe {
        // leak: fd "epoll"
        let number = libc::epoll_create1(libc::EPOLL_CLOEXEC);
        OwnedFd::from_raw_fd(number)
    };
    // leak: fd "pipe" x2
    let (reader, writer) = io::pipe().unwrap();
    // leak: thread
    // waits: at epoll blocked in epoll_wait
    thread::spawn(move || epoll(&instance, &reader));
    forget(writer);
}

#[leak_checked]
#[test]
fn polling_by_epoll_what_is_closed() {
    // SAFETY: what is opened here is closed by its owner.
    let instance = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
    let (reader, _writer) = io::pipe().unwrap();
    thread::spawn(move || epoll(&instance, &reader));
}

/// A process that ends when its input does.
fn cat() -> Command {
    let mut cat = Command::new("cat");
    cat.stdin(Stdio::piped()).stdout(Stdio::null());
    cat
}

fn wait(mut child: Child) {
    child.wait().unwrap(); // at: wait
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn waiting_for_a_process() {
    // leak: process "cat"
    // leak: fd "pipe"
    let mut cat = cat().spawn().unwrap();
    forget(cat.stdin.take());
    // leak: thread
    // waits: at wait blocked in waitpid(*)
    // why: follows process
    thread::spawn(|| wait(cat));
}

#[leak_checked]
#[test]
fn waiting_for_a_process_that_ends() {
    let cat = cat().spawn().unwrap();
    thread::spawn(|| wait(cat));
}

fn futex(word: &AtomicU32) {
    while word.load(Ordering::SeqCst) == 0 {
        let (word, wait) = (word.as_ptr(), libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG);
        // SAFETY: the word outlives the call, and no limit is given.
        unsafe { libc::syscall(libc::SYS_futex, word, wait, 0, ptr::null::<()>()) }; // at: futex
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn futex_of_its_own() {
    let word = keep(AtomicU32::new(0));
    // leak: thread
    // waits: at futex blocked in futex
    thread::spawn(|| futex(word));
}

#[leak_checked]
#[test]
fn futex_of_its_own_is_woken() {
    let word = keep(AtomicU32::new(0));
    thread::spawn(|| futex(word));
    word.store(1, Ordering::SeqCst);
    let wake = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the word outlives the call.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), wake, 1) };
}

#[test]
fn every_report_is_exact() {
    verify("system_calls", include_str!("system_calls.rs"));
}
