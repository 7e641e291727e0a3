//! Correct programs that a checker could harm or be blinded by, each beside the plain one.
//!
//! Programs stand in `subject` modules and are ignored; a test beside each runs it in a process of its own. A program that
//! does nothing wrong must behave as it does without the checker; one that leaks must fail, or its check must be inconclusive
//! and say why.
#![cfg(target_os = "linux")]

/// Runs one test of the calling module's `subject` in a child process.
macro_rules! run {
    ($subject:ident $(, $name:literal = $value:expr)* $(,)?) => {
        leakcheck_tests::child::run(module_path!(), stringify!($subject), &[$(($name, $value)),*])
    };
}

mod builds;
mod callbacks;
mod calls;
mod descriptors;
mod disturbed;
mod forked;
mod handlers;
mod leaves;
mod little_room;
mod names;
mod other_namespace;
mod plain;
mod refused_calls;
mod repeated;
mod reports;
mod silence;
mod small_stacks;
mod started;
mod stderr;
mod thread_ends;
mod waits_for_signals;
