//! Things that a test creates for the whole process.

use crate::observe::scope::outside;

/// Creates something that lives as long as the process, and is charged to no test: a singleton that the first test
/// that needs it creates.
///
/// Threads, connections and child processes that start inside `create`, and what they start in turn, are charged to no test.
/// The same holds for tasks that start inside on a runtime of the singleton's own. A task on the runtime of the test ends with
/// it, cannot serve the process, and may still be reported. The reason is for readers of the code.
///
/// What a `LazyLock` or a `OnceLock` starts while it is initialised needs no `allow_static`.
///
/// ```
/// use std::sync::Mutex;
///
/// static COLLECTOR: Mutex<Option<std::thread::JoinHandle<()>>> = Mutex::new(None);
///
/// fn collector() {
///     COLLECTOR.lock().unwrap().get_or_insert_with(|| {
///         leakcheck::allow_static("the metrics collector is never stopped", || {
///             std::thread::spawn(|| loop { std::thread::park() })
///         })
///     });
/// }
/// # collector();
/// ```
///
/// # Panics
///
/// Where the reason is empty.
pub fn allow_static<R>(reason: &str, create: impl FnOnce() -> R) -> R {
    assert!(
        !reason.trim().is_empty(),
        "an empty reason says nothing; say why this lives as long as the process"
    );
    outside(create)
}
