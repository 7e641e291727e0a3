//! How tasks are read: memory, debug info, typed values, tokio's structures, futures. Data flows in this order.

pub(crate) mod blocking;
mod blocks;
mod decode;
mod drop_state;
mod dwarf;
mod fuel;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod handle_use;
mod int_hash;
mod introspector;
mod local_sets;
#[expect(
    unsafe_code,
    reason = "reads the memory and the file of this process, and nothing else does"
)]
mod memory;
mod name;
mod objects;
mod runtimes;
mod self_check;
mod shape_memo;
mod stacks;
mod startup;
mod statics;
mod stillness;
mod task_reader;
mod tokio;
mod value;

pub use self::{
    blocks::{allocated_for, owners},
    dwarf::{called_from, calls_at, file_of, has_read, keep_program},
    local_sets::perhaps_alive,
    memory::{barrier, is_readable, read_words},
    startup::{available, promised},
};
pub(crate) use self::{
    handle_use::of_spawn,
    local_sets::{of_local_sets_with, of_owner, owner_of},
    memory::words,
    runtimes::{clock, of_future, of_runtime, park_counts, timers},
    stacks::stack_holds,
    statics::statics,
    tokio::{Owner, Wheel},
};
