//! `vfork`, whose child runs on in the caller's own frame, on its stack and in its memory, until it ends or runs another program.
//!
//! So it is no function that calls on: it asks the kernel itself, and keeps where it returns to in a register, which the kernel
//! gives back to the parent whatever the child has done to the stack meanwhile.

use std::ffi::c_int;

use super::{errno, fork, real_fns, started};

/// Where a sanitizer has one of its own, which must be asked, or 0. That one does not come back here.
extern "C" fn other() -> usize {
    fork::begin_sharing();
    real_fns::vfork_of_sanitizer()
}

/// What the kernel has returned to the parent, which is recorded and returned as the C library would.
extern "C" fn parent(result: isize) -> libc::pid_t {
    fork::end_sharing();
    match c_int::try_from(result) {
        Ok(pid @ 0..) => {
            started(pid);
            pid
        }
        error => {
            errno::set(error.map_or(libc::EAGAIN, |error| -error));
            -1
        }
    }
}

macro_rules! define {
    ($($name:literal)*) => {
        $(
            #[cfg(target_arch = "x86_64")]
            define!(
                $name,
                "endbr64
                sub rsp, 8
                .cfi_adjust_cfa_offset 8
                call {other}
                add rsp, 8
                .cfi_adjust_cfa_offset -8
                test rax, rax
                jz 2f
                jmp rax
                2:
                pop rdi
                .cfi_adjust_cfa_offset -8
                .cfi_register rip, rdi
                mov eax, {number}
                syscall
                push rdi
                .cfi_adjust_cfa_offset 8
                .cfi_rel_offset rip, 0
                test rax, rax
                jz 3f
                mov rdi, rax
                jmp {parent}
                3:
                ret",
                number = const libc::SYS_vfork
            );
            #[cfg(target_arch = "aarch64")]
            define!(
                $name,
                "hint #34
                stp x29, x30, [sp, #-16]!
                .cfi_adjust_cfa_offset 16
                .cfi_rel_offset x29, 0
                .cfi_rel_offset x30, 8
                bl {other}
                ldp x29, x30, [sp], #16
                .cfi_adjust_cfa_offset -16
                .cfi_restore x29
                .cfi_restore x30
                cbz x0, 2f
                mov x16, x0
                br x16
                2:
                mov x0, {how}
                mov x1, #0
                mov x8, {number}
                svc #0
                cbz x0, 3f
                b {parent}
                3:
                ret",
                how = const libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD,
                number = const libc::SYS_clone
            );
        )*
    };
    ($name:literal, $code:expr, $($operand:tt)*) => {
        function!($name, ".weak", $code, other = sym other, parent = sym parent, $($operand)*);
    };
}

define! { "vfork" "__vfork" }
