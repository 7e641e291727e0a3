//! Temporary files that nobody records: the truthful twin for where nothing can stand in front of what makes them.

use crate::sys::temp_file::TempFile;

/// None is known.
pub(crate) fn live(_scope: u64) -> Vec<TempFile> {
    Vec::new()
}

/// Nothing is missing beyond [`unavailable`].
pub(crate) fn gap() -> Option<String> {
    None
}

/// Why temporary files cannot be seen at all.
pub(crate) const fn unavailable() -> Option<&'static str> {
    Some(
        "`mkdir` and `open` can be observed on Linux (x86_64, aarch64) with a C library that is linked dynamically only",
    )
}
