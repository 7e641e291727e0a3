//! How functions are defined by the names of the C library's own.
//!
//! They are weak, so that a program that defines one of them itself can be linked and wins; `foreign!` tells whose
//! definition has won. A static C library brings no such function along under another name, so there they must win.

/// What every function needs around its code.
macro_rules! function {
    ($name:expr, $binding:literal, $code:expr $(, $($operand:tt)*)?) => {
        std::arch::global_asm!(
            concat!(".pushsection .text.leakcheck.", $name, ",\"ax\",@progbits"),
            concat!($binding, " ", $name),
            // The same place under a name that nobody else has.
            concat!(".weak leakcheck_own_", $name),
            concat!(".hidden leakcheck_own_", $name),
            ".p2align 4",
            concat!(".type ", $name, ",@function"),
            concat!(".type leakcheck_own_", $name, ",@function"),
            concat!($name, ":"),
            concat!("leakcheck_own_", $name, ":"),
            ".cfi_startproc",
            $code,
            ".cfi_endproc",
            concat!(".size ", $name, ", . - ", $name),
            ".popsection",
            $($($operand)*)?
        );
    };
}

/// Is the Rust function, which sees the caller's frame as its own caller's.
macro_rules! jump {
    ($($name:literal $target:path;)*) => {
        $(
            #[cfg(target_arch = "x86_64")]
            function!($name, ".weak", "endbr64\n jmp {target}", target = sym $target);
            #[cfg(target_arch = "aarch64")]
            function!($name, ".weak", "hint #34\n b {target}", target = sym $target); // That is `bti c`.
        )*
    };
}

/// The same where the C library's own must never win.
#[allow(unused_macros, reason = "for a static C library")]
macro_rules! jump_always {
    ($($name:literal $target:path;)*) => {
        $(
            #[cfg(target_arch = "x86_64")]
            function!($name, ".globl", "endbr64\n jmp {target}", target = sym $target);
            #[cfg(target_arch = "aarch64")]
            function!($name, ".globl", "hint #34\n b {target}", target = sym $target);
        )*
    };
}

/// Where to go from a stub, and what to come back for, returned in two registers.
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(dead_code, reason = "there is less to define")
)]
#[repr(C)]
pub(super) struct Target {
    /// Address of the real function.
    pub(super) real: usize,
    /// What is remembered for afterwards; 0 where nothing is to be done then.
    pub(super) memory: u64,
}

/// Asks where to go and goes there, with the caller's own arguments: up to four, none of them floating. Where there is something
/// to come back for, goes on to what is told the result, what was remembered and the first two arguments; else nothing is left
/// on the stack. A variadic function is told that there are no vectors.
///
/// Many are points of cancellation, which unwinds the stack through them: while the real function runs, there is no frame of Rust's below
/// it, but one of these, which the unwinder passes.
macro_rules! call_then {
    ($($name:literal $target:path, $then:path;)*) => {
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
                push rdi
                .cfi_adjust_cfa_offset 8
                push rsi
                .cfi_adjust_cfa_offset 8
                push r10
                .cfi_adjust_cfa_offset 8
                call r11
                mov edi, eax
                pop rsi
                .cfi_adjust_cfa_offset -8
                pop rcx
                .cfi_adjust_cfa_offset -8
                pop rdx
                .cfi_adjust_cfa_offset -8
                jmp {then}",
                target = sym $target, then = sym $then
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
                str x17, [sp, #32]
                blr x16
                ldr x1, [sp, #32]
                ldp x2, x3, [sp, #16]
                ldp x29, x30, [sp], #48
                .cfi_restore 29
                .cfi_restore 30
                .cfi_def_cfa_offset 0
                b {then}",
                target = sym $target, then = sym $then
            );
        )*
    };
}

/// Those of these functions that the program defines itself.
macro_rules! foreign {
    ($($name:literal)*) => {{
        let mut foreign: Vec<&'static str> = Vec::new();
        $(
            {
                unsafe extern "C" {
                    #[link_name = $name]
                    fn of_program();
                    #[link_name = concat!("leakcheck_own_", $name)]
                    fn own();
                }
                if of_program as *const () != own as *const () {
                    foreign.push($name);
                }
            }
        )*
        foreign
    }};
}

/// What is not seen because the program has some of these functions of its own; found out once.
macro_rules! gap_of_foreign {
    ($($name:literal)*) => {{
        static GAP: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        GAP.get_or_init(|| $crate::sys::imp::define::gap(&foreign! { $($name)* }))
            .clone()
    }};
}

/// The same in words.
pub(super) fn gap(foreign: &[&str]) -> Option<String> {
    let names: Vec<String> = foreign.iter().map(|name| format!("`{name}`")).collect();
    let it = match foreign.len() {
        0 => return None,
        1 => "it",
        _ => "them",
    };
    Some(format!(
        "the program defines {} itself, so what goes through {it} is not seen",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::gap;

    #[test]
    fn what_is_not_seen_is_said_of_one_and_of_many() {
        assert_eq!(gap(&[]), None);
        assert_eq!(
            gap(&["fork"]).as_deref(),
            Some("the program defines `fork` itself, so what goes through it is not seen")
        );
        assert_eq!(
            gap(&["open", "close"]).as_deref(),
            Some(
                "the program defines `open`, `close` itself, so what goes through them is not seen"
            )
        );
    }
}
