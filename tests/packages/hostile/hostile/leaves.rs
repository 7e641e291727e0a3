//! What a test leaves behind is its own, whatever its crate is called.

use leakcheck_tests::{
    child::{self, assert_fails, assert_passes},
    expect_leaks::{Finding, assert_left, made, threads},
};

fn of_one_of_each() -> [Finding; 3] {
    [
        made(
            "fd",
            "mem::forget(File::open(\"/dev/null\").expect(\"it is there\"));",
        ),
        made(
            "timer",
            "let made = libc::timer_create(clock, &raw mut event, &raw mut timer);",
        ),
        threads(1, "thread::spawn(thread::park);"),
    ]
}

#[test]
fn one_of_each_is_found() {
    let run = child::run(module_path!(), "leaves_one_of_each", &[]);
    assert_fails(&run);
    assert_left(&run.report().leaks, &of_one_of_each());
}

#[test]
fn its_twin_passes() {
    let run = child::run(module_path!(), "ends_one_of_each", &[]);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn what_serves_the_whole_process_passes() {
    let run = child::run(module_path!(), "leaves_them_to_a_static", &[]);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

mod timer {
    /// Makes a timer that tells nobody.
    pub(super) fn make() -> libc::timer_t {
        // SAFETY: zero is valid for both plain values, which outlive the call.
        unsafe {
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_NONE;
            let mut timer: libc::timer_t = std::mem::zeroed();
            let clock = libc::CLOCK_MONOTONIC;
            let made = libc::timer_create(clock, &raw mut event, &raw mut timer);
            assert_eq!(made, 0);
            timer
        }
    }

    pub(super) fn delete(timer: libc::timer_t) {
        // SAFETY: it is deleted once.
        assert_eq!(unsafe { libc::timer_delete(timer) }, 0);
    }
}

mod subject {
    use std::{fs::File, mem, sync::OnceLock, thread};

    use leakcheck::leak_checked;

    use super::timer;

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaves_one_of_each() {
        mem::forget(File::open("/dev/null").expect("it is there"));
        timer::make();
        thread::spawn(thread::park);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn ends_one_of_each() {
        drop(File::open("/dev/null").expect("it is there"));
        timer::delete(timer::make());
        thread::spawn(|| ()).join().expect("it does not panic");
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn leaves_them_to_a_static() {
        static KEPT: OnceLock<File> = OnceLock::new();
        KEPT.get_or_init(|| {
            timer::make();
            thread::spawn(thread::park);
            File::open("/dev/null").expect("it is there")
        });
    }
}
