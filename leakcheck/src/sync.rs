//! Atomics and locks of std, or of loom where the concurrency is model-checked.

#[cfg(not(leakcheck_loom))]
pub(crate) use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
};

#[cfg(leakcheck_loom)]
pub(crate) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
};
#[cfg(leakcheck_loom)]
pub(crate) use std::sync::PoisonError;

/// Stands where sequentially consistent accesses are needed: std's have one total order, of loom's only fences do.
#[inline]
pub(crate) fn total_order() {
    #[cfg(leakcheck_loom)]
    fence(Ordering::SeqCst);
}

/// Locks, also after a panic in another holder: what the locks of this crate guard is valid at every step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same for a lock of std that no model checker drives.
pub(crate) fn lock_std<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
