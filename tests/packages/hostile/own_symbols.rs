//! A program may define functions of the C library itself: its own win, it works as it does without the checker, and what is
//! not seen because of that is said.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use leakcheck_tests::{child, rerun};

static CALLED: AtomicU32 = AtomicU32::new(0);

/// The C library's own function of this name and type.
///
/// # Safety
///
/// It must have that type.
unsafe fn real<F: Copy>(name: &CStr) -> F {
    CALLED.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the name is a C string, and a function's address is as long as the pointer type that the caller states.
    unsafe {
        let address = libc::dlsym(libc::RTLD_NEXT, name.as_ptr());
        assert!(!address.is_null());
        std::mem::transmute_copy(&address)
    }
}

/// Defines functions that call the C library's.
macro_rules! define {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(
            /// # Safety
            ///
            /// As for the C library's own.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($argument: $kind),*) -> $result {
                let name = concat!(stringify!($name), "\0").as_bytes();
                let name = CStr::from_bytes_with_nul(name).expect("it ends with a zero");
                // SAFETY: the types are those of the C library.
                unsafe { real::<unsafe extern "C" fn($($kind),*) -> $result>(name)($($argument),*) }
            }
        )*
    };
}

define! {
    pthread_create(thread: *mut libc::pthread_t, attributes: *const c_void, start: *const c_void, argument: *mut c_void) -> c_int;
    pthread_setname_np(thread: libc::pthread_t, name: *const c_char) -> c_int;
    posix_spawn(pid: *mut c_int, path: *const c_char, actions: *const c_void, attributes: *const c_void,
        arguments: *const c_void, environment: *const c_void) -> c_int;
    posix_spawnp(pid: *mut c_int, path: *const c_char, actions: *const c_void, attributes: *const c_void,
        arguments: *const c_void, environment: *const c_void) -> c_int;
    fork() -> c_int;
    timer_create(clock: c_int, event: *mut c_void, timer: *mut c_void) -> c_int;
    timer_delete(timer: *mut c_void) -> c_int;
    dup(fd: c_int) -> c_int;
}

#[test]
fn its_own_win_and_that_is_said() {
    let run = rerun(&["--exact", "uses_its_own"], &[]);
    child::assert_passes(&run);
    let said = |kind: &str| run.report().coverage[kind].clone();
    assert!(
        said("thread").contains("`pthread_create` of this program is not the one"),
        "{}",
        said("thread")
    );
    assert!(
        said("process").contains("`posix_spawnp` of this program is not the one"),
        "{}",
        said("process")
    );
    assert!(
        said("timer").contains("`timer_create` of this program is not the one"),
        "{}",
        said("timer")
    );
    let of_dup = "the program defines `dup` itself, so what goes through it is not seen";
    assert!(said("fd").contains(of_dup), "{}", said("fd"));
}

#[test]
fn what_is_required_is_missed() {
    for kind in ["threads", "processes", "timers", "fds"] {
        let run = rerun(&["--exact", "uses_its_own"], &[("LEAKCHECK_REQUIRE", kind)]);
        child::assert_fails(&run);
    }
}

#[leakcheck::leak_checked]
#[test]
#[ignore = "a program"]
fn uses_its_own() {
    let before = CALLED.load(Ordering::Relaxed);
    let named = thread::Builder::new().name("own".to_owned()).spawn(|| ());
    named.expect("it starts").join().expect("it does not panic");
    assert!(
        Command::new("true")
            .status()
            .is_ok_and(|status| status.success())
    );
    // SAFETY: the descriptor is this function's own.
    assert_eq!(unsafe { libc::close(libc::dup(0)) }, 0);
    // Thread, name, process and descriptor.
    assert!(CALLED.load(Ordering::Relaxed) >= before + 4);
}
