//! A call that blocks a thread.

/// A call that blocks a thread. The words that reports use for it are its `Display` form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// A function that is known to block, as one would write it: `mpsc::recv`.
    Function(&'static str),
    /// `Handle::block_on` of tokio, on a runtime that somebody else has.
    HandleBlockOn,
    /// A system call.
    System {
        /// Its name, where it is a well-known one.
        name: Option<&'static str>,
        /// What it is about, where that is shown.
        about: Option<About>,
    },
    /// The kernel does not show it.
    Unknown,
}

/// What a system call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum About {
    /// The descriptor with this number.
    Descriptor(i32),
    /// The process with this number.
    Process(i32),
}
