//! Functions that make a file by a template, in which they write the name that it got. They are points of cancellation.

use std::ffi::{c_char, c_int};

use super::noting::{is_noted, made};
use crate::sys::imp::{define::Target, real_fns::descriptors as real_fns};

macro_rules! making {
    ($($name:ident)*) => {
        $(
            extern "C" fn $name() -> Target {
                Target {
                    real: real_fns::$name(),
                    memory: is_noted().into(),
                }
            }
        )*
    };
}

making! { mkstemp mkstemp64 mkostemp mkostemp64 mkstemps mkstemps64 mkostemps mkostemps64 }

/// Notes the file, if there is one.
///
/// # Safety
///
/// Where there is a descriptor, the template must be a C string.
unsafe extern "C" fn opened(fd: c_int, _memory: u64, template: *const c_char) -> c_int {
    if fd >= 0 {
        // SAFETY: by contract.
        unsafe { made(template) };
    }
    fd
}

call_then! {
    "mkstemp" mkstemp, opened;
    "mkstemp64" mkstemp64, opened;
    "mkostemp" mkostemp, opened;
    "mkostemp64" mkostemp64, opened;
    "mkstemps" mkstemps, opened;
    "mkstemps64" mkstemps64, opened;
    "mkostemps" mkostemps, opened;
    "mkostemps64" mkostemps64, opened;
}
