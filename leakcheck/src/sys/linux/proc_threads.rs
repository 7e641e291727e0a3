//! The threads of this process as the kernel shows them.

use std::{fs, time::Duration};

use super::{
    calls::{Call, Waiting},
    proc,
};

/// The kernel's number of this thread.
pub(crate) fn tid() -> i32 {
    // SAFETY: `gettid` has no preconditions.
    unsafe { libc::gettid() }
}

/// Whether this is the thread that the process began with.
pub(crate) fn is_main_thread() -> bool {
    u32::try_from(tid()).is_ok_and(|tid| tid == std::process::id())
}

/// Whether a thread of this process waits in the kernel, and is neither run nor about to be; `None` where that is not
/// shown.
pub(crate) fn sleeps(tid: i32) -> Option<bool> {
    Some(matches!(state(tid)?, 'S' | 'D'))
}

/// Whether a thread of this process runs, waits for a processor, or waits for a page of its code: nothing of the program's
/// holds it up.
pub(crate) fn wants_to_run(tid: i32) -> bool {
    state(tid).is_some_and(|state| matches!(state, 'R' | 'D'))
}

/// How much of a processor a thread of this process has had; `None` where it is gone.
pub(crate) fn cpu_time(tid: i32) -> Option<Duration> {
    /// The clock of a thread, by what it was scheduled for.
    const OF_THREAD: libc::clockid_t = 4 | 2;
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // Zero stands for the thread that asks.
    if tid <= 0 {
        return None;
    }
    // SAFETY: the kernel checks the clock, and the time outlives the call.
    let read = unsafe { libc::clock_gettime((!tid << 3) | OF_THREAD, &raw mut time) };
    let nanos = u32::try_from(time.tv_nsec).ok()?;
    (read == 0).then_some(Duration::new(u64::try_from(time.tv_sec).ok()?, nanos))
}

/// The letter that the kernel has for what a thread does.
fn state(tid: i32) -> Option<char> {
    // What looking opens is nobody's.
    let _aside = crate::sys::fds::untracked();
    let line = fs::read_to_string(format!("{}/stat", proc::of_thread(tid)?)).ok()?;
    // The name stands in brackets and may have any characters.
    let (_, rest) = line.rsplit_once(')')?;
    rest.trim_start().chars().next()
}

/// What a thread of this process asks the kernel for, by its number and first argument; `None` where it runs or that is
/// not shown.
pub(crate) fn syscall(tid: i32) -> Option<(i64, u64)> {
    let _aside = crate::sys::fds::untracked();
    let line = fs::read_to_string(format!("{}/syscall", proc::of_thread(tid)?)).ok()?;
    Waiting::parse(&line).map(|waiting| (waiting.number, waiting.arguments[0]))
}

/// The name of a system call in which threads are found waiting, and whether its first argument is a descriptor.
pub(crate) fn name_of(syscall: i64) -> Option<(&'static str, bool)> {
    Call::find(syscall).map(|call| (call.name, call.is_of_descriptor))
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    #[test]
    fn a_thread_that_is_gone_wants_nothing() {
        let gone = thread::spawn(tid).join().expect("it does not panic");
        while state(gone).is_some() {
            thread::yield_now();
        }
        assert!(!wants_to_run(gone));
        assert_eq!(cpu_time(gone), None);
    }

    #[test]
    fn a_thread_that_the_program_holds_up_does_not_want_to_run() {
        let (kept, end) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            tell.send(tid()).expect("somebody listens");
            end.recv()
        });
        let tid = told.recv().expect("it tells");
        while wants_to_run(tid) {
            thread::yield_now();
        }
        assert_eq!(sleeps(tid), Some(true));
        let had = cpu_time(tid).expect("it is there");
        assert_eq!(cpu_time(tid), Some(had));
        drop(kept);
        thread.join().expect("it does not panic").unwrap_err();
    }

    #[test]
    fn a_thread_that_runs_has_its_time() {
        assert!(wants_to_run(tid()));
        let had = cpu_time(tid()).expect("it runs");
        while cpu_time(tid()).expect("it runs") < had + Duration::from_millis(20) {}
        assert_eq!(sleeps(tid()), Some(false));
        assert_eq!(cpu_time(0), None);
    }
}
