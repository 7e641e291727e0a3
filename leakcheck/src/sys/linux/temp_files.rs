//! Every file and folder that a check's threads make in a temporary folder through the C library, by its path.
//!
//! Nobody hears of its end: whoever wants to know looks whether it is still there, and still the same. What is made in a folder
//! that is recorded is a part of that, and not recorded.

use crate::sys::temp_file::TempFile;

mod folders;
mod functions;
mod identity;
mod noting;
mod records;
mod templates;

pub(in crate::sys::imp) use noting::{made, may_make};

/// Those of `scope` that are still there.
pub(crate) fn live(scope: u64) -> Vec<TempFile> {
    records::live(scope)
}

/// Finds out which folders are temporary, which no interposed function may ask.
pub(super) fn learn() {
    folders::learn();
}

/// This is a child of the process that has made them: they are that one's.
pub(super) fn clear() {
    records::clear();
}

/// Why temporary files may have gone unseen, if so: the program defines some of the functions itself.
pub(crate) fn gap() -> Option<String> {
    gap_of_foreign! {
        "mkdir" "mkdirat" "open" "open64" "openat" "openat64" "creat" "creat64" "rename" "renameat" "renameat2" "symlink"
        "symlinkat" "link" "linkat" "bind" "shm_open" "mkdtemp" "mkstemp" "mkstemp64" "mkostemp" "mkostemp64" "mkstemps"
        "mkstemps64" "mkostemps" "mkostemps64"
    }
}

/// Why temporary files cannot be seen at all, if so.
pub(crate) fn unavailable() -> Option<&'static str> {
    let why = "the kernel does not say what is at a path (`statx`), so that no temporary file is known by more than its name";
    (!identity::is_told()).then_some(why)
}

#[cfg(test)]
mod tests;
