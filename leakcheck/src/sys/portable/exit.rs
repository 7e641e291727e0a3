//! The end of the process, which nothing tells of: the truthful twin.

/// Is given the exit code, where that is known, and returns another one to end with.
pub(crate) type Handler = fn(Option<i32>) -> Option<i32>;

/// Nothing calls it.
pub(crate) fn arm(_handler: Handler) {}

/// Nothing tells of it.
pub(crate) fn tell_begin(_begins: fn()) {}

/// Starts a thread that nobody joins.
pub(crate) fn start_thread(work: fn()) {
    // Without a thread nobody looks.
    let _ = std::thread::Builder::new().spawn(work);
}

/// Ends the process.
pub(crate) fn at_once(code: i32) -> ! {
    std::process::exit(code)
}
