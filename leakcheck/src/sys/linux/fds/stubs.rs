//! The functions by the names of the C library's own.
//!
//! Many are points of cancellation, which unwinds the stack through them: while the real function runs, there is no frame of Rust's below
//! it, but one of these, which the unwinder passes.

use super::{
    closing,
    noting::{ANY, SELECTOR, note},
    opening, several, waiting,
};

/// Asks where to go and goes there, with the caller's own arguments: up to four, none of them floating. Notes the result
/// where that is wanted; else nothing is left on the stack. A variadic function is told that there are no vectors.
macro_rules! open {
    ($($name:literal $target:path, $how:ident;)*) => {
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
                sub rsp, 8
                .cfi_adjust_cfa_offset 8
                call {target}
                mov r11, rax
                mov r10, rdx
                add rsp, 8
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
                test r10, r10
                jnz 2f
                jmp r11
                2:
                sub rsp, 8
                .cfi_adjust_cfa_offset 8
                call r11
                mov edi, eax
                mov esi, {how}
                call {note}
                add rsp, 8
                .cfi_adjust_cfa_offset -8
                ret",
                target = sym $target, note = sym note, how = const $how
            );
            #[cfg(target_arch = "aarch64")]
            function!(
                $name,
                ".weak",
                "hint #34
                stp x29, x30, [sp, #-48]!
                .cfi_def_cfa_offset 48
                .cfi_offset 29, -48
                .cfi_offset 30, -40
                stp x0, x1, [sp, #16]
                stp x2, x3, [sp, #32]
                bl {target}
                mov x16, x0
                mov x17, x1
                ldp x0, x1, [sp, #16]
                ldp x2, x3, [sp, #32]
                cbnz x17, 2f
                .cfi_remember_state
                ldp x29, x30, [sp], #48
                .cfi_restore 29
                .cfi_restore 30
                .cfi_def_cfa_offset 0
                br x16
                2:
                .cfi_restore_state
                blr x16
                mov w1, {how}
                bl {note}
                ldp x29, x30, [sp], #48
                .cfi_restore 29
                .cfi_restore 30
                .cfi_def_cfa_offset 0
                ret",
                target = sym $target, note = sym note, how = const $how
            );
        )*
    };
}

open! {
    "socket" opening::socket, ANY;
    "accept" opening::accept, ANY;
    "accept4" opening::accept4, ANY;
    "dup" opening::dup, ANY;
    "fcntl" opening::fcntl, ANY;
    "__fcntl" opening::__fcntl, ANY;
    "fcntl64" opening::fcntl64, ANY;
    "eventfd" opening::eventfd, ANY;
    "signalfd" opening::signalfd, ANY;
    "timerfd_create" opening::timerfd_create, ANY;
    "memfd_create" opening::memfd_create, ANY;
    "epoll_create" opening::epoll_create, SELECTOR;
    "epoll_create1" opening::epoll_create1, SELECTOR;
    "inotify_init" opening::inotify_init, ANY;
    "inotify_init1" opening::inotify_init1, ANY;
}

call_then! {
    "open" opening::open, opening::opened;
    "open64" opening::open64, opening::opened;
    "openat" opening::openat, opening::opened_at;
    "openat64" opening::openat64, opening::opened_at;
    "__open" opening::__open, opening::opened;
    "__open64" opening::__open64, opening::opened;
    "__open_2" opening::__open_2, opening::opened;
    "__open64_2" opening::__open64_2, opening::opened;
    "__openat_2" opening::__openat_2, opening::opened_at;
    "__openat64_2" opening::__openat64_2, opening::opened_at;
    "creat" opening::creat, opening::opened;
    "creat64" opening::creat64, opening::opened;
    "close" closing::close, closing::closed;
    "__close" closing::__close, closing::closed;
    "closedir" closing::closedir, closing::closed;
    "fclose" closing::fclose, closing::closed;
    "close_range" closing::close_range, closing::closed_range;
    "dup2" closing::dup2, closing::replaced;
    "__dup2" closing::__dup2, closing::replaced;
    "dup3" closing::dup3, closing::replaced;
    // Where they go there is nothing to come back for.
    "sigwait" waiting::sigwait, closing::closed;
    "sigwaitinfo" waiting::sigwaitinfo, closing::closed;
    "sigtimedwait" waiting::sigtimedwait, closing::closed;
}

jump! {
    "pipe" several::pipe;
    "__pipe" several::__pipe;
    "pipe2" several::pipe2;
    "socketpair" several::socketpair;
    "opendir" several::opendir;
}

/// What is not seen because the program defines some of them itself.
pub(super) fn gap() -> Option<String> {
    gap_of_foreign! {
        "open" "open64" "openat" "openat64" "creat" "creat64" "socket" "accept" "accept4" "dup" "dup2" "dup3" "fcntl"
        "fcntl64" "eventfd" "signalfd" "timerfd_create" "memfd_create" "epoll_create" "epoll_create1" "inotify_init"
        "inotify_init1" "close" "closedir" "close_range" "fclose" "pipe" "pipe2" "socketpair" "opendir"
        "__open" "__open64" "__open_2" "__open64_2" "__openat_2" "__openat64_2" "__fcntl" "__close" "__dup2" "__pipe"
    }
}
