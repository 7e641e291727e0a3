//! Whose work this thread is doing: a few words in thread-local storage that children inherit.

use std::cell::Cell;

/// Index of a scope and of the path that created the running task or thread; 0 means none that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) scope: u64,
    pub(crate) origin: u32,
}

impl Context {
    /// What runs in no check.
    pub(crate) const UNCHECKED: Self = Self {
        scope: 0,
        origin: 0,
    };

    /// Nobody's work: what the checker itself starts.
    pub(crate) const NOBODY: Self = Self {
        scope: u64::MAX,
        origin: 0,
    };
}

/// How many task polls may nest on one thread (`block_on` inside `block_in_place` inside ..) before the
/// context of the outermost is no longer restored.
const DEPTH: usize = 8;

thread_local! {
    // Constant and without destructor: usable in every phase of a thread's life, inside interposers too.
    static CURRENT: Cell<Context> = const { Cell::new(Context::UNCHECKED) };
    static SAVED: [Cell<Context>; DEPTH] = const { [const { Cell::new(Context::UNCHECKED) }; DEPTH] };
    static LEVEL: Cell<usize> = const { Cell::new(0) };
}

/// The context of this thread.
#[inline]
pub(crate) fn current() -> Context {
    CURRENT.with(Cell::get)
}

/// Switches this thread to `next` and returns what it was.
#[inline]
pub(crate) fn replace(next: Context) -> Context {
    CURRENT.with(|current| current.replace(next))
}

/// Switches to `next` until the matching [`leave`].
#[inline]
pub(crate) fn enter(next: Context) {
    let previous = replace(next);
    LEVEL.with(|level| {
        let depth = level.get();
        SAVED.with(|saved| {
            if let Some(slot) = saved.get(depth) {
                slot.set(previous);
            }
        });
        level.set(depth + 1);
    });
}

/// Undoes the last [`enter`]; does nothing without one.
#[inline]
pub(crate) fn leave() {
    LEVEL.with(|level| {
        let Some(depth) = level.get().checked_sub(1) else {
            return;
        };
        level.set(depth);
        SAVED.with(|saved| {
            if let Some(slot) = saved.get(depth) {
                CURRENT.with(|current| current.set(slot.get()));
            }
        });
    });
}

/// Switches for as long as it lives, and back on every way out.
#[derive(Debug)]
pub(crate) struct Switch {
    previous: Context,
    // Bound to its thread: the words are thread-local.
    _thread: std::marker::PhantomData<*const ()>,
}

impl Switch {
    pub(crate) fn to(next: Context) -> Self {
        Self {
            previous: replace(next),
            _thread: std::marker::PhantomData,
        }
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        replace(self.previous);
    }
}
