//! Threads of subjects that nobody may disturb: what they have in common.

use std::{ffi::CString, fs, thread};

/// Told by a thread that was disturbed.
pub(crate) const MARK: &str = "the thread was disturbed";

/// Ends the process: a thread that waits for ever came back.
pub(crate) fn end() -> ! {
    let text = CString::new(format!("{MARK}\n")).expect("no zero in it");
    // SAFETY: the text is as long as is said; ending the process has no preconditions.
    unsafe {
        libc::write(2, text.as_ptr().cast(), text.as_bytes().len());
        libc::_exit(77)
    }
}

/// The kernel's number of the calling thread.
pub(crate) fn tid() -> i32 {
    // SAFETY: `gettid` has no preconditions.
    unsafe { libc::gettid() }
}

/// Returns once the thread is in one of these system calls.
pub(crate) fn until_it_is_in(tid: i32, calls: &[i64]) {
    let is_in = || {
        let line = fs::read_to_string(format!("/proc/self/task/{tid}/syscall"));
        let line = line.expect("the thread is alive");
        let call = line
            .split_whitespace()
            .next()
            .and_then(|call| call.parse().ok());
        call.is_some_and(|call| calls.contains(&call))
    };
    while !is_in() {
        thread::yield_now();
    }
}
