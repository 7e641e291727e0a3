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

/// Is called once the process has begun to exit.
static BEGINS: OnceLock<fn()> = OnceLock::new();

/// Has `begins` called on the thread that ends the process, before as much as can be of what runs at its end; the first call
/// counts. Where `main` has returned, that is before every function that was registered for the end.
pub(crate) fn tell_begin(begins: fn()) {
    if BEGINS.set(begins).is_ok() {
        // SAFETY: the function has the declared type and does not unwind. Where there is no room for it, the begin is not told.
        unsafe { libc::atexit(begin_at_exit) };
    }
}

extern "C" fn begin_at_exit() {
    // Of a child nobody asks, nor of one that runs in the memory of its parent.
    if !super::fork::in_child()
        && !super::fork::shares_memory()
        && let Some(begins) = BEGINS.get()
    {
        begins();
    }
}

/// Starts a thread that nobody joins. std cannot where the thread-locals of the caller are gone, as they are in an exit.
pub(crate) fn start_thread(work: fn()) {
    extern "C" fn begin(work: *mut libc::c_void) -> *mut libc::c_void {
        // SAFETY: the name is a C string; the argument is the function that was passed below.
        let work = unsafe {
            libc::prctl(libc::PR_SET_NAME, c"leakcheck-exit".as_ptr());
            std::mem::transmute::<*mut libc::c_void, fn()>(work)
        };
        // Whatever goes wrong must not unwind into the C library.
        let _ = std::panic::catch_unwind(work);
        ptr::null_mut()
    }
    let mut thread = std::mem::MaybeUninit::uninit();
    // SAFETY: the place of the number outlives the call, and a thread that was started is detached once.
    unsafe {
        let argument = work as *mut libc::c_void;
        if libc::pthread_create(thread.as_mut_ptr(), ptr::null(), begin, argument) == 0 {
            libc::pthread_detach(thread.assume_init());
        }
    }
}

/// Has the begin told when this thread ends, which the main thread does first in an exit.
#[cfg(target_env = "gnu")]
extern "C" fn at_end_of_thread() {
    use std::ffi::{c_int, c_void};

    unsafe extern "C" {
        fn __cxa_thread_atexit_impl(
            function: extern "C" fn(*mut c_void),
            argument: *mut c_void,
            object: *const c_void,
        ) -> c_int;
        static __dso_handle: u8;
    }
    extern "C" fn ends(_argument: *mut c_void) {
        begin_at_exit();
    }
    // SAFETY: the function has the declared type, needs no argument and does not unwind; the handle is that of the object that
    // has it, and is not read. Where there is no room for it, the begin is not told.
    unsafe { __cxa_thread_atexit_impl(ends, ptr::null_mut(), (&raw const __dso_handle).cast()) };
}

/// Before `main`: what the main thread's end calls first is what is registered last.
#[cfg(target_env = "gnu")]
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = at_end_of_thread;

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
