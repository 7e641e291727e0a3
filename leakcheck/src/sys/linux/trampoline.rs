//! The first code of a new thread.
//!
//! It ends in a tail jump, so that nothing of ours is on the stack when the thread is unwound by `pthread_exit` or
//! `pthread_cancel` (a Rust frame would abort the process under `panic = "abort"`), nor in anybody's backtrace.

use std::{arch::naked_asm, ffi::c_void};

use super::{next::Start, threads};

/// What to jump to: two words, returned in two registers.
#[repr(C)]
pub(super) struct Target {
    pub(super) start: Start,
    pub(super) argument: *mut c_void,
}

/// Runs first on the thread, on a stack that is ours until it returns.
unsafe extern "C" fn prepare(number: *mut c_void) -> Target {
    threads::begin(number as u64)
}

/// The start routine that the C library is given.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub(super) unsafe extern "C-unwind" fn enter(number: *mut c_void) -> *mut c_void {
    naked_asm!(
        "push rbp", // Keeps the stack aligned for the call.
        "call {prepare}",
        "pop rbp",
        "mov rdi, rdx",
        "jmp rax",
        prepare = sym prepare,
    )
}

/// The start routine that the C library is given.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(super) unsafe extern "C-unwind" fn enter(number: *mut c_void) -> *mut c_void {
    naked_asm!(
        "stp x29, x30, [sp, #-16]!",
        "bl {prepare}",
        "ldp x29, x30, [sp], #16",
        "mov x2, x0",
        "mov x0, x1",
        "br x2",
        prepare = sym prepare,
    )
}
