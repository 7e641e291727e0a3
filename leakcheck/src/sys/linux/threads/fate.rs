//! Whether somebody can still learn how a thread has ended: its handle is there to be joined until it is dropped, which
//! detaches the thread.

use std::{
    ffi::c_int,
    mem::MaybeUninit,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use super::records::own_numbers;

/// Threads of the process that are followed at a time.
const MOST: usize = 64;
/// What is in a place that is taken, whose thread has no name yet, or none any more; none is so low.
const NAMELESS: usize = 2;
/// Set in a place whose thread is detached: names are aligned.
const DETACHED: usize = 1;

static FOLLOWED: [Place; MOST] = [const { Place::new() }; MOST];
/// How many there are: while there are none nobody looks for one.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A thread that is followed.
struct Place {
    /// What the C library calls it, and others when it has been joined; 0 where the place is free.
    name: AtomicUsize,
    /// Its own number, which no other has.
    number: AtomicU64,
}

/// What becomes of a thread, followed from when it was asked for.
#[derive(Debug)]
pub(crate) struct Fate {
    place: usize,
    was_detached: bool,
}

impl Place {
    const fn new() -> Self {
        Self {
            name: AtomicUsize::new(0),
            number: AtomicU64::new(0),
        }
    }

    fn rename(&self, from: usize, to: usize) -> bool {
        let renamed = (self.name).compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed);
        renamed.is_ok()
    }
}

impl Fate {
    /// Of the calling thread; `None` where as many are followed as can be.
    pub(crate) fn of_this() -> Option<Self> {
        COUNT.fetch_add(1, Ordering::AcqRel);
        let Some(place) = FOLLOWED.iter().position(|place| place.rename(0, NAMELESS)) else {
            COUNT.fetch_sub(1, Ordering::AcqRel);
            return None;
        };
        let (number, _) = own_numbers();
        FOLLOWED[place].number.store(number, Ordering::Relaxed);
        FOLLOWED[place].name.store(this(), Ordering::Release);
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
        let name = FOLLOWED[self.place].name.load(Ordering::Acquire);
        self.was_detached || name & DETACHED != 0
    }
}

impl Drop for Fate {
    fn drop(&mut self) {
        FOLLOWED[self.place].name.store(0, Ordering::Release);
        COUNT.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The thread with this number, or 0 where it has none, has this name: who had it before was joined, and is nobody to detach.
#[inline]
pub(super) fn named(thread: libc::pthread_t, number: u64) {
    let name = name(thread);
    each(|place| {
        if place.name.load(Ordering::Acquire) == name
            && place.number.load(Ordering::Relaxed) != number
        {
            place.rename(name, NAMELESS);
        }
    });
}

/// The calling thread begins, and has this number.
#[inline]
pub(super) fn begins(number: u64) {
    // SAFETY: no preconditions.
    named(unsafe { libc::pthread_self() }, number);
}

#[cfg(not(any(
    target_env = "musl",
    target_feature = "crt-static",
    leakcheck_sanitized
)))]
fn detach(thread: libc::pthread_t) {
    let name = name(thread);
    each(|place| {
        place.rename(name, name | DETACHED);
    });
}

/// Whether there are any.
#[inline]
pub(super) fn are_followed() -> bool {
    COUNT.load(Ordering::Acquire) != 0
}

#[inline]
fn each(work: impl Fn(&Place)) {
    if are_followed() {
        FOLLOWED.iter().for_each(work);
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

/// Takes the place of the C library's function: nobody can join the thread from here on.
///
/// Not where the C library is static, or a sanitizer has its own: there only those that are detached when they are asked are
/// found.
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
    detach(thread);
    let real = super::real_fns::pthread_detach();
    // SAFETY: the caller's own argument, passed on unchanged.
    real.map_or(libc::ENOSYS, |real| unsafe { real(thread) })
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
    fn one_that_was_joined_has_no_name() {
        let fates: Vec<Fate> = (0..MOST / 2)
            .filter_map(|_| thread::spawn(Fate::of_this).join().unwrap())
            .collect();
        assert!(!fates.is_empty());
        // These get the names of those, before they have begun.
        (0..MOST).for_each(|_| drop(thread::spawn(|| {})));
        assert!(!fates.iter().any(Fate::is_detached));
    }
}
