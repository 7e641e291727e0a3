//! A function of the program is not the C library's, whatever it is called.

use leakcheck_tests::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, made},
};

#[test]
fn a_name_that_begins_as_one_of_the_c_library() {
    for subject in [run!(greets), run!(loads)] {
        assert_fails(&subject);
        let opened = "mem::forget(File::open(\"/dev/null\").expect(\"it is there\"));";
        assert_left(&subject.report().leaks, &[made("fd", opened)]);
    }
}

#[test]
fn what_the_c_library_keeps_passes() {
    let run = run!(initialises_once);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

mod subject {
    use std::{cell::UnsafeCell, fs::File, mem};

    use leakcheck::leak_checked;

    /// As `getgrnam` begins.
    #[unsafe(no_mangle)]
    #[inline(never)]
    extern "C" fn getgreeting() {
        open();
    }

    /// As `dlopen` does.
    #[unsafe(no_mangle)]
    #[inline(never)]
    extern "C" fn dlopen_plugin() {
        open();
    }

    extern "C" fn open() {
        mem::forget(File::open("/dev/null").expect("it is there"));
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn greets() {
        getgreeting();
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn loads() {
        dlopen_plugin();
    }

    struct Once(UnsafeCell<libc::c_int>);

    // SAFETY: only the C library touches what is inside, which takes care of threads.
    unsafe impl Sync for Once {}

    unsafe extern "C" {
        fn pthread_once(once: *mut libc::c_int, work: extern "C" fn()) -> libc::c_int;
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn initialises_once() {
        static ONCE: Once = Once(UnsafeCell::new(0));
        // SAFETY: the value lives as long as the process and was initialised as the C library asks.
        let done = unsafe { pthread_once(ONCE.0.get(), open) };
        assert_eq!(done, 0);
    }
}
