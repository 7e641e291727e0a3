//! Children that the C library starts by itself and whose numbers it does not tell: those of `popen` and `system`.

use std::ffi::{c_char, c_int};

use super::{given, kernel};
use crate::sys::{
    context::{self, Context},
    creation_stack,
    imp::{define::Target, errno, fds, fork, real_fns, spare, threads},
    scope_counters,
};

/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn popen(command: *const c_char, mode: *const c_char) -> *mut libc::FILE {
    let Some(real) = real_fns::popen() else {
        errno::missing();
        return std::ptr::null_mut();
    };
    // SAFETY: the arguments are the caller's own.
    let file = unsafe { real(command, mode) };
    if !file.is_null() {
        errno::keeping(|| {
            // SAFETY: the file is open.
            fds::noted(unsafe { libc::fileno(file) });
        });
        started();
    }
    file
}

/// It is a point of cancellation, so nothing of this is on the stack while it waits.
extern "C" fn system() -> Target {
    // What it starts may outlive it; what it waits for is nobody's.
    started();
    Target {
        real: real_fns::descriptors::system(),
        memory: 0,
    }
}

jump! {
    "popen" popen;
}
call_then! {
    // There is nothing to come back for.
    "system" system, ended;
}

extern "C" fn ended(result: c_int) -> c_int {
    result
}

/// A child is there, or about to be, that has no record of its own.
fn started() {
    if threads::is_off() || fork::in_child() || fork::shares_memory() {
        return;
    }
    let scope = context::current().scope;
    if scope != Context::NOBODY.scope {
        // Where there is no room for it, what it starts is not looked for.
        let _done = errno::keeping(|| spare::run(record, &mut { scope }));
    }
}

fn record(&mut scope: &mut u64) {
    // It was started later than this process.
    let since = kernel::start(std::process::id()).unwrap_or(0);
    let origin = creation_stack::here(0);
    given::note(given::Start {
        scope,
        origin,
        since,
    });
    scope_counters::of(scope).child_started();
}
