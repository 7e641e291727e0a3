//! Who catches a panic, by the stack that it was raised on.

use super::{symbol, tokio_paths::POLL_FUTURE};
use crate::sys::creation_stack;

/// What std has around the closure whose panic is caught.
const CATCHING: [&str; 7] = [
    "__rust_try",
    "std::panic::catch_unwind",
    "std::panicking::catch_unwind",
    "std::panicking::catch_unwind::do_call",
    "std::panicking::try",
    "std::panicking::try::do_call",
    "core::intrinsics::catch_unwind",
];

/// Where std starts what a thread is for.
const THREAD: &str = "std::thread::";

/// Whether the innermost function on this path that catches a panic is tokio's, around the poll of a task or a closure.
pub(crate) fn is_caught_by_tokio(path: u32) -> bool {
    is_caught_by(path, |name| name == POLL_FUTURE)
}

/// The same of std's, around the closure of a thread.
pub(crate) fn is_caught_by_thread(path: u32) -> bool {
    is_caught_by(path, |name| name.starts_with(THREAD))
}

/// False where a frame has no line, but for the one that the compiler makes itself: what was inlined into it might catch
/// as well.
fn is_caught_by(path: u32, is_meant: impl Fn(&str) -> bool) -> bool {
    let mut is_catching = false;
    for address in creation_stack::frames(path) {
        let symbols = symbol::resolve(*address);
        if symbols.is_empty() {
            return false;
        }
        for symbol in symbols.iter() {
            let name = symbol.function.as_str();
            if CATCHING.contains(&name) {
                is_catching = true;
            } else if is_catching {
                return is_meant(name) && symbol.is_genuine();
            } else if symbol.line.is_none() {
                return false;
            }
        }
    }
    false
}
