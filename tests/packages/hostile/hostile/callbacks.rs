//! What a task waits for may be made to happen by a library that has a pointer to it and is no Rust: on a thread of its own that
//! is older than the test, or for a timer of the system. No count tells of such a pointer, so nobody is taken for stuck.

use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use leakcheck_tests::child::assert_passes;

/// Set for programs in which the library's thread runs.
const VARIABLE: &str = "LEAKCHECK_TEST_CALLBACKS";

/// The pointer that the library was given, and after how many milliseconds it calls back.
static POINTER: AtomicPtr<tokio::sync::Notify> = AtomicPtr::new(std::ptr::null_mut());
static AFTER_MS: AtomicU64 = AtomicU64::new(0);

#[test]
fn a_body_that_a_library_wakes_passes() {
    assert_passes(&run!(waits_for_a_library, "LEAKCHECK_TEST_CALLBACKS" = "1"));
}

#[test]
fn a_task_that_a_library_wakes_is_waited_for() {
    assert_passes(&run!(
        leaves_a_task_to_a_library,
        "LEAKCHECK_TEST_CALLBACKS" = "1"
    ));
}

#[test]
fn a_body_that_a_timer_wakes_passes() {
    assert_passes(&run!(waits_for_a_timer));
}

/// The control: without such a thread it is proven that nobody comes.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "of optimised code nothing is proven")]
fn a_body_that_nothing_wakes_is_given_up() {
    leakcheck_tests::child::assert_fails(&run!(waits_in_vain));
}

extern "C" fn serve(_: *mut libc::c_void) -> *mut libc::c_void {
    loop {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let pointer = POINTER.load(Ordering::Acquire);
        if pointer.is_null() || AFTER_MS.fetch_sub(10, Ordering::Relaxed) > 10 {
            continue;
        }
        POINTER.store(std::ptr::null_mut(), Ordering::Relaxed);
        // SAFETY: who has given it waits for this call.
        unsafe { (*pointer).notify_one() };
    }
}

extern "C" fn at_start() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let mut thread = 0;
    // SAFETY: the thread runs as long as the process, and is given nothing.
    unsafe {
        libc::pthread_create(
            &raw mut thread,
            std::ptr::null(),
            serve,
            std::ptr::null_mut(),
        )
    };
}

#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = at_start;

mod subject {
    use std::{mem, ptr};

    use leakcheck::leak_checked;
    use tokio::sync::Notify;

    use super::{AFTER_MS, Ordering, POINTER};

    /// Of a library: it calls back, and whoever asked it keeps what it is about.
    struct Request(Box<Notify>);

    impl Request {
        fn after_ms(delay: u64) -> Self {
            let done = Box::new(Notify::new());
            AFTER_MS.store(delay, Ordering::Relaxed);
            POINTER.store(ptr::from_ref(&*done).cast_mut(), Ordering::Release);
            Self(done)
        }

        async fn done(self) {
            self.0.notified().await;
        }
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "a program"]
    async fn waits_for_a_library() {
        Request::after_ms(2000).done().await;
    }

    #[leak_checked(settle = "100s")]
    #[tokio::test]
    #[ignore = "a program"]
    async fn leaves_a_task_to_a_library() {
        tokio::spawn(Request::after_ms(1000).done());
        tokio::task::yield_now().await;
    }

    extern "C" fn rings(value: libc::sigval) {
        // SAFETY: the body waits for this call.
        unsafe { (*value.sival_ptr.cast::<Notify>()).notify_one() };
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "a program"]
    async fn waits_for_a_timer() {
        let done = Box::new(Notify::new());
        // SAFETY: all zeros are an event, of which the fields are set that matter.
        let mut event: libc::sigevent = unsafe { mem::zeroed() };
        event.sigev_notify = libc::SIGEV_THREAD;
        event.sigev_value.sival_ptr = ptr::from_ref(&*done).cast_mut().cast();
        let function: extern "C" fn(libc::sigval) = rings;
        // SAFETY: the function stands where `sigev_notify_function` does, which the crate does not name.
        unsafe {
            ptr::from_mut(&mut event)
                .byte_add(16)
                .cast::<usize>()
                .write(function as usize);
        };
        let mut timer = ptr::null_mut();
        // SAFETY: all of them outlive the calls.
        unsafe {
            assert_eq!(
                libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer),
                0
            );
            let mut due: libc::itimerspec = mem::zeroed();
            due.it_value.tv_sec = 2;
            assert_eq!(
                libc::timer_settime(timer, 0, &raw const due, ptr::null_mut()),
                0
            );
        }
        done.notified().await;
        // SAFETY: it is this one's.
        unsafe { libc::timer_delete(timer) };
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "hangs"]
    async fn waits_in_vain() {
        Request(Box::new(Notify::new())).done().await;
    }
}
