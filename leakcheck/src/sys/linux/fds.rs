//! Every descriptor that a check's threads open through the C library, until it is closed.
//!
//! The functions that make and close descriptors are defined in [`stubs`] and win over the C library's at link time.
//! Threads that work for no check pass through, unless the whole process is checked. A record ends once the kernel has closed
//! what it is of, and not where it has not.

use std::{
    cell::Cell,
    ffi::{c_int, c_void},
    marker::PhantomData,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    errno, fork,
    next::descriptors as next,
    spare::{self, Done},
    stacks::awaited::stand_in,
    threads,
};
use crate::sys::{
    context::{self, Context},
    descriptor::{Descriptor, Sight},
    origin,
};

pub(in crate::sys) mod closing;
mod sight;
mod stubs;
mod table;

thread_local! {
    // Constant and without destructor: usable in every phase of a thread's life.
    static ASIDE: Cell<u32> = const { Cell::new(0) };
}

/// Whether threads that work for no check are watched as well.
static EVERYONE: AtomicBool = AtomicBool::new(false);

/// Notes from here on what threads open that work for no check.
pub(crate) fn watch_everyone() {
    EVERYONE.store(true, Ordering::Relaxed);
}

/// Those of `scope`, or of every scope, that are open.
pub(crate) fn live(scope: Option<u64>) -> Vec<Descriptor> {
    table::live(scope)
}

/// What the descriptor with this number is; `None` where it was closed meanwhile.
pub(crate) fn look(number: u64, fd: i32) -> Option<Sight> {
    let sight = sight::of(fd)?;
    // In this order: what was looked at is what was recorded.
    table::is(fd, number).then_some(sight)
}

/// What the system says of a descriptor, whoever has made it.
pub(crate) fn look_at(fd: i32) -> Option<Sight> {
    sight::of(fd)
}

/// Why descriptors cannot be seen at all on this platform: they can.
pub(crate) const fn unavailable() -> Option<&'static str> {
    None
}

/// This is a child of the process that has opened them: they were there before.
pub(super) fn clear() {
    table::clear();
}

/// Why descriptors may have gone unseen, if so.
pub(crate) fn gap() -> Option<String> {
    table::gap().or_else(stubs::gap)
}

/// See [`aside`].
#[derive(Debug)]
pub(crate) struct Aside {
    // Bound to its thread: the count is thread-local.
    _thread: PhantomData<*const ()>,
}

/// While this lives, what this thread opens is nobody's.
pub(crate) fn aside() -> Aside {
    ASIDE.set(ASIDE.get() + 1);
    Aside {
        _thread: PhantomData,
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        ASIDE.set(ASIDE.get().saturating_sub(1));
    }
}

/// Where to go from a stub, returned in two registers.
#[repr(C)]
struct Target {
    /// Address of the real function.
    real: usize,
    /// Whether what it returns is to be noted.
    is_noted: usize,
}

impl Target {
    #[inline]
    fn to(real: usize) -> Self {
        Self {
            real,
            is_noted: usize::from(is_noted()),
        }
    }
}

/// Whether this thread works for a check, or all threads are watched.
#[inline]
fn is_noted() -> bool {
    let scope = context::current().scope;
    (scope != Context::UNCHECKED.scope || EVERYONE.load(Ordering::Relaxed))
        && scope != Context::NOBODY.scope
        && ASIDE.get() == 0
        && !fork::in_child()
}

/// What has made a descriptor, as far as it matters.
const ANY: c_int = 0;
const SELECTOR: c_int = 1;

/// Notes what a function has returned, and returns it.
extern "C" fn note(fd: c_int, how: c_int) -> c_int {
    // The standard streams are the process's.
    if fd > 2 {
        let errno = errno::get();
        if spare::run(record, &mut Opened { fd, how }) == Done::No {
            table::miss();
        }
        errno::set(errno);
    }
    fd
}

/// What has been opened, and by which kind of function.
struct Opened {
    fd: c_int,
    how: c_int,
}

fn record(&mut Opened { fd, how }: &mut Opened) {
    if fork::shares_memory() {
        return;
    }
    // Where nobody wants paths, nothing is charged; one that could not be taken hides nothing.
    if !origin::is_enabled() {
        return table::forget(fd);
    }
    let origin = origin::here(0);
    table::put(
        fd,
        table::Noted {
            scope: context::current().scope,
            origin,
            thread: threads::own_numbers().0,
            runtime: threads::own_runtime(),
            is_selector: how == SELECTOR,
        },
    );
}

/// Says where to go for each function that returns a descriptor.
macro_rules! opening {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name() -> Target {
                Target::to(next::$name())
            }
        )*
    };
}

/// The functions that are named as the C library's own.
mod opening {
    use super::{Target, c_int, is_noted, next, stand_in};

    opening! {
        open open64 openat openat64 __open __open64 __open_2 __open64_2 __openat_2 __openat64_2 creat creat64 socket
        accept accept4 dup eventfd timerfd_create
        memfd_create epoll_create epoll_create1 inotify_init inotify_init1
    }

    /// # Safety
    ///
    /// As for the C library's own.
    pub(super) unsafe extern "C" fn signalfd(_fd: c_int, set: *const libc::sigset_t) -> Target {
        // SAFETY: the caller passes a set.
        unsafe { stand_in::announce_set(set) };
        Target::to(next::signalfd())
    }

    pub(super) extern "C" fn fcntl(_fd: c_int, command: c_int) -> Target {
        of_command(next::fcntl(), command)
    }

    pub(super) extern "C" fn __fcntl(_fd: c_int, command: c_int) -> Target {
        of_command(next::__fcntl(), command)
    }

    pub(super) extern "C" fn fcntl64(_fd: c_int, command: c_int) -> Target {
        of_command(next::fcntl64(), command)
    }

    #[inline]
    fn of_command(real: usize, command: c_int) -> Target {
        let makes_one = matches!(command, libc::F_DUPFD | libc::F_DUPFD_CLOEXEC);
        Target {
            real,
            is_noted: usize::from(makes_one && is_noted()),
        }
    }
}

/// Functions that are no points of cancellation, and return otherwise than in a register.
mod several {
    use super::{ANY, c_int, c_void, is_noted, next, note};

    /// Notes both ends.
    ///
    /// # Safety
    ///
    /// `pair` must be valid for reading where `result` is 0.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "frames of the caller's stack are dear"
    )]
    unsafe fn both(result: c_int, pair: *const c_int) -> c_int {
        if result == 0 && is_noted() {
            // SAFETY: see above.
            unsafe {
                note(pair.read(), ANY);
                note(pair.add(1).read(), ANY);
            }
        }
        result
    }

    /// # Safety
    ///
    /// As for the C library's own.
    pub(super) unsafe extern "C" fn pipe(pair: *mut c_int) -> c_int {
        // SAFETY: the address is that of a function with this signature, by the name it was found under; the
        // arguments are the caller's own.
        unsafe {
            let real: unsafe extern "C" fn(*mut c_int) -> c_int = std::mem::transmute(next::pipe());
            both(real(pair), pair)
        }
    }

    /// # Safety
    ///
    /// As for the C library's own.
    pub(super) unsafe extern "C" fn __pipe(pair: *mut c_int) -> c_int {
        // SAFETY: as in `pipe`.
        unsafe {
            let real: unsafe extern "C" fn(*mut c_int) -> c_int =
                std::mem::transmute(next::__pipe());
            both(real(pair), pair)
        }
    }

    /// # Safety
    ///
    /// As for the C library's own.
    pub(super) unsafe extern "C" fn pipe2(pair: *mut c_int, flags: c_int) -> c_int {
        // SAFETY: as in `pipe`.
        unsafe {
            let real: unsafe extern "C" fn(*mut c_int, c_int) -> c_int =
                std::mem::transmute(next::pipe2());
            both(real(pair, flags), pair)
        }
    }

    /// # Safety
    ///
    /// As for the C library's own.
    pub(super) unsafe extern "C" fn socketpair(
        domain: c_int,
        kind: c_int,
        protocol: c_int,
        pair: *mut c_int,
    ) -> c_int {
        // SAFETY: as in `pipe`.
        unsafe {
            let real: unsafe extern "C" fn(c_int, c_int, c_int, *mut c_int) -> c_int =
                std::mem::transmute(next::socketpair());
            both(real(domain, kind, protocol, pair), pair)
        }
    }

    /// # Safety
    ///
    /// As for the C library's own.
    pub(super) unsafe extern "C" fn opendir(path: *const libc::c_char) -> *mut libc::DIR {
        // SAFETY: as in `pipe`. Where there is no such function, what stands in returns an `int`, so its result is
        // not looked at.
        unsafe {
            let real: unsafe extern "C" fn(*const libc::c_char) -> *mut c_void =
                std::mem::transmute(next::opendir());
            let directory = real(path).cast::<libc::DIR>();
            if !directory.is_null() && is_noted() {
                note(libc::dirfd(directory), ANY);
            }
            directory
        }
    }
}

#[cfg(test)]
mod tests;
