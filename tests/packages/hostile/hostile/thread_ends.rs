//! A thread may be named, and may open and close, in every phase of its life.

use leakcheck_tests::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

#[test]
fn named_in_a_destructor() {
    let run = run!(names_its_thread_in_a_destructor);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn named_in_a_destructor_outside_of_a_check() {
    assert_passes(&run!(names_its_thread_in_a_destructor_of_no_check));
}

#[test]
fn named_by_std_whole() {
    let run = run!(names_its_thread_by_std);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[threads(1, ".spawn(thread::park)")]);
    assert_eq!(
        run.report().leaks[0].name.as_deref(),
        Some("longer than the kernel keeps")
    );
}

mod subject {
    use std::{
        ffi::c_void,
        ptr::{dangling, null_mut},
        thread,
    };

    use leakcheck::leak_checked;

    unsafe extern "C" fn name_and_open(_: *mut c_void) {
        // SAFETY: the name and the path are C strings, and the descriptor is this function's own.
        unsafe {
            libc::pthread_setname_np(libc::pthread_self(), c"about to end".as_ptr());
            libc::close(libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY));
        }
    }

    extern "C" fn of_c(key: *mut c_void) -> *mut c_void {
        // SAFETY: the caller passes a key, whose value is not looked at.
        unsafe { libc::pthread_setspecific(key as libc::pthread_key_t, dangling::<c_void>()) };
        null_mut()
    }

    /// Whether the key is made before the checker's or after it, it is a thread of std or of C, named or not.
    fn name_in_destructors() {
        let mut keys = [0; 2];
        for key in &mut keys {
            // SAFETY: the key outlives the call, and the destructor has the declared type.
            let result = unsafe { libc::pthread_key_create(key, Some(name_and_open)) };
            assert_eq!(result, 0);
        }
        let set = move || {
            for key in keys {
                // SAFETY: the key was made above; its value is not looked at.
                unsafe { libc::pthread_setspecific(key, dangling::<c_void>()) };
            }
        };
        thread::spawn(set).join().expect("it does not panic");
        let named = thread::Builder::new().name("named".to_owned()).spawn(set);
        named.expect("it starts").join().expect("it does not panic");

        // SAFETY: the thread is waited for, and all arguments outlive it.
        unsafe {
            let mut thread = std::mem::zeroed();
            let key = keys[0] as *mut c_void;
            assert_eq!(
                libc::pthread_create(&raw mut thread, std::ptr::null(), of_c, key),
                0
            );
            libc::pthread_join(thread, null_mut());
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn names_its_thread_in_a_destructor() {
        name_in_destructors();
    }

    #[test]
    #[ignore = "a program"]
    fn names_its_thread_in_a_destructor_of_no_check() {
        name_in_destructors();
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn names_its_thread_by_std() {
        thread::Builder::new()
            .name("longer than the kernel keeps".to_owned())
            .spawn(thread::park)
            .expect("it starts");
    }
}
