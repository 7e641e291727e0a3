//! Atomics and locks of std, or of loom where the concurrency is model-checked.

use std::{
    ops::{Deref, DerefMut},
    sync::atomic::AtomicUsize as Count,
};

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
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> Held<MutexGuard<'_, T>> {
    Held::by(|| mutex.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The same for a lock of std that no model checker drives.
pub(crate) fn lock_std<T>(mutex: &std::sync::Mutex<T>) -> Held<std::sync::MutexGuard<'_, T>> {
    Held::by(|| mutex.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The same where nobody may be waited for.
pub(crate) fn try_lock_std<T>(
    mutex: &std::sync::Mutex<T>,
) -> Option<Held<std::sync::MutexGuard<'_, T>>> {
    let work = Work::begin();
    let guard = match mutex.try_lock() {
        Ok(guard) => guard,
        Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(std::sync::TryLockError::WouldBlock) => return None,
    };
    Some(Held { guard, _work: work })
}

/// A lock that is held, which is work.
#[derive(Debug)]
pub(crate) struct Held<G> {
    guard: G,
    // Dropped after the lock is given back.
    _work: Work,
}

impl<G> Held<G> {
    fn by(lock: impl FnOnce() -> G) -> Self {
        let work = Work::begin();
        Self {
            guard: lock(),
            _work: work,
        }
    }
}

impl<G: Deref> Deref for Held<G> {
    type Target = G::Target;
    fn deref(&self) -> &G::Target {
        &self.guard
    }
}

impl<G: DerefMut> DerefMut for Held<G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}

/// How many threads are in the midst of something that another would wait for. Not of the model checker's: nothing of a table
/// depends on it.
static AT_WORK: Count = Count::new(0);

/// While this lives, its thread holds a lock of this crate, or makes something that there is once: a child that is forked
/// meanwhile has the lock held for ever, and no thread that would give it back.
#[derive(Debug)]
pub(crate) struct Work(());

impl Work {
    #[inline]
    pub(crate) fn begin() -> Self {
        AT_WORK.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
        Self(())
    }

    /// Whether any thread is at work.
    pub(crate) fn is_any() -> bool {
        AT_WORK.load(std::sync::atomic::Ordering::Acquire) != 0
    }
}

impl Drop for Work {
    #[inline]
    fn drop(&mut self) {
        AT_WORK.fetch_sub(1, std::sync::atomic::Ordering::AcqRel);
    }
}
