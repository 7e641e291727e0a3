//! What the programs of the benchmark share: the work to be measured, the rounds, the table, child programs.

mod opens;
mod process;
mod rounds;
mod table;
mod work;

pub use opens::{Descriptor, open_close};
pub use process::{
    Program, children_time, peak_memory, relay_myself, relay_with_hooks, run_myself,
};
pub use rounds::{Entrant, Scale, median, medians};
pub use table::Section;
pub use work::{
    Flavor, Leaked, Spawns, allocate, leak, leak_nested, leak_queued, per_call, plain_spawn_join,
    poll_often, spawn_join, thread_spawn_join,
};
