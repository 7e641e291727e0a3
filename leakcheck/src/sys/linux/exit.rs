//! The end of the process, as the C library tells of it once `main` has returned or somebody has called `exit`.

use std::{ptr, sync::OnceLock};

/// Is given the exit code, where that is known, and returns another one to end with.
pub(crate) type Handler = fn(Option<i32>) -> Option<i32>;

static HANDLER: OnceLock<Handler> = OnceLock::new();

/// Has `handler` called at the end of the process; the first call counts.
pub(crate) fn arm(handler: Handler) {
    if HANDLER.set(handler).is_ok() {
        register();
    }
}

/// The C library of GNU tells the exit code.
#[cfg(target_env = "gnu")]
fn register() {
    use std::ffi::{c_int, c_void};

    unsafe extern "C" {
        fn on_exit(
            function: extern "C" fn(status: c_int, argument: *mut c_void),
            argument: *mut c_void,
        ) -> c_int;
    }
    extern "C" fn ends(status: c_int, _argument: *mut c_void) {
        end(Some(status));
    }
    // SAFETY: the function has the declared type, needs no argument and does not unwind. Where there is no room for it, the
    // end is not told.
    unsafe { on_exit(ends, ptr::null_mut()) };
}

#[cfg(not(target_env = "gnu"))]
fn register() {
    extern "C" fn ends() {
        end(None);
    }
    // SAFETY: the function has the declared type and does not unwind.
    unsafe { libc::atexit(ends) };
}

fn end(status: Option<i32>) {
    let Some(code) = HANDLER.get().and_then(|handler| handler(status)) else {
        return;
    };
    // SAFETY: a null pointer asks for all streams of C, which the end would have flushed; std has flushed its own.
    unsafe { libc::fflush(ptr::null_mut()) };
    at_once(code)
}

/// Ends the process without running anything of it.
pub(crate) fn at_once(code: i32) -> ! {
    // SAFETY: `_exit` has no preconditions and does not return.
    unsafe { libc::_exit(code) }
}
