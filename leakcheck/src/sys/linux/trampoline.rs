//! The first code of a new thread.
//!
//! It ends in a tail jump, so that nothing of ours is on the stack when the thread is unwound by `pthread_exit` or
//! `pthread_cancel` (a Rust frame would abort the process under `panic = "abort"`), nor in anybody's backtrace.

use std::{arch::naked_asm, ffi::c_void};

/// A thread's start routine; it may be unwound through by `pthread_exit` and `pthread_cancel`.
pub(super) type Start = unsafe extern "C-unwind" fn(*mut c_void) -> *mut c_void;

/// What to jump to: two words, returned in two registers.
#[repr(C)]
pub(super) struct Target {
    pub(super) start: Start,
    pub(super) argument: *mut c_void,
}

/// Whose threads these are.
pub(super) trait Begin {
    /// Runs first on the thread with this number, on a stack that is ours until it returns.
    extern "C" fn begin(number: u64) -> Target;
}

/// The start routine that the C library is given.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub(super) unsafe extern "C-unwind" fn enter<B: Begin>(number: *mut c_void) -> *mut c_void {
    naked_asm!(
        "push rbp", // Keeps the stack aligned for the call.
        "call {begin}",
        "pop rbp",
        "mov rdi, rdx",
        "jmp rax",
        begin = sym B::begin,
    )
}

/// The start routine that the C library is given.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(super) unsafe extern "C-unwind" fn enter<B: Begin>(number: *mut c_void) -> *mut c_void {
    naked_asm!(
        "stp x29, x30, [sp, #-16]!",
        "bl {begin}",
        "ldp x29, x30, [sp], #16",
        "mov x2, x0",
        "mov x0, x1",
        "br x2",
        begin = sym B::begin,
    )
}
