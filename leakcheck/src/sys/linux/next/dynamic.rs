//! A dynamic C library: the next symbol, or the sanitizer's where one stands in between.

use std::num::NonZeroUsize;

use once_cell::race::OnceNonZeroUsize;

use super::Create;

/// The real function, or `None` where it is out of reach.
pub(in super::super) fn pthread_create() -> Option<Create> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let find = || {
        let next = || {
            // SAFETY: the name is a C string; `RTLD_NEXT` searches behind this object.
            unsafe { libc::dlsym(libc::RTLD_NEXT, c"pthread_create".as_ptr()) as usize }
        };
        NonZeroUsize::new(sanitizer_interceptor())
            .or_else(|| NonZeroUsize::new(next()))
            .ok_or(())
    };
    let address = REAL.get_or_try_init(find).ok()?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, Create>(address.get()) })
}

/// Whether a sanitizer's runtime stands between us and the C library.
pub(in super::super) fn under_sanitizer() -> bool {
    sanitizer_interceptor() != 0
}

/// Address of the sanitizer's own function, or 0. A sanitizer's `pthread_create` is weak, so ours wins, and theirs,
/// which it needs, is reached by this name. The name is declared weak in the same place that uses it, because each
/// object file has to say so for itself.
fn sanitizer_interceptor() -> usize {
    let address: usize;
    // SAFETY: reads one entry of the global offset table, which holds 0 for a weak symbol that nobody defines.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            ".weak __interceptor_pthread_create",
            "mov {}, [rip + __interceptor_pthread_create@GOTPCREL]",
            out(reg) address,
            options(nostack, pure, readonly, preserves_flags)
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!(
            ".weak __interceptor_pthread_create",
            "adrp {0}, :got:__interceptor_pthread_create",
            "ldr {0}, [{0}, :got_lo12:__interceptor_pthread_create]",
            out(reg) address,
            options(nostack, pure, readonly, preserves_flags)
        );
    }
    address
}
