//! The stack that the C library makes for a new thread: what was asked for, and what is there then.

/// The stack that the C library made for a thread.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Stack {
    /// All that the thread has on it is below this.
    pub(in super::super) high: usize,
    /// It reaches down to this at least, where that can be told.
    pub(in super::super) low: Option<usize>,
}

/// Bytes of stack that a thread with these attributes can use at least; 0 where it is on memory of the program's, or nothing keeps
/// it from running into what lies below.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) fn asked_for(attributes: *const libc::pthread_attr_t) -> usize {
    // SAFETY: the attributes are those of the caller of `pthread_create`, which reads them as well, or initialised here; all
    // places are valid. None of the functions takes memory.
    unsafe {
        if attributes.is_null() {
            let mut plain = std::mem::zeroed();
            if libc::pthread_attr_init(&raw mut plain) != 0 {
                return 0;
            }
            let room = room_in(&raw const plain);
            libc::pthread_attr_destroy(&raw mut plain);
            return room;
        }
        room_in(attributes)
    }
}

/// Threads are not asked for their stacks.
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
pub(super) fn asked_for(_attributes: *const libc::pthread_attr_t) -> usize {
    0
}

/// # Safety
///
/// The attributes must be initialised.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
unsafe fn room_in(attributes: *const libc::pthread_attr_t) -> usize {
    let (mut start, mut given, mut size, mut guard) = (std::ptr::null_mut(), 0, 0, 0);
    // SAFETY: by contract; all places are valid.
    let is_known = unsafe {
        libc::pthread_attr_getstack(attributes, &raw mut start, &raw mut given) == 0
            && libc::pthread_attr_getstacksize(attributes, &raw mut size) == 0
            && libc::pthread_attr_getguardsize(attributes, &raw mut guard) == 0
    };
    // Where there is no stack in them, its end is nowhere.
    let is_own = (start as usize).wrapping_add(given) == 0;
    if is_known && is_own && guard != 0 {
        size.saturating_sub(guard)
    } else {
        0
    }
}

/// Where the calling thread is described: on such a stack, above all else.
#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
pub(super) fn high() -> usize {
    // SAFETY: always safe to ask.
    let described = unsafe { libc::pthread_self() };
    usize::try_from(described).unwrap_or(0)
}

/// Threads are not asked for their stacks.
#[cfg(any(target_env = "musl", target_feature = "crt-static"))]
pub(super) fn high() -> usize {
    0
}

/// What there is of such a stack, whose thread is described at `high`.
pub(super) fn made(high: usize, asked_for: usize) -> Stack {
    /// More than the description has, and what lies above it: the end of the stack is nearer.
    const DESCRIPTION: usize = 8 << 10;
    // Thread-local storage lies below the description on this architecture, and above it on the other.
    let low = cfg!(target_arch = "x86_64").then(|| (high + DESCRIPTION).checked_sub(asked_for));
    Stack {
        high,
        low: low.flatten(),
    }
}
