//! A thread that was left behind is asked where it is, and goes on afterwards as if nobody had asked.

use std::{
    ffi::c_int,
    io::{self, Read},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::{fd::AsRawFd, unix::net::UnixStream},
    ptr,
    sync::{Condvar, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use leakcheck::{Leak, Options, State, find};

use crate::child::{assert_fails, assert_passes};

/// The threads that this test has left so far, which are asked where they are.
fn left() -> Vec<Leak> {
    let options = Options::new().settle(Duration::from_millis(50));
    find(&options).unwrap().leaks().to_vec()
}

/// What the thread was blocked in; waits until it is.
#[track_caller]
fn blocked() -> String {
    loop {
        match &left()[..] {
            [leak] => match leak.waiting().map(leakcheck::Waiting::state) {
                Some(State::Blocked(call)) => return call.to_string(),
                Some(State::Running) => {}
                other => panic!("{other:?}"),
            },
            other => panic!("one thread is expected: {other:?}"),
        }
    }
}

/// Asks a thread several times while it is blocked, and returns what its call returns in the end.
#[track_caller]
fn ask_often<T>(thread: JoinHandle<T>, call: &str, release: impl FnOnce()) -> T {
    for _ in 0..3 {
        assert_eq!(blocked(), call);
    }
    assert!(!thread.is_finished());
    release();
    thread.join().unwrap()
}

#[test]
fn a_read_goes_on() {
    let (mut reader, writer) = io::pipe().unwrap();
    let call = format!("read(fd {})", reader.as_raw_fd());
    let thread = thread::spawn(move || reader.read(&mut [0]));
    assert_eq!(ask_often(thread, &call, || drop(writer)).unwrap(), 0);
}

#[test]
fn a_receive_goes_on() {
    let (mut socket, peer) = UnixStream::pair().unwrap();
    let call = format!("recv(fd {})", socket.as_raw_fd());
    let thread = thread::spawn(move || socket.read(&mut [0]));
    assert_eq!(ask_often(thread, &call, || drop(peer)).unwrap(), 0);
}

#[test]
fn an_accept_goes_on() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = listener.local_addr().unwrap();
    let call = format!("accept(fd {})", listener.as_raw_fd());
    let thread = thread::spawn(move || listener.accept().map(drop));
    let connect = || drop(TcpStream::connect(place).unwrap());
    ask_often(thread, &call, connect).unwrap();
}

#[test]
fn a_channel_goes_on() {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || receiver.recv());
    let send = move || sender.send(7).unwrap();
    assert_eq!(ask_often(thread, "mpsc::recv", send), Ok(7));
}

#[test]
fn a_condition_variable_goes_on() {
    static READY: Mutex<bool> = Mutex::new(false);
    static CHANGED: Condvar = Condvar::new();
    let ready = || READY.lock().unwrap_or_else(PoisonError::into_inner);
    let thread = thread::spawn(move || *CHANGED.wait_while(ready(), |ready| !*ready).unwrap());
    let notify = || {
        *ready() = true;
        CHANGED.notify_all();
    };
    assert!(ask_often(thread, "Condvar::wait_while", notify));
}

fn with_mask(how: c_int) {
    // SAFETY: the set is filled before it is used; the old one is not asked for.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(how, &raw const all, ptr::null_mut());
    }
}

/// What the kernel says is told, and why there is no more.
#[test]
fn a_thread_that_blocks_signals() {
    let (mut reader, writer) = io::pipe().unwrap();
    let call = format!("read(fd {})", reader.as_raw_fd());
    let thread = thread::spawn(move || {
        with_mask(libc::SIG_BLOCK);
        let read = reader.read(&mut [0]);
        // Whatever was sent arrives now.
        with_mask(libc::SIG_UNBLOCK);
        read
    });
    assert_eq!(blocked(), call);
    let leaks = left();
    let waiting = leaks[0].waiting().unwrap();
    assert_eq!(waiting.unread(), Some("it blocks signals"));
    assert_eq!(waiting.stack(), []);
    assert_eq!(ask_often(thread, &call, || drop(writer)).unwrap(), 0);
}

/// A stack that is nearly used up is left alone.
#[test]
fn a_thread_with_a_small_stack() {
    let (sender, receiver) = mpsc::channel::<()>();
    let small = thread::Builder::new().stack_size(24 << 10);
    let thread = small.spawn(move || receiver.recv().is_err()).unwrap();
    assert_eq!(blocked(), "futex");
    assert!(left()[0].waiting().unwrap().unread().is_some());
    drop(sender);
    assert!(thread.join().unwrap());
}

#[test]
fn several_threads_at_one_place_are_one_entry() {
    let pipes: Vec<_> = (0..3).map(|_| io::pipe().unwrap()).collect();
    let (readers, writers): (Vec<_>, Vec<_>) = pipes.into_iter().unzip();
    let start = |mut reader: io::PipeReader| thread::spawn(move || reader.read(&mut [0]));
    let threads: Vec<_> = readers.into_iter().map(start).collect();
    // Each reads another descriptor.
    assert_eq!(blocked(), "read");
    assert_eq!(left()[0].count(), 3);
    drop(writers);
    for thread in threads {
        assert_eq!(thread.join().unwrap().unwrap(), 0);
    }
}

#[test]
fn they_can_be_switched_off() {
    let run = run!(waits, "LEAKCHECK_STACKS" = "off");
    assert_fails(&run);
    let leak = &run.report().leaks[0];
    assert_eq!((&leak.state, &leak.waits_at[..]), (&None, &[][..]));
    let run = run!(waits, "LEAKCHECK_STACKS" = "on");
    let leak = &run.report().leaks[0];
    assert_eq!(leak.state.as_deref(), Some("blocked in mpsc::recv"));
    assert!(!leak.waits_at.is_empty());
    let run = run!(waits, "LEAKCHECK_STACKS" = "sometimes");
    assert_fails(&run);
    assert!(
        run.text().contains("expected `on` or `off`"),
        "{}",
        run.text()
    );
}

/// Who is not left behind is not asked: a time limit of a read, which a signal cuts short, is kept.
#[test]
fn threads_that_end_are_not_interrupted() {
    let run = run!(ends_late);
    assert_passes(&run);
    assert_eq!(run.report().verdict, "lingering");
}

mod subject {
    use std::{
        io::Read, mem::forget, os::unix::net::UnixStream, sync::mpsc, thread, time::Duration,
    };

    use leakcheck::leak_checked;

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn waits() {
        let (sender, receiver) = mpsc::channel::<()>();
        thread::spawn(move || receiver.recv());
        forget(sender);
    }

    #[leak_checked(settle = "1h")]
    #[test]
    #[ignore = "lingers on purpose"]
    fn ends_late() {
        let (mut socket, peer) = UnixStream::pair().unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(2)))
            .unwrap();
        thread::spawn(move || {
            let error = socket.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
            drop(peer);
        });
    }
}
