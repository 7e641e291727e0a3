//! Child processes that nobody records: the truthful twin for where nothing can stand in front of what starts them.

use crate::sys::child::{Child, Given, Open, Process};

/// No child is known.
pub(crate) fn live(_scope: Option<u64>) -> Vec<Child> {
    Vec::new()
}

/// No child has a number.
pub(crate) fn find(_number: u64) -> Option<Child> {
    None
}

/// Nothing is known of a child.
pub(crate) fn program(_pid: u32) -> Option<String> {
    None
}

/// See [`program`].
pub(crate) fn is_copy(_pid: u32) -> bool {
    false
}

/// See [`program`].
pub(crate) fn command(_pid: u32) -> Vec<String> {
    Vec::new()
}

/// No process is known.
pub(crate) fn every() -> Vec<Process> {
    Vec::new()
}

/// See [`end`].
pub(crate) fn runs(_process: &Process) -> bool {
    false
}

/// Nothing is known to be left.
pub(crate) fn end(_process: &Process) -> bool {
    false
}

/// See [`every`].
pub(crate) fn are_shown() -> bool {
    false
}

/// See [`every`].
pub(crate) fn open_streams(_process: &Process) -> Vec<Open> {
    Vec::new()
}

/// Nothing was given to a child.
pub(crate) fn given(_scope: u64) -> Vec<Given> {
    Vec::new()
}

/// See [`given`].
pub(crate) fn forget_given(_scope: u64) {}

/// See [`given`].
pub(crate) fn is_made_for_this(_identity: u64) -> bool {
    false
}

/// Nothing leads here.
pub(crate) fn is_ours() -> bool {
    false
}

/// Nothing is missing beyond [`unavailable`].
pub(crate) fn gap() -> Option<String> {
    None
}

/// Why children cannot be seen at all.
pub(crate) const fn unavailable() -> Option<&'static str> {
    if cfg!(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )) {
        Some("child processes cannot be seen where the C library is linked statically")
    } else {
        Some("the start of child processes can be observed on Linux (x86_64, aarch64) only")
    }
}
