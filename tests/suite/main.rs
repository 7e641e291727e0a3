//! What leakcheck promises, one module for each property.
//!
//! Tests that leak stand in `subject` modules and are ignored; a test beside them runs them in a process of their own
//! and compares what was reported with the exact expected set. Sites are compared by the source line that stands there.

/// Runs one test of the calling module's `subject` in a child process.
macro_rules! run {
    ($subject:ident $(, $name:literal = $value:expr)* $(,)?) => {
        $crate::child::run(module_path!(), stringify!($subject), &[$(($name, $value)),*])
    };
}

use leakcheck_tests::{child, expect_leaks};

mod attribution;
mod background;
#[cfg(target_os = "linux")]
mod budgets;
mod builtin;
mod cancel;
mod checkpoints;
mod closures;
mod ended;
#[cfg(target_os = "linux")]
mod ended_processes;
mod environment;
mod exiting;
mod exits;
mod forks;
mod guards;
mod hangs;
mod hooks;
mod identity;
mod ignores;
mod known;
mod layers;
mod levels;
mod local;
mod nested;
mod nextest;
mod output;
mod panic_hooks;
mod panics;
mod paused;
mod pools;
mod processes;
mod project;
mod quiet;
#[cfg(target_os = "linux")]
mod rates;
mod registered;
mod rounds;
mod said;
mod settle;
mod shared;
mod stacks;
#[cfg(target_os = "linux")]
mod starved;
mod stuck;
mod temp_files;
mod timeline;
mod unchecked;
#[cfg(target_os = "linux")]
mod unread;
mod unseen;
mod verdicts;
mod verify;
