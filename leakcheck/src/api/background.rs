//! Work that a test declares to run in its background.

use std::thread;

use tokio::task::JoinHandle;

use crate::run::background::declare;

/// Declares a task to run in the background of the test: it is aborted and awaited when the body has ended, before the
/// check looks.
///
/// What the task has is gone by then. If it has panicked, so does the test, as if the body had awaited it at its end; a
/// failure of the body itself goes first. A task that does not end within [`Options::settle`](crate::Options::settle)
/// is reported as left behind.
///
/// Call it from the body of a test with an attribute; a [`checkpoint`](crate::checkpoint()), a guard or
/// [`verify_none`](crate::verify_none) in the midst of it still sees the task. Anywhere else, and with
/// `LEAKCHECK=off`, the task is detached, as if its handle was dropped.
///
/// ```
/// #[leakcheck::test]
/// # async fn hidden() {}
/// async fn reconnects() {
///     leakcheck::background(tokio::spawn(async {
///         loop {
///             tokio::time::sleep(std::time::Duration::from_secs(1)).await; // A heartbeat.
///         }
///     }));
/// }
/// ```
pub fn background<T: Send + 'static>(task: JoinHandle<T>) {
    let abort = task.abort_handle();
    declare(move || abort.abort(), task);
}

/// Declares a thread to run in the background of the test: `stop` tells it to end when the body has ended, and it is
/// joined before the check looks.
///
/// The same goes for it as for the tasks of [`background`]. If `stop` panics, so does the test.
///
/// ```
/// use std::sync::mpsc;
///
/// #[leakcheck::test]
/// # fn hidden() {}
/// fn collects() {
///     let (metrics, receiver) = mpsc::channel::<u64>();
///     let collector = std::thread::spawn(move || receiver.iter().sum::<u64>());
///     metrics.send(1).unwrap();
///     leakcheck::background_thread(collector, || drop(metrics));
/// }
/// ```
pub fn background_thread<T: Send + 'static>(
    thread: thread::JoinHandle<T>,
    stop: impl FnOnce() + Send + 'static,
) {
    declare(stop, thread);
}
