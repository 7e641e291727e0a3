//! What is made is listed until it is deleted, and the C library's promises still hold.

use std::{
    ffi::c_int,
    mem::zeroed,
    ptr::null_mut,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use super::{Notice, Timer, find, left, live};
use crate::sys::{
    self,
    context::{Context, Switch},
    scope_counters,
};

/// A scope that this thread works for while the result lives.
fn inside() -> (u64, Switch) {
    let scope = scope_counters::open().expect("far below the limit");
    (scope, Switch::to(Context { scope, origin: 0 }))
}

/// Those of a scope and how many are counted.
fn of(scope: u64) -> (Vec<Timer>, usize) {
    (live(Some(scope)), scope_counters::of(scope).others())
}

fn event(how: c_int) -> libc::sigevent {
    // SAFETY: zero is valid for every field of the plain struct.
    let mut event: libc::sigevent = unsafe { zeroed() };
    event.sigev_notify = how;
    event.sigev_signo = libc::SIGUSR2;
    event
}

fn make(how: c_int) -> libc::timer_t {
    let mut event = event(how);
    make_with(&raw mut event)
}

fn make_with(event: *mut libc::sigevent) -> libc::timer_t {
    let mut timer: libc::timer_t = null_mut();
    // SAFETY: `event` is null or valid for reading, and the place is valid for writing.
    let result = unsafe { libc::timer_create(libc::CLOCK_MONOTONIC, event, &raw mut timer) };
    assert_eq!(result, 0);
    timer
}

fn delete(timer: libc::timer_t) -> c_int {
    // SAFETY: the callers pass a timer of theirs.
    unsafe { libc::timer_delete(timer) }
}

#[test]
fn what_is_made_is_listed_until_it_is_deleted() {
    let (scope, _inside) = inside();
    let mut before = 0;
    for (how, notice) in [
        (libc::SIGEV_NONE, Notice::Nothing),
        (libc::SIGEV_SIGNAL, Notice::Signal(libc::SIGUSR2)),
    ] {
        let timer = make(how);
        let (found, count) = of(scope);
        let [found] = found[..] else {
            panic!("there is one: {found:?}");
        };
        assert_eq!((count, found.notice), (1, notice));
        assert_eq!(found.clock, libc::CLOCK_MONOTONIC);
        assert!(found.origin != 0 && found.number > before);
        assert_eq!(find(found.number), Some(found));
        assert_eq!(left(found.number), Some(Duration::ZERO));
        before = found.number;
        assert_eq!(delete(timer), 0);
        assert_eq!(of(scope), (vec![], 0));
        assert_eq!((find(before), left(before)), (None, None));
    }
    let timer = make_with(null_mut());
    assert_eq!(of(scope).0[0].notice, Notice::Signal(libc::SIGALRM));
    assert_eq!(delete(timer), 0);
}

#[test]
fn errors_are_the_c_library_s_own() {
    let (scope, _inside) = inside();
    let mut timer: libc::timer_t = null_mut();
    // SAFETY: there is no such clock; the places are the thread's own.
    unsafe {
        let clock = 4711;
        assert_eq!(libc::timer_create(clock, null_mut(), &raw mut timer), -1);
        assert_eq!(*libc::__errno_location(), libc::EINVAL);
        *libc::__errno_location() = libc::EXDEV;
        let timer = make(libc::SIGEV_NONE);
        assert_eq!(*libc::__errno_location(), libc::EXDEV);
        assert_eq!(delete(timer), 0);
    }
    assert_eq!(of(scope), (vec![], 0));
}

#[test]
fn it_is_believed_only_while_it_is_there() {
    let (scope, _inside) = inside();
    let timer = make(libc::SIGEV_NONE);
    // SAFETY: a number is passed; only this test knows the timer.
    unsafe { libc::syscall(libc::SYS_timer_delete, timer as c_int) };
    assert_eq!(scope_counters::of(scope).others(), 1);
    assert_eq!(of(scope), (vec![], 0));
}

/// How often the function of a timer was called.
static CALLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn called(_value: libc::sigval) {
    CALLED.fetch_add(1, Ordering::Release);
}

#[test]
fn a_timer_that_calls_a_function_calls_it() {
    let (scope, _inside) = inside();
    let before = sys::threads::live(Some(scope)).len();
    let mut event = event(libc::SIGEV_THREAD);
    // SAFETY: the function follows the number of the notification, which the C library reads there; the settings outlive
    // the calls, and the timer is deleted once.
    unsafe {
        let offset = std::mem::offset_of!(libc::sigevent, sigev_notify_thread_id);
        let place = (&raw mut event).byte_add(offset);
        place.cast::<extern "C" fn(libc::sigval)>().write(called);
        let timer = make_with(&raw mut event);
        assert_eq!(of(scope).0[0].notice, Notice::Function);
        let mut setting: libc::itimerspec = zeroed();
        setting.it_value.tv_nsec = 1;
        let result = libc::timer_settime(timer, 0, &raw const setting, null_mut());
        assert_eq!(result, 0);
        while CALLED.load(Ordering::Acquire) == 0 {
            std::thread::yield_now();
        }
        assert_eq!(sys::threads::live(Some(scope)).len(), before);
        assert_eq!(delete(timer), 0);
    }
    assert_eq!(of(scope), (vec![], 0));
}

#[test]
fn a_forked_child_has_none() {
    sys::fork::arm();
    let (scope, _inside) = inside();
    let timer = make(libc::SIGEV_NONE);
    // SAFETY: the child calls what may be called there, and ends without unwinding.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let own = make(libc::SIGEV_NONE);
            let is_untouched =
                live(Some(scope)).is_empty() && scope_counters::of(scope).others() == 1;
            delete(own);
            libc::_exit(i32::from(
                !(is_untouched && scope_counters::of(scope).others() == 1),
            ));
        }
        let mut status = -1;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        assert_eq!(status, 0);
    }
    assert_eq!(live(Some(scope)).len(), 1);
    assert_eq!(delete(timer), 0);
    assert_eq!(live(Some(scope)), []);
}
