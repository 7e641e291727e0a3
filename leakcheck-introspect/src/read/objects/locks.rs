//! Locks and events of other crates than tokio.
//!
//! Read with `async-lock` 3.4 and 3.5, `event-listener` 5.3 and 5.4, and `futures-util` 0.3.31 to 0.3.34.

use super::kind::{
    Awaits::{Arrivals, LockAlone, Permit},
    ITSELF,
    Identity::{Of, Place, Pointer},
    Leaf::{For, No, Yes},
    ObjectKind, kinds,
};

/// From a guard to its lock.
const FIRST: &[&str] = &["__0", ">"];
const MUTEX: &[&str] = &["mutex", ">"];
/// From a future of `async-lock` to what it waits at.
const RAW_LOCK: &[&str] = &["_inner", "inner", "raw", "lock"];
const SEMAPHORE: &[&str] = &["_inner", "inner", "semaphore"];

pub(super) static KINDS: &[ObjectKind] = kinds![
    "async_lock::mutex::Mutex" Mutex Owner ITSELF, No, in "data";
    "async_lock::mutex::MutexGuard" Mutex Guard Place(FIRST), No;
    "async_lock::mutex::MutexGuardArc" Mutex Guard Place(FIRST), No;
    "async_lock::mutex::Lock" Mutex Waiter Of(&["_inner", "inner", "mutex"]), For(Permit);
    "async_lock::mutex::LockArc" Mutex Waiter Of(&["_inner", "inner", "?", "inner", "mutex"]), For(Permit);
    "async_lock::rwlock::RwLock" RwLock Owner Place(&["raw"]), No, in "value";
    "async_lock::rwlock::RwLockReadGuard" RwLock Guard Pointer(&["lock"]), No;
    "async_lock::rwlock::RwLockUpgradableReadGuard" RwLock Guard Pointer(&["lock"]), No;
    "async_lock::rwlock::RwLockUpgradableReadGuardArc" RwLock Guard Place(&["lock", ">", "raw"]), No;
    "async_lock::rwlock::RwLockWriteGuard" RwLock Guard Pointer(&["lock"]), No;
    "async_lock::rwlock::RwLockWriteGuardArc" RwLock Guard Place(&["lock", ">", "raw"]), No;
    "async_lock::rwlock::futures::Read" RwLock Waiter Pointer(RAW_LOCK), For(Permit);
    "async_lock::rwlock::futures::ReadArc" RwLock Waiter Pointer(RAW_LOCK), For(Permit);
    "async_lock::rwlock::futures::UpgradableRead" RwLock Waiter Pointer(RAW_LOCK), For(Permit);
    "async_lock::rwlock::futures::UpgradableReadArc" RwLock Waiter Pointer(RAW_LOCK), For(Permit);
    "async_lock::rwlock::futures::Write" RwLock Waiter Pointer(RAW_LOCK), For(LockAlone);
    "async_lock::rwlock::futures::WriteArc" RwLock Waiter Pointer(RAW_LOCK), For(LockAlone);
    "async_lock::rwlock::futures::Upgrade" RwLock Waiter Pointer(RAW_LOCK), For(LockAlone);
    "async_lock::semaphore::Semaphore" Semaphore Owner ITSELF, No;
    "async_lock::semaphore::SemaphoreGuard" Semaphore Guard Place(FIRST), No;
    "async_lock::semaphore::SemaphoreGuardArc" Semaphore Guard Place(FIRST), No;
    "async_lock::semaphore::Acquire" Semaphore Waiter Of(SEMAPHORE), For(Permit);
    "async_lock::semaphore::AcquireArc" Semaphore Waiter Of(SEMAPHORE), For(Permit);
    "async_lock::barrier::Barrier" Barrier Owner ITSELF, No;
    "async_lock::barrier::BarrierWait" Barrier Waiter Of(&["_inner", "inner", "barrier"]), For(Arrivals);
    "event_listener::Event" Notify Owner Pointer(&["inner"]), No;
    "event_listener::EventListener" Notify Waiter Place(&["listener", ">", "event", ">"]), Yes;
    "event_listener::__private::StackListener" Notify Waiter Place(&["slot", ">", "listener", "event", ">"]), Yes;
    "futures_util::lock::mutex::Mutex" Mutex Owner ITSELF, No, in "value";
    "futures_util::lock::mutex::MutexGuard" Mutex Guard Place(MUTEX), No;
    "futures_util::lock::mutex::OwnedMutexGuard" Mutex Guard Place(MUTEX), No;
    "futures_util::lock::mutex::MappedMutexGuard" Mutex Guard Place(MUTEX), No;
    "futures_util::lock::mutex::MutexLockFuture" Mutex Waiter Of(&["mutex"]), For(Permit);
    "futures_util::lock::mutex::OwnedMutexLockFuture" Mutex Waiter Of(&["mutex"]), For(Permit);
];
