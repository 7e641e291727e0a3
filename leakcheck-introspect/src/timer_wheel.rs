//! Whether a runtime has armed timers.

use tokio::runtime::Handle;

use crate::read;

/// Tells whether a runtime has armed timers, in a microsecond and without debug info.
///
/// ```
/// use leakcheck_introspect::TimerWheel;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// if let Some(wheel) = TimerWheel::of_new_runtime(runtime.handle()) {
///     assert_eq!(wheel.is_empty(), Some(true));
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TimerWheel(read::Wheel);

impl TimerWheel {
    /// Finds the wheel of a runtime that was built just now, with a time driver; `None` where it is not as in the releases
    /// of tokio that are known, and on other platforms than Linux.
    ///
    /// The runtime must have no armed timer yet: from such runtimes is learned where they keep their wheels. Handles of it
    /// that exist now must be kept for as long as this is asked; those of the `Runtime` itself are.
    pub fn of_new_runtime(handle: &Handle) -> Option<Self> {
        read::Wheel::of_new_runtime(handle).map(Self)
    }

    /// Whether no timer is armed; `None` where that is not certain.
    pub fn is_empty(&self) -> Option<bool> {
        self.0.is_empty()
    }
}
