//! A timer of the C library that nobody deletes is left behind, whether it fires or not; one that is deleted is not.

use std::{
    ffi::c_int,
    mem::{offset_of, zeroed},
    ptr::{from_ref, null_mut},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use leakcheck::leak_checked;
use libc::{CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, SIGEV_NONE, sigevent, timer_create};
use tokio::time::sleep;

use crate::{
    expected::{section, verify},
    source::ARE_SEEN,
};

/// A static C library starts the thread that calls the function by the function that is defined here, so that is seen.
const CALL: c_int = if ARE_SEEN {
    libc::SIGEV_THREAD
} else {
    SIGEV_NONE
};

/// Is deleted with its owner.
#[derive(Default)]
struct Timer(usize);

impl Timer {
    fn place(&mut self) -> *mut libc::timer_t {
        (&raw mut self.0).cast()
    }

    /// Made on a line of its own.
    fn new(how: c_int) -> Self {
        let mut timer = Self::default();
        let mut event = event(how);
        // SAFETY: both places outlive the call.
        let result = unsafe { timer_create(CLOCK_MONOTONIC, &raw mut event, timer.place()) };
        assert_eq!(result, 0);
        timer
    }

    fn arm(&self, time: Duration) {
        // SAFETY: zero is valid for every field of the plain struct, which outlives the call.
        let result = unsafe {
            let mut setting: libc::itimerspec = zeroed();
            setting.it_value.tv_sec = libc::time_t::try_from(time.as_secs()).unwrap();
            setting.it_value.tv_nsec = time.subsec_nanos().into();
            libc::timer_settime(self.0 as libc::timer_t, 0, &raw const setting, null_mut())
        };
        assert_eq!(result, 0);
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: it was made, and this is the only one to delete it.
        let result = unsafe { libc::timer_delete(self.0 as libc::timer_t) };
        assert_eq!(result, 0);
    }
}

/// How often the functions of timers were called.
static CALLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn called(count: libc::sigval) {
    // SAFETY: that is what is passed.
    unsafe { &*count.sival_ptr.cast::<AtomicUsize>() }.fetch_add(1, Ordering::Release);
}

fn event(how: c_int) -> sigevent {
    // SAFETY: zero is valid for every field of the plain struct. The function stands where the C library reads it, which
    // is where the number of a thread stands otherwise.
    unsafe {
        let mut event: sigevent = zeroed();
        event.sigev_notify = how;
        event.sigev_signo = libc::SIGURG;
        event.sigev_value.sival_ptr = from_ref(&CALLED).cast_mut().cast();
        if how == libc::SIGEV_THREAD {
            let offset = offset_of!(sigevent, sigev_notify_thread_id);
            let place = (&raw mut event).byte_add(offset);
            place.cast::<extern "C" fn(libc::sigval)>().write(called);
        }
        event
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn posix_timer_is_never_deleted() {
    let mut timer = null_mut();
    let mut event = event(SIGEV_NONE);
    // SAFETY: both places outlive the call.
    unsafe {
        // leak: timer "POSIX timer"
        let result = timer_create(CLOCK_PROCESS_CPUTIME_ID, &raw mut event, &raw mut timer);
        assert_eq!(result, 0);
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn posix_timer_is_armed_for_an_hour() {
    let mut timer = Timer::default();
    // SAFETY: there is no event, and the place outlives the call.
    unsafe {
        // leak: timer "POSIX timer"
        let result = timer_create(CLOCK_MONOTONIC, null_mut(), timer.place());
        assert_eq!(result, 0);
    }
    timer.arm(Duration::from_secs(3600));
    std::mem::forget(timer);
}

/// It is not the test's thread that waits for the next one to fire.
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn posix_timer_has_called_its_function() {
    let mut timer = Timer::default();
    let mut event = event(CALL);
    let before = CALLED.load(Ordering::Acquire);
    // SAFETY: both places outlive the call.
    unsafe {
        // leak: timer "POSIX timer"
        let result = timer_create(CLOCK_MONOTONIC, &raw mut event, timer.place());
        assert_eq!(result, 0);
    }
    timer.arm(Duration::from_nanos(1));
    while ARE_SEEN && CALLED.load(Ordering::Acquire) == before {
        thread::yield_now();
    }
    std::mem::forget(timer);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn posix_timers_of_tasks_and_threads() {
    let make = || {
        let mut timer = Timer::default();
        let mut event = event(SIGEV_NONE);
        // SAFETY: both places outlive the call.
        unsafe {
            // leak: timer "POSIX timer" x8
            let result = timer_create(CLOCK_MONOTONIC, &raw mut event, timer.place());
            assert_eq!(result, 0);
        }
        std::mem::forget(timer);
    };
    thread::spawn(move || (0..8).for_each(|_| make()))
        .join()
        .unwrap();
    tokio::spawn(async {
        let mut timer = Timer::default();
        // SAFETY: there is no event, and the place outlives the call.
        unsafe {
            // leak: timer "POSIX timer"
            let result = timer_create(CLOCK_MONOTONIC, null_mut(), timer.place());
            assert_eq!(result, 0);
        }
        std::mem::forget(timer);
    })
    .await
    .unwrap();
}

/// Both kinds of timers, each with its own help.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn posix_timer_beside_one_of_tokio() {
    static PARKED: Mutex<Vec<std::pin::Pin<Box<tokio::time::Sleep>>>> = Mutex::new(Vec::new());
    let mut timer = Timer::default();
    let mut event = event(SIGEV_NONE);
    // SAFETY: both places outlive the call.
    unsafe {
        // leak: timer "POSIX timer"
        let result = timer_create(CLOCK_MONOTONIC, &raw mut event, timer.place());
        assert_eq!(result, 0);
    }
    std::mem::forget(timer);
    // leak: timer "tokio::time::Sleep"
    let mut parked = Box::pin(sleep(Duration::from_secs(3600)));
    assert!(is_pending_once(&mut parked).await);
    PARKED.lock().unwrap().push(parked);
}

/// Polls once; whether it is not ready.
async fn is_pending_once(future: &mut (impl Future<Output = ()> + Unpin)) -> bool {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_pending())
    })
    .await
}

#[leak_checked]
#[test]
fn posix_timers_are_deleted() {
    for how in [SIGEV_NONE, CALL, libc::SIGEV_SIGNAL] {
        Timer::new(how).arm(Duration::from_secs(3600));
    }
    for _ in 0..100 {
        drop(Timer::new(SIGEV_NONE));
    }
}

/// The thread that calls the function is the C library's own, and stays.
#[leak_checked]
#[test]
fn posix_timer_that_has_called_its_function_is_deleted() {
    let before = CALLED.load(Ordering::Acquire);
    let timer = Timer::new(CALL);
    timer.arm(Duration::from_nanos(1));
    while ARE_SEEN && CALLED.load(Ordering::Acquire) == before {
        thread::yield_now();
    }
}

#[leak_checked]
#[test]
fn posix_timer_is_deleted_on_a_thread() {
    let timer = Timer::new(SIGEV_NONE);
    let (tell, told) = mpsc::channel::<()>();
    thread::spawn(move || {
        // The end of the channel is what is waited for.
        let _ = told.recv();
        drop(timer);
    });
    drop(tell);
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posix_timers_end_with_their_tasks() {
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            tokio::spawn(async {
                let timer = Timer::new(SIGEV_NONE);
                sleep(Duration::from_millis(1)).await;
                drop(timer);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// What is deleted past the C library is not there either.
#[leak_checked]
#[test]
fn posix_timer_is_deleted_by_a_system_call() {
    let timer = Timer::new(SIGEV_NONE);
    let number = c_int::try_from(timer.0);
    // Where the number is not the kernel's it is deleted in the usual way.
    if let Ok(number) = number {
        // SAFETY: only this test knows it.
        assert_eq!(unsafe { libc::syscall(libc::SYS_timer_delete, number) }, 0);
        std::mem::forget(timer);
    }
}

/// It serves all tests of the process.
#[leak_checked]
#[test]
fn posix_timer_of_a_static() {
    static TIMER: LazyLock<Timer> = LazyLock::new(|| Timer::new(SIGEV_NONE));
    assert_ne!(TIMER.0, usize::MAX);
}

/// It ends with its thread, which is after the check.
#[leak_checked]
#[test]
fn posix_timer_of_a_thread_local() {
    thread_local! {
        static TIMER: Timer = Timer::new(SIGEV_NONE);
    }
    TIMER.with(|timer| assert_ne!(timer.0, usize::MAX));
}

/// A child has no timer of its parent's, and its own are not the parent's.
#[leak_checked]
#[test]
fn posix_timer_of_a_forked_child() {
    let timer = Timer::new(SIGEV_NONE);
    // SAFETY: the child calls what may be called there, and ends without unwinding.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let mut other = null_mut();
            let result = timer_create(CLOCK_MONOTONIC, null_mut(), &raw mut other);
            libc::_exit(result);
        }
        let mut status = -1;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        assert_eq!(status, 0);
    }
    drop(timer);
}

#[leak_checked(kinds(tasks, threads))]
#[test]
fn posix_timers_are_not_asked_for() {
    std::mem::forget(Timer::new(SIGEV_NONE));
}

#[leak_checked(ignore_created_by = "corpus::posix_timers::Timer::new")]
#[test]
fn posix_timers_are_accepted() {
    std::mem::forget(Timer::new(SIGEV_NONE));
}

/// What is accepted may have it.
#[leak_checked(ignore_thread_name = "watch")]
#[test]
fn posix_timer_of_a_thread_that_is_accepted() {
    let (tell, told) = mpsc::channel::<()>();
    let watch = thread::Builder::new().name("watch".to_owned());
    let watch = watch.spawn(move || {
        let _timer = Timer::new(SIGEV_NONE);
        tell.send(()).unwrap();
        loop {
            thread::park();
        }
    });
    told.recv().unwrap();
    drop(watch.unwrap());
}

#[test]
fn every_report_is_exact() {
    for report in verify("posix_timers", include_str!("posix_timers.rs")) {
        // It is nothing where timers are not asked for.
        let seen = report.coverage.get("timer");
        let seen = seen.map_or("", String::as_str);
        let is_missing = seen.contains("POSIX timers are not seen");
        assert_eq!(is_missing, !ARE_SEEN && !seen.is_empty(), "{report:?}");
    }
    if ARE_SEEN {
        let test = "posix_timers::posix_timer_beside_one_of_tokio";
        let shown = section(test);
        for words in [
            "CLOCK_MONOTONIC, tells nobody, not armed",
            "`timer_delete`",
            "drop the `Sleep`",
        ] {
            assert!(shown.contains(words), "{words}\n{shown}");
        }
    }
}
