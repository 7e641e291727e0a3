//! Threads that are hardly ever let run, as on a machine that has more to do than it can: whatever waits for them must wait
//! for what they do, and not for a time.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// The thread that calls.
const OWN: i32 = 0;

/// A processor that something keeps busy until this is dropped.
#[derive(Debug)]
pub struct Busy {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Keeps the processor busy on which [`starve`] puts threads. Call it outside of any check.
///
/// # Panics
///
/// Where no thread is to be had.
pub fn busy() -> Busy {
    let is_over = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&is_over);
    let spin = move || {
        stay(OWN);
        while !theirs.load(Ordering::Relaxed) {}
    };
    Busy {
        is_over,
        thread: Some(thread::spawn(spin)),
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("it does not panic");
        }
    }
}

/// Lets this thread run only when nobody else wants to run on the busy processor: about three milliseconds of a second.
///
/// # Panics
///
/// Where the system refuses.
pub fn starve() {
    starve_other(OWN);
}

/// The same for another thread of this process.
///
/// # Panics
///
/// Where the system refuses.
pub fn starve_other(tid: i32) {
    stay(tid);
    // SAFETY: a structure of numbers; all zeros are a value of each.
    let mut none: libc::sched_param = unsafe { std::mem::zeroed() };
    none.sched_priority = 0;
    // SAFETY: the parameters outlive the call.
    let done = unsafe { libc::sched_setscheduler(tid, libc::SCHED_IDLE, &raw const none) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}

/// Lets this thread run like others again, on the processor where it is.
///
/// # Panics
///
/// Where the system refuses.
pub fn feed() {
    // SAFETY: as in `starve`.
    let none: libc::sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: as in `starve`.
    let done = unsafe { libc::sched_setscheduler(OWN, libc::SCHED_OTHER, &raw const none) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}

/// Runs until this thread has had so much more of a processor.
pub fn run_for(time: Duration) {
    let end = own_time() + time;
    while own_time() < end {}
}

fn own_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the time outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    let nanos = time.tv_nsec.try_into().expect("below a second");
    Duration::new(time.tv_sec.try_into().expect("not negative"), nanos)
}

/// Keeps a thread on the first processor that the process may use.
fn stay(tid: i32) {
    // SAFETY: a set of bits; all zeros are the empty set.
    let mut allowed: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    let size = size_of_val(&allowed);
    let process = std::process::id().try_into().expect("a process");
    // SAFETY: the set is as large as is said, here and below.
    let known = unsafe { libc::sched_getaffinity(process, size, &raw mut allowed) };
    assert_eq!(known, 0, "{}", io::Error::last_os_error());
    // SAFETY: the numbers are within the set.
    let first = (0..8 * size).find(|cpu| unsafe { libc::CPU_ISSET(*cpu, &allowed) });
    // SAFETY: as above.
    let mut one: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    unsafe { libc::CPU_SET(first.expect("it runs on some"), &mut one) };
    // SAFETY: as above.
    let done = unsafe { libc::sched_setaffinity(tid, size, &raw const one) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}
