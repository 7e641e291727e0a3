//! Hostile input: debug info that lies, and memory that is not what its type says. Whatever it is, reading ends, and says
//! that there is nothing to read.
//!
//! Built for tests and by `cargo fuzz` only, see `fuzz/README.md`.

mod memory;
mod sections;
mod tasks;
#[cfg(test)]
pub(super) mod tests;

pub use self::{memory::memory, sections::sections, tasks::tasks};
