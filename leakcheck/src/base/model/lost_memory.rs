//! Memory that a test has allocated, and that nothing leads to any more.

/// What is known of some that one line has allocated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LostMemory {
    /// How many allocations these are.
    pub(crate) count: usize,
    /// Bytes that were asked for, in all.
    pub(crate) bytes: usize,
    /// Allocations that only it leads to, and their bytes.
    pub(crate) behind: (usize, usize),
    pub(crate) owned: Owned,
    /// The pointers that lead back to it, where they are known; empty where none do.
    pub(crate) circle: Vec<Step>,
}

/// What keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Owned {
    /// Nothing that is known.
    Not,
    /// It leads back to itself; whether that keeps it is not known.
    Perhaps,
    /// It owns itself.
    Itself,
}

/// A pointer from one allocation to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Step {
    /// What has it: `Arc<Node>`.
    pub(crate) owner: String,
    /// The field that it is in: `parent`.
    pub(crate) field: String,
}
