//! What the C library promises still holds, and every way to open and close is followed.

use std::{
    ffi::{c_int, c_void},
    fs::File,
    os::fd::AsRawFd,
    ptr::null_mut,
};

use super::{Descriptor, live, untracked};
use crate::sys::{
    self,
    context::{Context, Switch},
    imp::errno,
    scope_counters,
};

/// A scope that this thread works for while the result lives.
fn inside() -> (u64, Switch) {
    let scope = scope_counters::open().expect("far below the limit");
    (scope, Switch::to(Context { scope, origin: 0 }))
}

fn open(scope: u64) -> Vec<Descriptor> {
    live(Some(scope))
}

/// How many of a scope are counted.
fn count(scope: u64) -> usize {
    scope_counters::of(scope).others()
}

#[test]
fn what_is_open_is_listed_until_it_is_closed() {
    let (scope, _inside) = inside();
    let file = File::open("/dev/null").unwrap();
    let [found] = open(scope)[..] else {
        panic!("one is open: {:?}", open(scope));
    };
    assert_eq!(found.fd, file.as_raw_fd());
    assert!(found.number != 0 && found.origin != 0 && !found.is_selector);
    assert_eq!(count(scope), 1);
    drop(file);
    assert_eq!((open(scope), count(scope)), (vec![], 0));
}

#[test]
fn each_has_a_number_that_is_never_used_again() {
    let (scope, _inside) = inside();
    let numbers: Vec<u64> = (0..10)
        .map(|_| {
            let _file = File::open("/dev/null").unwrap();
            open(scope)[0].number
        })
        .collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

#[test]
fn nothing_is_noted_outside_of_a_scope_or_untracked() {
    let (scope, switch) = inside();
    {
        let _untracked = untracked();
        let _file = File::open("/dev/null").unwrap();
        assert_eq!(open(scope), []);
    }
    drop(switch);
    let file = File::open("/dev/null").unwrap();
    let is_this = |found: &Descriptor| found.fd == file.as_raw_fd();
    assert!(!live(None).iter().any(is_this));
}

#[test]
fn errors_are_the_c_library_s_own() {
    let (scope, _inside) = inside();
    // SAFETY: these take numbers, and names that outlive the call.
    unsafe {
        let open = || libc::open(c"/proc/nowhere".as_ptr(), libc::O_RDONLY);
        let accept = || libc::accept4(-1, null_mut(), null_mut(), 0);
        let failing: [(&dyn Fn() -> c_int, c_int); 7] = [
            (&open, libc::ENOENT),
            (&|| libc::socket(-1, 0, 0), libc::EAFNOSUPPORT),
            (&|| libc::dup(-1), libc::EBADF),
            (&|| libc::dup2(-1, 600), libc::EBADF),
            (&|| libc::close(-1), libc::EBADF),
            (&|| libc::fcntl(-1, libc::F_DUPFD, 0), libc::EBADF),
            (&accept, libc::EBADF),
        ];
        for (call, expected) in failing {
            assert_eq!((call(), errno::get()), (-1, expected));
        }
        errno::set(libc::EXDEV);
        let fd = libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY);
        assert_eq!((libc::close(fd), errno::get()), (0, libc::EXDEV));
        assert!(libc::opendir(c"/proc/nowhere".as_ptr()).is_null());
        assert_eq!(errno::get(), libc::ENOENT);
    }
    assert_eq!(open(scope), []);
}

#[test]
fn arguments_reach_the_c_library() {
    let (scope, _inside) = inside();
    let directory = std::env::temp_dir();
    let path = directory.join(format!("leakcheck-mode-{}", std::process::id()));
    let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: these take numbers and a name that outlives the call; `stat` is written where the result is 0.
    unsafe {
        let flags = libc::O_CREAT | libc::O_EXCL | libc::O_RDWR;
        let fd = libc::openat(libc::AT_FDCWD, name.as_ptr(), flags, 0o600);
        assert!(fd > 2);
        let mut stat: libc::stat = std::mem::zeroed();
        assert_eq!(libc::fstat(fd, &raw mut stat), 0);
        assert_eq!(stat.st_mode & 0o777, 0o600);
        let other = libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 650);
        assert!(other >= 650);
        assert_eq!(libc::fcntl(other, libc::F_GETFD), libc::FD_CLOEXEC);
        assert_eq!(open(scope).len(), 2);
        assert_eq!(libc::dup3(fd, other, 0), other);
        assert_eq!(
            (libc::fcntl(other, libc::F_GETFD), open(scope).len()),
            (0, 2)
        );
        assert_eq!(
            libc::close_range(other.cast_unsigned(), other.cast_unsigned(), 0),
            0
        );
        assert_eq!((libc::close(fd), open(scope).len()), (0, 0));
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_forked_child_leaves_the_records_alone() {
    sys::fork::arm();
    let (scope, _inside) = inside();
    let file = File::open("/dev/null").unwrap();
    // SAFETY: the child calls what may be called there, and ends without unwinding.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::close(file.as_raw_fd());
            let is_untouched = count(scope) == 1;
            let opened = libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY);
            libc::_exit(i32::from(
                !(is_untouched && opened > 2 && count(scope) == 1),
            ));
        }
        let mut status = -1;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        assert_eq!(status, 0);
    }
    assert_eq!(open(scope).len(), 1);
}

unsafe extern "C" {
    fn pthread_cancel(thread: libc::pthread_t) -> c_int;
}

/// Waits in `accept` for ever.
extern "C" fn accept(listener: *mut c_void) -> *mut c_void {
    // SAFETY: the number outlives the thread; no address is asked for.
    unsafe { libc::accept4(listener.cast::<c_int>().read(), null_mut(), null_mut(), 0) };
    null_mut()
}

#[test]
fn a_thread_may_be_cancelled_inside() {
    let (_scope, _inside) = inside();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (mut thread, mut number): (libc::pthread_t, c_int) = (0, listener.as_raw_fd());
    let mut result = null_mut();
    // SAFETY: the start routine takes the address of a number; the thread is joined before the listener is closed.
    unsafe {
        let argument = (&raw mut number).cast::<c_void>();
        assert_eq!(
            libc::pthread_create(&raw mut thread, std::ptr::null(), accept, argument),
            0
        );
        assert_eq!(pthread_cancel(thread), 0);
        assert_eq!(libc::pthread_join(thread, &raw mut result), 0);
    }
    // `PTHREAD_CANCELED` of glibc.
    assert_eq!(result as isize, -1);
}
