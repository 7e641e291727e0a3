//! A static C library has no next symbol, but those of musl and glibc both export this alias.

use std::ffi::{c_int, c_void};

use super::signatures::{Align, Create, SetName};
use crate::sys::imp::trampoline::Start;

unsafe extern "C" {
    fn __pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: Start,
        argument: *mut c_void,
    ) -> c_int;
}

/// The real function.
#[expect(clippy::unnecessary_wraps, reason = "the face of both twins")]
pub(in super::super) fn pthread_create() -> Option<Create> {
    Some(__pthread_create)
}

/// Out of reach: musl exports no alias of this one. What it is made of is as good.
pub(in super::super) fn posix_memalign() -> Option<Align> {
    None
}

/// Out of reach; nothing in Rust names another thread.
pub(in super::super) fn pthread_setname_np() -> Option<SetName> {
    None
}

/// Sanitizers need a dynamic C library.
pub(in super::super) fn under_sanitizer() -> bool {
    false
}
