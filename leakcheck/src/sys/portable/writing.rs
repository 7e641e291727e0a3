//! Writing by std's own means, which send no signals.

use std::io::Write as _;

/// Runs `work`.
pub(crate) fn without_signals<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Writes to standard error, as far as that is possible.
pub(crate) fn to_standard_error(text: &[u8]) {
    let _ = std::io::stderr().write_all(text);
}
