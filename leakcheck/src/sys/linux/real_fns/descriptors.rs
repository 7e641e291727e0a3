//! The functions that make and close descriptors, those that make files of templates or wait for signals, `clone` and `system`, each
//! by the address of the one behind ours.

use std::ffi::c_int;

use crate::sys::imp::errno;

/// Stands in where there is no such function: nobody calls one that the C library has not.
extern "C" fn missing() -> c_int {
    errno::missing()
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
                behind!($name).unwrap_or(missing as *const () as usize)
            }
        )*
    };
}

functions! {
    open open64 openat openat64 __open __open64 __open_2 __open64_2 __openat_2 __openat64_2 creat creat64
    socket accept accept4
    dup dup2 __dup2 dup3 fcntl __fcntl fcntl64
    eventfd signalfd timerfd_create memfd_create
    epoll_create epoll_create1 inotify_init inotify_init1
    close __close closedir close_range fclose
    mkstemp mkstemp64 mkostemp mkostemp64 mkstemps mkstemps64 mkostemps mkostemps64
    sigwait sigwaitinfo sigtimedwait
    clone __clone
    system
}
