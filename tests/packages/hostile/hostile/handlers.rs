//! What may be called in a signal handler may be called in one that interrupted `malloc`, or the checker itself.

use leakcheck_tests::{
    child::{assert_fails, assert_passes},
    expect_leaks::assert_left,
};

#[test]
fn all_that_a_handler_may_call() {
    let run = run!(calls_everything_in_a_handler);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn outside_of_a_check() {
    assert_passes(&run!(calls_everything_in_a_handler_of_no_check));
}

#[test]
fn what_a_handler_leaves_open_is_found() {
    let run = run!(leaves_one_open_in_a_handler);
    assert_fails(&run);
    let kinds: Vec<_> = run
        .report()
        .leaks
        .iter()
        .map(|leak| leak.kind.as_str())
        .collect();
    assert_eq!(kinds, ["fd"], "{}", run.text());
    let site = run.report().leaks[0]
        .created_at
        .as_ref()
        .expect("it has a site");
    assert!(site.function.ends_with("leave_one_open"), "{}", run.text());
}

#[test]
fn a_handler_that_never_comes_back() {
    let run = run!(jumps_out_of_handlers);
    assert_fails(&run);
    // A jump may lose what was opened a moment before; all that is opened afterwards is seen.
    let leaks = run.report().leaks.iter();
    let afterwards = leaks.filter(|leak| {
        let site = leak.created_at.as_ref();
        site.is_some_and(|site| site.function.ends_with("leave_open"))
    });
    assert_eq!(
        afterwards.map(|leak| leak.count).sum::<usize>(),
        3,
        "{}",
        run.text()
    );
}

mod subject {
    use std::{
        ffi::{c_int, c_void},
        hint::black_box,
        mem::zeroed,
        ptr::null_mut,
        sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering},
    };

    use crate::calls::SAFE;
    use leakcheck::leak_checked;

    const TIMES: u32 = 100_000;

    static HANDLED: AtomicU32 = AtomicU32::new(0);
    static FAILED: AtomicBool = AtomicBool::new(false);

    /// The timer that interrupts, as the C library calls it.
    static TIMER: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

    /// Has the thread interrupted once, after a time that differs from round to round, so that it is hit everywhere.
    fn interrupt_soon() {
        let round = HANDLED.fetch_add(1, Ordering::Relaxed);
        let soon = libc::itimerspec {
            it_interval: libc::timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: libc::timespec {
                tv_sec: 0,
                tv_nsec: 5_000 + i64::from(round % 101) * 97,
            },
        };
        // SAFETY: the setting outlives the call; a timer that is gone is an error.
        unsafe {
            libc::timer_settime(
                TIMER.load(Ordering::Relaxed),
                0,
                &raw const soon,
                null_mut(),
            )
        };
    }

    /// Runs `body` on and on, until its thread has been interrupted so many times.
    fn interrupted(rounds: u32, handler: extern "C" fn(c_int), body: impl Fn()) {
        // SAFETY: zero is valid for all of these, the handler has the declared type, and the timer is deleted once.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = libc::SA_RESTART;
            assert_eq!(
                libc::sigaction(libc::SIGUSR1, &raw const action, null_mut()),
                0
            );
            let mut event: libc::sigevent = zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_notify_thread_id = libc::gettid();
            event.sigev_signo = libc::SIGUSR1;
            let mut timer = null_mut();
            assert_eq!(
                libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer),
                0
            );
            TIMER.store(timer, Ordering::Relaxed);
            interrupt_soon();
            while HANDLED.load(Ordering::Relaxed) < rounds {
                body();
            }
            assert_eq!(libc::timer_delete(timer), 0);
        }
        assert!(
            !FAILED.load(Ordering::Relaxed),
            "a call in the handler failed"
        );
    }

    /// Some of them, in turn.
    extern "C" fn call_some(_: c_int) {
        let number = HANDLED.load(Ordering::Relaxed) as usize;
        // Each is called often; all in each handler would take minutes in all.
        for offset in 0..3 {
            if !(SAFE[(number * 3 + offset) % SAFE.len()].run)() {
                FAILED.store(true, Ordering::Relaxed);
            }
        }
        interrupt_soon();
    }

    #[repr(align(128))]
    struct Wide([u8; 256]);

    fn allocate() {
        for size in [24, 200, 1500, 40_000, 300_000] {
            let mut memory: Vec<u8> = Vec::with_capacity(size);
            memory.push(1);
            memory.reserve(size * 2);
            black_box(memory);
        }
        // What is aligned so is noted by the checker itself.
        black_box(Box::new(Wide([1; 256])).0[0]);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn calls_everything_in_a_handler() {
        interrupted(TIMES, call_some, allocate);
    }

    #[test]
    #[ignore = "a program"]
    fn calls_everything_in_a_handler_of_no_check() {
        interrupted(TIMES, call_some, allocate);
    }

    extern "C" fn leave_one_open(_: c_int) {
        // SAFETY: the path is a C string.
        unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY) };
        HANDLED.fetch_add(1, Ordering::Relaxed);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaves_one_open_in_a_handler() {
        interrupted(2, leave_one_open, allocate);
    }

    const WORDS: usize = 64;
    /// What `sigsetjmp` fills in: more than any C library here needs.
    #[repr(C, align(64))]
    struct Place([u64; WORDS]);

    unsafe extern "C" {
        #[link_name = "__sigsetjmp"]
        fn sigsetjmp(place: *mut Place, with_mask: c_int) -> c_int;
        fn siglongjmp(place: *mut Place, value: c_int) -> !;
    }

    static mut PLACE: Place = Place([0; WORDS]);
    static MAY_JUMP: AtomicBool = AtomicBool::new(false);

    extern "C" fn jump(_: c_int) {
        interrupt_soon();
        if MAY_JUMP.swap(false, Ordering::Relaxed) {
            // SAFETY: the frame that has set the place is still there, and no frame in between has clean-up.
            unsafe { siglongjmp(&raw mut PLACE, 1) }
        }
    }

    /// Opens and closes until it is interrupted for good; no frame of it has clean-up.
    #[inline(never)]
    extern "C" fn open_until_jumped() {
        // SAFETY: `sigsetjmp` returns twice into this very frame, whose variables are not used afterwards.
        unsafe {
            if sigsetjmp(&raw mut PLACE, 1) == 0 {
                MAY_JUMP.store(true, Ordering::Relaxed);
                loop {
                    libc::close(libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY));
                }
            }
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn jumps_out_of_handlers() {
        interrupted(2000, jump, || open_until_jumped());
        for _ in 0..3 {
            leave_open();
        }
    }

    fn leave_open() {
        // SAFETY: the path is a C string.
        assert!(unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY) } > 2);
    }
}
