//! What a thread was doing when it was looked at: raw words, nothing formatted.

/// What a thread was doing when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ThreadActivity {
    /// Return addresses, innermost first; empty where they could not be had.
    pub(crate) frames: Vec<usize>,
    /// Stack pointers of the functions that these are in, of each where it is.
    pub(crate) stack_pointers: Vec<usize>,
    pub(crate) kernel: KernelActivity,
    /// Number of the task that it polls, where that was asked; a closure of `spawn_blocking` is a task as well.
    pub(crate) task: Option<u64>,
    /// Why there are no addresses, where that is so.
    pub(crate) unread: Option<&'static str>,
}

/// What the kernel says of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KernelActivity {
    /// It waits, and the kernel does not tell in which call.
    Unknown,
    /// It runs, or would if it were its turn.
    Running,
    /// It is inside a system call with this name, where it has a well-known one, and this first argument.
    Call {
        name: Option<&'static str>,
        first: u64,
    },
}
