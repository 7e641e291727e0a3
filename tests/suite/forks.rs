//! A test may fork: the child neither hangs nor reports, and its parent's check is not touched by it.
#![cfg(unix)]

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

#[test]
fn a_child_that_exits() {
    let run = run!(forks);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn a_child_that_starts_threads() {
    let run = run!(forks_and_starts_threads);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn a_hundred_children_while_threads_come_and_go() {
    let run = run!(forks_a_hundred_times);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn what_a_child_leaves_is_not_the_parent_s() {
    let run = run!(both_leak);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(thread::park); // The parent's.")],
    );
}

mod subject {
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use leakcheck::leak_checked;

    /// Runs `work` in a forked child, and returns the child's exit code.
    fn in_child(work: impl FnOnce() -> i32) -> i32 {
        // SAFETY: the child runs `work`, which takes no lock that a thread of the parent may have held, and leaves
        // by `_exit` without unwinding into the parent's frames.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "a process can be made");
        if pid == 0 {
            let code = work();
            // SAFETY: the call has no preconditions.
            unsafe { libc::_exit(code) }
        }
        let mut status = 0;
        // SAFETY: `status` outlives the call, and the child is waited for once.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        assert!(libc::WIFEXITED(status), "the child exits: {status}");
        libc::WEXITSTATUS(status)
    }

    extern "C" fn nothing(_: *mut libc::c_void) -> *mut libc::c_void {
        std::ptr::null_mut()
    }

    /// Starts and joins a thread without std, whose locks a forked child may find held.
    fn thread_of_libc() -> i32 {
        // SAFETY: all zeroes is a valid integer or pointer, and is written before it is read.
        let mut thread: libc::pthread_t = unsafe { std::mem::zeroed() };
        // SAFETY: `thread` outlives the call, and the start routine matches its type.
        let started = unsafe {
            libc::pthread_create(
                &raw mut thread,
                std::ptr::null(),
                nothing,
                std::ptr::null_mut(),
            )
        };
        if started != 0 {
            return started;
        }
        // SAFETY: the thread was started above and is joined once.
        unsafe { libc::pthread_join(thread, std::ptr::null_mut()) }
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "looked at from outside"]
    fn forks() {
        assert_eq!(in_child(|| 7), 7);
        thread::spawn(|| ()).join().unwrap();
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "looked at from outside"]
    fn forks_and_starts_threads() {
        assert_eq!(in_child(|| (0..10).map(|_| thread_of_libc()).sum()), 0);
        thread::spawn(|| ()).join().unwrap();
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "looked at from outside"]
    fn forks_a_hundred_times() {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        thread::spawn(|| ()).join().unwrap();
                    }
                });
            }
            for _ in 0..100 {
                assert_eq!(in_child(thread_of_libc), 0);
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn both_leak() {
        let left = in_child(|| {
            thread::spawn(thread::park);
            0
        });
        assert_eq!(left, 0);
        thread::spawn(thread::park); // The parent's.
    }
}
