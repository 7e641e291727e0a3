//! The functions that wait for signals: each announces them, and says where the real one is.

use crate::sys::imp::{
    define::Target, real_fns::descriptors as real_fns, remote_stack::awaited::announce,
};

/// The first word of a set has all signals that there are.
///
/// # Safety
///
/// The set must be null or valid for reading.
pub(super) unsafe fn announce_set(set: *const libc::sigset_t) {
    if !set.is_null() {
        // SAFETY: by contract; a set is larger than a word, and may be aligned to less.
        announce(unsafe { set.cast::<u64>().read_unaligned() });
    }
}

macro_rules! waiting {
    ($($name:ident)*) => {
        $(
            /// # Safety
            ///
            /// As for the C library's own.
            pub(super) unsafe extern "C" fn $name(set: *const libc::sigset_t) -> Target {
                // SAFETY: the caller's contract.
                unsafe { announce_set(set) };
                Target {
                    real: real_fns::$name(),
                    memory: 0,
                }
            }
        )*
    };
}

waiting! { sigwait sigwaitinfo sigtimedwait }
