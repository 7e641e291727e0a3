//! The functions that make and close descriptors, those that wait for signals, and `clone`, each by the address of the one behind ours.

use std::ffi::c_int;

use once_cell::race::OnceNonZeroUsize;

use super::dynamic::find;

/// Stands in where there is no such function: nobody calls one that the C library has not.
unsafe extern "C" fn missing() -> c_int {
    // SAFETY: `errno` is this thread's own.
    unsafe { *libc::__errno_location() = libc::ENOSYS };
    -1
}

macro_rules! functions {
    ($($name:ident)*) => {
        /// Looks all of them up.
        pub(in super::super) fn look_up() {
            $($name();)*
        }

        $(
            /// Address of the real function.
            #[inline]
            pub(in super::super) fn $name() -> usize {
                static REAL: OnceNonZeroUsize = OnceNonZeroUsize::new();
                const NAME: &std::ffi::CStr = match std::ffi::CStr::from_bytes_with_nul(
                    concat!(stringify!($name), "\0").as_bytes(),
                ) {
                    Ok(name) => name,
                    Err(_) => unreachable!(),
                };
                find(&REAL, NAME, || interceptor!(stringify!($name)))
                    .unwrap_or(missing as *const () as usize)
            }
        )*
    };
}

functions! {
    open open64 openat openat64 __open __open64 __open_2 __open64_2 __openat_2 __openat64_2 creat creat64 opendir
    socket socketpair accept accept4
    pipe __pipe pipe2 dup dup2 __dup2 dup3 fcntl __fcntl fcntl64
    eventfd signalfd timerfd_create memfd_create
    epoll_create epoll_create1 inotify_init inotify_init1
    close __close closedir close_range fclose
    sigwait sigwaitinfo sigtimedwait
    clone __clone
}
