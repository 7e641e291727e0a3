//! A check: what is there when the body has ended, whether it ends in time, and what of it the test is charged with.
//!
//! It is a pipeline. `view` is what a check is about; `quick` answers from it what costs nothing, `gather` what is there, into an
//! `inventory`; `settle_poll` looks again while things end; `closures` and `stacks` ask the threads that are left; `evidence` is
//! what was found; `judge` and `findings` make leaks of it, and `lifecycle` leads through all this once.

mod budgets;
mod by_test;
mod cancel;
pub(crate) mod cancelled_run;
mod closures;
mod coverage;
mod evidence;
mod exit;
pub(crate) mod findings;
mod gaps;
mod gather;
mod growth;
mod hang;
#[cfg(feature = "heap")]
mod heap;
mod inventory;
mod judge;
mod keepers;
mod lifecycle;
mod process_trees;
mod quick;
mod rates;
pub(crate) mod settle;
mod settle_poll;
mod stacks;
pub(crate) mod target;
mod temp_files;
#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests;
mod timeline;
mod verdict;
mod view;
pub(crate) mod wait;
mod watched_runtime;

pub(crate) use cancel::stands;
pub(crate) use exit::Unended;
pub(crate) use growth::Growth;
pub(crate) use hang::{Deadlock, Hung};
pub(crate) use lifecycle::Check;
pub(crate) use rates::Round;
pub(crate) use watched_runtime::WatchedRuntime;
