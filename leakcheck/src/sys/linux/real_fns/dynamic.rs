//! A dynamic C library: the next symbol, or the sanitizer's where one stands in between.

use std::{
    ffi::{CStr, c_char, c_int, c_uint},
    num::NonZeroUsize,
};

use once_cell::race::OnceNonZeroUsize;

use super::signatures::{Align, Create, SetName, Spawn};

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

/// Address of the function with this name behind ours, or `None` where it is out of reach.
macro_rules! behind {
    ($name:ident) => {{
        static REAL: once_cell::race::OnceNonZeroUsize = once_cell::race::OnceNonZeroUsize::new();
        const NAME: &std::ffi::CStr = match std::ffi::CStr::from_bytes_with_nul(
            concat!(stringify!($name), "\0").as_bytes(),
        ) {
            Ok(name) => name,
            Err(_) => unreachable!(),
        };
        $crate::sys::imp::real_fns::dynamic::find(&REAL, NAME, || interceptor!(stringify!($name)))
    }};
}

macro_rules! functions {
    ($($name:ident: $signature:ty;)*) => {
        /// Looks all of them up.
        pub(in super::super) fn look_up() {
            $($name();)*
        }

        $(
            /// The real function, or `None` where it is out of reach.
            #[inline]
            pub(in super::super) fn $name() -> Option<$signature> {
                let address = behind!($name)?;
                // SAFETY: the address is that of a function with this signature, by the name it was found under.
                Some(unsafe { std::mem::transmute::<usize, $signature>(address) })
            }
        )*
    };
}

functions! {
    pthread_create: Create;
    pthread_detach: unsafe extern "C" fn(libc::pthread_t) -> c_int;
    pthread_setname_np: SetName;
    posix_memalign: Align;
    posix_spawn: Spawn;
    posix_spawnp: Spawn;
    fork: unsafe extern "C" fn() -> libc::pid_t;
    timer_create: unsafe extern "C" fn(libc::clockid_t, *mut libc::sigevent, *mut libc::timer_t) -> c_int;
    timer_delete: unsafe extern "C" fn(libc::timer_t) -> c_int;
    pipe: unsafe extern "C" fn(*mut c_int) -> c_int;
    __pipe: unsafe extern "C" fn(*mut c_int) -> c_int;
    pipe2: unsafe extern "C" fn(*mut c_int, c_int) -> c_int;
    socketpair: unsafe extern "C" fn(c_int, c_int, c_int, *mut c_int) -> c_int;
    opendir: unsafe extern "C" fn(*const c_char) -> *mut libc::DIR;
    mkdir: unsafe extern "C" fn(*const c_char, libc::mode_t) -> c_int;
    mkdirat: unsafe extern "C" fn(c_int, *const c_char, libc::mode_t) -> c_int;
    symlink: unsafe extern "C" fn(*const c_char, *const c_char) -> c_int;
    symlinkat: unsafe extern "C" fn(*const c_char, c_int, *const c_char) -> c_int;
    link: unsafe extern "C" fn(*const c_char, *const c_char) -> c_int;
    linkat: unsafe extern "C" fn(c_int, *const c_char, c_int, *const c_char, c_int) -> c_int;
    rename: unsafe extern "C" fn(*const c_char, *const c_char) -> c_int;
    renameat: unsafe extern "C" fn(c_int, *const c_char, c_int, *const c_char) -> c_int;
    renameat2: unsafe extern "C" fn(c_int, *const c_char, c_int, *const c_char, c_uint) -> c_int;
    bind: unsafe extern "C" fn(c_int, *const libc::sockaddr, libc::socklen_t) -> c_int;
    mkdtemp: unsafe extern "C" fn(*mut c_char) -> *mut c_char;
    popen: unsafe extern "C" fn(*const c_char, *const c_char) -> *mut libc::FILE;
    shm_open: unsafe extern "C" fn(*const c_char, c_int, libc::mode_t) -> c_int;
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
