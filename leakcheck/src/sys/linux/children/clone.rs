//! `clone`, whose child may run on in the memory of its parent for as long as it likes: nothing tells when that is over.

use super::{fork, real_fns};

extern "C" fn target() -> usize {
    fork::begin_sharing();
    real_fns::descriptors::clone()
}

/// Goes to the real function with all of the caller's own arguments, some of which stand on the stack.
macro_rules! pass {
    ($($name:literal)*) => {
        $(
            #[cfg(target_arch = "x86_64")]
            function!(
                $name,
                ".weak",
                "endbr64
                push rdi
                .cfi_adjust_cfa_offset 8
                push rsi
                .cfi_adjust_cfa_offset 8
                push rdx
                .cfi_adjust_cfa_offset 8
                push rcx
                .cfi_adjust_cfa_offset 8
                push r8
                .cfi_adjust_cfa_offset 8
                push r9
                .cfi_adjust_cfa_offset 8
                sub rsp, 8
                .cfi_adjust_cfa_offset 8
                call {target}
                add rsp, 8
                .cfi_adjust_cfa_offset -8
                mov r11, rax
                pop r9
                .cfi_adjust_cfa_offset -8
                pop r8
                .cfi_adjust_cfa_offset -8
                pop rcx
                .cfi_adjust_cfa_offset -8
                pop rdx
                .cfi_adjust_cfa_offset -8
                pop rsi
                .cfi_adjust_cfa_offset -8
                pop rdi
                .cfi_adjust_cfa_offset -8
                xor eax, eax
                jmp r11",
                target = sym target
            );
            #[cfg(target_arch = "aarch64")]
            function!(
                $name,
                ".weak",
                "hint #34
                stp x29, x30, [sp, #-80]!
                .cfi_def_cfa_offset 80
                .cfi_offset 29, -80
                .cfi_offset 30, -72
                stp x0, x1, [sp, #16]
                stp x2, x3, [sp, #32]
                stp x4, x5, [sp, #48]
                stp x6, x7, [sp, #64]
                bl {target}
                mov x16, x0
                ldp x0, x1, [sp, #16]
                ldp x2, x3, [sp, #32]
                ldp x4, x5, [sp, #48]
                ldp x6, x7, [sp, #64]
                ldp x29, x30, [sp], #80
                .cfi_restore 29
                .cfi_restore 30
                .cfi_def_cfa_offset 0
                br x16",
                target = sym target
            );
        )*
    };
}

pass! { "clone" "__clone" }
