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

/// Whether the innermost function on this path that catches a panic is tokio's, around the poll of a task.
///
/// False where a frame has no line, but for the one that the compiler makes itself: what was inlined into it might catch
/// as well.
pub(crate) fn is_caught_by_tokio(path: u32) -> bool {
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
                return name == POLL_FUTURE && symbol.is_genuine();
            } else if symbol.line.is_none() {
                return false;
            }
        }
    }
    false
}
