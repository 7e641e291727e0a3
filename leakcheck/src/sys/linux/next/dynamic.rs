//! A dynamic C library: the next symbol, or the sanitizer's where one stands in between.

use std::{ffi::CStr, num::NonZeroUsize};

use once_cell::race::OnceNonZeroUsize;

use super::signatures::{Align, Create, CreateTimer, DeleteTimer, Fork, Spawn};

/// Address of a sanitizer's own function, or 0. A sanitizer's `pthread_create` is weak, so ours wins, and theirs,
/// which it needs, is reached by this name. The name is declared weak in the same place that uses it, because each
/// object file has to say so for itself.
macro_rules! interceptor {
    ($name:expr) => {{
        let address: usize;
        // SAFETY: reads one entry of the global offset table, which holds 0 for a weak symbol that nobody defines.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            std::arch::asm!(
                concat!(".weak __interceptor_", $name),
                concat!("mov {}, [rip + __interceptor_", $name, "@GOTPCREL]"),
                out(reg) address,
                options(nostack, pure, readonly, preserves_flags)
            );
        }
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            std::arch::asm!(
                concat!(".weak __interceptor_", $name),
                concat!("adrp {0}, :got:__interceptor_", $name),
                concat!("ldr {0}, [{0}, :got_lo12:__interceptor_", $name, "]"),
                out(reg) address,
                options(nostack, pure, readonly, preserves_flags)
            );
        }
        address
    }};
}

/// The real function, or `None` where it is out of reach.
pub(in super::super) fn pthread_create() -> Option<Create> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = find(&REAL, c"pthread_create", sanitizer_interceptor)?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, Create>(address) })
}

/// The real function, or `None` where it is out of reach.
#[inline]
pub(in super::super) fn posix_memalign() -> Option<Align> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = find(&REAL, c"posix_memalign", || interceptor!("posix_memalign"))?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, Align>(address) })
}

/// The real function, or `None` where it is out of reach.
pub(in super::super) fn posix_spawn() -> Option<Spawn> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = find(&REAL, c"posix_spawn", || interceptor!("posix_spawn"))?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, Spawn>(address) })
}

/// The real function, or `None` where it is out of reach.
pub(in super::super) fn posix_spawnp() -> Option<Spawn> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = find(&REAL, c"posix_spawnp", || interceptor!("posix_spawnp"))?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, Spawn>(address) })
}

/// The real function, or `None` where it is out of reach.
pub(in super::super) fn fork() -> Option<Fork> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = find(&REAL, c"fork", || interceptor!("fork"))?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, Fork>(address) })
}

/// The real function, or `None` where it is out of reach.
pub(in super::super) fn timer_create() -> Option<CreateTimer> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = find(&REAL, c"timer_create", || interceptor!("timer_create"))?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, CreateTimer>(address) })
}

/// The real function, or `None` where it is out of reach.
pub(in super::super) fn timer_delete() -> Option<DeleteTimer> {
    static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = find(&REAL, c"timer_delete", || interceptor!("timer_delete"))?;
    // SAFETY: the address is that of a function with this signature, by the name it was found under.
    Some(unsafe { std::mem::transmute::<usize, DeleteTimer>(address) })
}

/// Looks all of them up.
pub(in super::super) fn look_up() {
    pthread_create();
    posix_memalign();
    posix_spawn();
    posix_spawnp();
    fork();
    timer_create();
    timer_delete();
}

/// Address of the function behind ours; a sanitizer's own goes first.
#[inline]
pub(super) fn find(
    real: &OnceNonZeroUsize,
    name: &CStr,
    interceptor: impl Fn() -> usize,
) -> Option<usize> {
    let next = || {
        // SAFETY: the name is a C string; `RTLD_NEXT` searches behind this object.
        unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) as usize }
    };
    let search = || {
        NonZeroUsize::new(interceptor())
            .or_else(|| NonZeroUsize::new(next()))
            .ok_or(())
    };
    real.get_or_try_init(search).ok().map(NonZeroUsize::get)
}

/// Address of a sanitizer's own `vfork`, or 0.
pub(in super::super) fn vfork_of_sanitizer() -> usize {
    interceptor!("vfork")
}

/// Whether a sanitizer's runtime stands between us and the C library.
pub(in super::super) fn under_sanitizer() -> bool {
    sanitizer_interceptor() != 0
}

fn sanitizer_interceptor() -> usize {
    interceptor!("pthread_create")
}
