//! The memory of this process, read through the kernel: an address that is not mapped is a `None`, never a crash.
//!
//! The only home of `unsafe` in this crate. Every byte that is read here is untrusted: another thread may free or
//! change it at the same time.

mod barrier;
mod cache;
mod gather;
mod kernel;
mod own_values;
mod program;

pub use self::{
    barrier::barrier,
    kernel::{is_readable, read_words},
};
pub(crate) use self::{
    cache::{Memory, read},
    gather::gather,
    kernel::refusal,
    own_values::{holders, pointer_in, words},
    program::{Mapped, Program, find, find_last, has_room, map, own_span, own_thread_locals},
};
