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
