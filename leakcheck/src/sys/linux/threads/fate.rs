//! Whether somebody can still learn how a thread has ended: its handle is there to be joined until it is dropped, which
//! detaches the thread.

use std::{
    ffi::c_int,
    mem::MaybeUninit,
    sync::atomic::{AtomicUsize, Ordering},
};

#[cfg(not(any(
    target_env = "musl",
    target_feature = "crt-static",
    leakcheck_sanitized
)))]
use crate::sys::imp::real_fns;

/// Threads of the process that are followed at a time.
const MOST: usize = 64;
/// What is in a place whose thread's name may be another's by now; none is so low.
const NAMELESS: usize = 2;
/// Set in a place whose thread is detached: names are aligned.
const DETACHED: usize = 1;

/// By the names that the C library gives them; 0 where a place is free.
static FOLLOWED: [AtomicUsize; MOST] = [const { AtomicUsize::new(0) }; MOST];
/// How many there are: while there are none nobody looks for one.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// What becomes of a thread, followed from when it was asked for.
#[derive(Debug)]
pub(crate) struct Fate {
    place: usize,
    was_detached: bool,
}

impl Fate {
    /// Of the calling thread; `None` where as many are followed as can be.
    pub(crate) fn of_this() -> Option<Self> {
        let name = this();
        let take = |place: &AtomicUsize| {
            let taken = place.compare_exchange(0, name, Ordering::AcqRel, Ordering::Relaxed);
            taken.is_ok()
        };
        COUNT.fetch_add(1, Ordering::AcqRel);
        let Some(place) = FOLLOWED.iter().position(take) else {
            COUNT.fetch_sub(1, Ordering::AcqRel);
            return None;
        };
        // Who detaches it from here on sees the place.
        Some(Self {
            place,
            was_detached: is_detached(),
        })
    }

    /// Whether nobody could join it any more from the first.
    pub(crate) fn was_detached(&self) -> bool {
        self.was_detached
    }

    /// Whether nobody can join it any more, though nobody has.
    pub(crate) fn is_detached(&self) -> bool {
        self.was_detached || FOLLOWED[self.place].load(Ordering::Acquire) & DETACHED != 0
    }
}

impl Drop for Fate {
    fn drop(&mut self) {
        FOLLOWED[self.place].store(0, Ordering::Release);
        COUNT.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A new thread begins, which may have the name of one that was joined.
pub(super) fn begins() {
    rename(this(), NAMELESS);
}

fn detach(thread: usize) {
    rename(thread, thread | DETACHED);
}

#[inline]
fn rename(thread: usize, name: usize) {
    if COUNT.load(Ordering::Acquire) == 0 {
        return;
    }
    for place in &FOLLOWED {
        let _ = place.compare_exchange(thread, name, Ordering::AcqRel, Ordering::Relaxed);
    }
}

fn this() -> usize {
    // SAFETY: no preconditions.
    name(unsafe { libc::pthread_self() })
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "it is an address, whose type differs between C libraries"
)]
fn name(thread: libc::pthread_t) -> usize {
    thread as usize
}

/// Whether the calling thread is; not where the C library does not tell.
fn is_detached() -> bool {
    let mut attributes = MaybeUninit::uninit();
    let mut state = libc::PTHREAD_CREATE_JOINABLE;
    // SAFETY: the thread is the calling one; the attributes are read and destroyed only once they were made.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return false;
        }
        pthread_attr_getdetachstate(attributes.as_ptr(), &raw mut state);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    state == libc::PTHREAD_CREATE_DETACHED
}

unsafe extern "C" {
    fn pthread_attr_getdetachstate(
        attributes: *const libc::pthread_attr_t,
        state: *mut c_int,
    ) -> c_int;
}

/// Takes the place of the C library's function: notes of a thread that is followed that nobody can join it, then calls on.
///
/// Not where the C library is static or a sanitizer's: there only those that are detached when they are asked are found.
///
/// # Safety
///
/// As for the C library's own.
#[cfg(not(any(
    target_env = "musl",
    target_feature = "crt-static",
    leakcheck_sanitized
)))]
pub(super) unsafe extern "C" fn pthread_detach(thread: libc::pthread_t) -> c_int {
    // Once it is, another thread may have its name.
    detach(name(thread));
    // SAFETY: the caller's own argument, passed on unchanged.
    real_fns::pthread_detach().map_or(libc::ENOSYS, |real| unsafe { real(thread) })
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    /// Follows a thread, gives its handle to `end`, and tells whether it is detached then.
    fn followed(end: fn(thread::JoinHandle<()>)) -> bool {
        let (tell, told) = mpsc::channel();
        let handle = thread::spawn(move || tell.send(Fate::of_this()).unwrap());
        let fate = told.recv().unwrap().expect("there is room");
        end(handle);
        fate.is_detached()
    }

    #[test]
    fn one_whose_handle_is_dropped_is_detached() {
        assert!(followed(drop));
        assert!(!followed(|handle| handle.join().unwrap()));
        assert!(!followed(std::mem::forget));
        // Dropped before it asks.
        let ((tell, told), (release, wait)) = (mpsc::channel(), mpsc::channel());
        drop(thread::spawn(move || {
            wait.recv().unwrap();
            tell.send(Fate::of_this()).unwrap();
        }));
        release.send(()).unwrap();
        assert!(told.recv().unwrap().expect("there is room").is_detached());
    }

    #[test]
    fn a_name_that_another_has_is_forgotten() {
        let fate = thread::spawn(Fate::of_this).join().unwrap().unwrap();
        let name = FOLLOWED[fate.place].load(Ordering::Relaxed);
        assert!(name > NAMELESS);
        rename(name, NAMELESS);
        detach(name);
        assert!(!fate.is_detached());
    }
}
