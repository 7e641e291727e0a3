//! The interposed functions that a signal handler may call, each as one call that leaves nothing open.

use std::ffi::{CStr, c_int};

/// A set of no signals.
static EMPTY: [u64; 16] = [0; 16];

const NULL: &CStr = c"/dev/null";
/// Places in a temporary folder. Other processes may make the same there, so whether a call succeeds is not told.
const FOLDER: &CStr = c"/dev/shm/leakcheck-hostile";
const OTHER: &CStr = c"/dev/shm/leakcheck-hostile-2";
const FILE: &CStr = c"/dev/shm/leakcheck-hostile-3";

/// One function by its name, and a call of it; false where that failed.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> bool,
}

/// Closes what was opened.
fn closed(fd: c_int) -> bool {
    // SAFETY: the descriptor was opened a moment ago and is nobody else's.
    fd >= 0 && unsafe { libc::close(fd) } == 0
}

fn both_closed(result: c_int, pair: [c_int; 2]) -> bool {
    // Without an iterator, whose frames would be measured too.
    result == 0 && closed(pair[0]) && closed(pair[1])
}

macro_rules! calls {
    ($($name:literal $run:expr;)*) => {
        &[$(Call { name: $name, run: || $run }),*]
    };
}

// SAFETY of all: paths are C strings, places for results outlive the calls, and descriptors are the call's own.
/// Those that POSIX lists as async-signal-safe, and Linux's own that are single system calls. Not `fork`: that of the C
/// library itself waits for the lock of `malloc`.
#[rustfmt::skip]
#[allow(clippy::undocumented_unsafe_blocks, reason = "said above, of all")]
pub(crate) const SAFE: &[Call] = calls! {
    "open" closed(unsafe { libc::open(NULL.as_ptr(), libc::O_RDONLY) });
    "open64" closed(unsafe { libc::open64(NULL.as_ptr(), libc::O_RDONLY) });
    "openat" closed(unsafe { libc::openat(libc::AT_FDCWD, NULL.as_ptr(), libc::O_RDONLY) });
    "openat64" closed(unsafe { libc::openat64(libc::AT_FDCWD, NULL.as_ptr(), libc::O_RDONLY) });
    "open" {
        let fd = unsafe { libc::open(FILE.as_ptr(), libc::O_CREAT | libc::O_RDWR, 0o600) };
        unsafe { libc::unlink(FILE.as_ptr()) };
        closed(fd)
    };
    "mkdir" unsafe { libc::mkdir(FOLDER.as_ptr(), 0o700); libc::rmdir(FOLDER.as_ptr()); true };
    "mkdirat" unsafe { libc::mkdirat(libc::AT_FDCWD, FOLDER.as_ptr(), 0o700); libc::rmdir(FOLDER.as_ptr()); true };
    "rename" unsafe {
        libc::mkdir(FOLDER.as_ptr(), 0o700);
        libc::rename(FOLDER.as_ptr(), OTHER.as_ptr());
        libc::rmdir(FOLDER.as_ptr());
        libc::rmdir(OTHER.as_ptr());
        true
    };
    "symlink" unsafe { libc::symlink(NULL.as_ptr(), OTHER.as_ptr()); libc::unlink(OTHER.as_ptr()); true };
    "link" unsafe { libc::link(FILE.as_ptr(), OTHER.as_ptr()); libc::unlink(OTHER.as_ptr()); true };
    "bind" unsafe { libc::bind(-1, std::ptr::null(), 0) } == -1;
    "creat" closed(unsafe { libc::creat(NULL.as_ptr(), 0o600) });
    "creat64" closed(unsafe { libc::creat64(NULL.as_ptr(), 0o600) });
    "socket" closed(unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0) });
    "accept" unsafe { libc::accept(-1, std::ptr::null_mut(), std::ptr::null_mut()) } == -1;
    "accept4" unsafe { libc::accept4(-1, std::ptr::null_mut(), std::ptr::null_mut(), 0) } == -1;
    "dup" closed(unsafe { libc::dup(0) });
    "dup2" { let fd = unsafe { libc::dup(0) }; closed(unsafe { libc::dup2(0, fd) }) };
    "dup3" { let fd = unsafe { libc::dup(0) }; closed(unsafe { libc::dup3(0, fd, libc::O_CLOEXEC) }) };
    "fcntl" closed(unsafe { libc::fcntl(0, libc::F_DUPFD_CLOEXEC, 3) });
    "pipe" { let mut pair = [-1; 2]; both_closed(unsafe { libc::pipe(pair.as_mut_ptr()) }, pair) };
    "pipe2" { let mut pair = [-1; 2]; both_closed(unsafe { libc::pipe2(pair.as_mut_ptr(), libc::O_CLOEXEC) }, pair) };
    "socketpair" {
        let mut pair = [-1; 2];
        both_closed(unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, pair.as_mut_ptr()) }, pair)
    };
    "eventfd" closed(unsafe { libc::eventfd(0, 0) });
    "signalfd" closed(unsafe { libc::signalfd(-1, EMPTY.as_ptr().cast(), 0) });
    "timerfd_create" closed(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, 0) });
    "memfd_create" closed(unsafe { libc::memfd_create(c"hostile".as_ptr(), 0) });
    "epoll_create" closed(unsafe { libc::epoll_create(1) });
    "epoll_create1" closed(unsafe { libc::epoll_create1(0) });
    "inotify_init" closed(unsafe { libc::inotify_init() });
    "inotify_init1" closed(unsafe { libc::inotify_init1(0) });
    "close" unsafe { libc::close(-1) } == -1;
    "close_range" unsafe { libc::close_range(1 << 30, 1 << 30, 0) } == 0;
};
