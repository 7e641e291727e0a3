//! The file of the running program.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use object::{Object, ObjectSection};

use super::sections::parse;
use crate::{
    Error,
    read::memory::{self, Mapped},
};

/// The file of the running program, mapped for the life of the process by whoever asks first. To fail is not remembered.
pub(super) fn program_file() -> Result<Mapped, Error> {
    static FILE: OnceLock<Mapped> = OnceLock::new();
    if let Some(file) = FILE.get() {
        return Ok(*file);
    }
    // Not the path of the executable: a rebuild may have replaced the file.
    let file = memory::map(Path::new("/proc/self/exe"))
        .map_err(|error| Error::new(format!("failed to map the running program: {error}")))?;
    Ok(*FILE.get_or_init(|| file))
}

static HAS_READ: AtomicBool = AtomicBool::new(false);

/// Whether this process has read its debug info, for whatever reason: up to then it costs nothing.
///
/// ```
/// let before = leakcheck_introspect::has_read();
/// let _ = leakcheck_introspect::calls_at(0);
/// # if cfg!(target_os = "linux") {
/// assert!(leakcheck_introspect::has_read());
/// # }
/// assert!(!before);
/// ```
pub fn has_read() -> bool {
    HAS_READ.load(Ordering::Relaxed)
}

/// Notes that it is.
pub(super) fn note_read() {
    HAS_READ.store(true, Ordering::Relaxed);
}

/// Whether this program has debug info, as the table of its sections says.
pub(crate) fn is_described() -> bool {
    let sections = program_file().and_then(|file| parse(file.bytes()));
    sections.is_ok_and(|object| {
        let info = object.section_by_name(".debug_info");
        info.is_some_and(|info| info.size() > 0)
    })
}
