//! Leaks that other checkers are judged by, each in tokio or threads, and next to each the same code without the leak.
//!
//! A test that leaks is `#[ignore]`d and says on the line that leaks what must be found there. All are run in another
//! process, leaks and twins at once, and the last test of each file compares the reports with what its source says.
//! `patterns` lists the patterns and the tests that stand for them.

#[cfg(feature = "heap")]
#[global_allocator]
static HEAP: leakcheck::Heap = leakcheck::Heap::new(std::alloc::System);

mod annotations;
mod background;
mod blocking;
mod budgets;
mod cancelled;
mod cancelled_compositions;
mod cancelled_resources;
mod causes;
mod channels;
mod child_pipes;
mod closures;
mod controls;
mod custom;
mod daemons;
mod expected;
mod failing;
mod fds;
mod finding;
mod found;
mod futurelock;
mod hang;
mod hangs;
mod hangs_alive;
mod hangs_sync;
mod harness;
#[cfg(feature = "heap")]
mod heap;
#[cfg(feature = "heap")]
mod heap_kept;
mod hidden;
mod holders;
mod instrumented;
mod joined;
#[cfg(debug_assertions)]
mod joined_feeder;
mod keepers;
mod lifecycle;
mod limits;
mod local;
mod locks;
mod net;
mod numbers;
mod other_crates;
mod over;
mod owned_fds;
mod parallel;
mod patterns;
mod polled;
mod pooled;
mod posix_timers;
mod process_trees;
mod processes;
mod queues;
mod rates;
mod retries;
mod runtimes;
mod serving;
mod source;
mod static_pools;
mod stuck;
mod system_calls;
mod temp_files;
mod thread_locals;
mod threads;
mod time;
mod timers;
mod tree;
mod unread;
mod unsized_tails;
mod why;
