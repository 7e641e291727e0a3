//! What to do about a body that does not end, in words.

use crate::report::explain::HangAdvice;

pub(super) const STOP_BLOCKING: &str = "code that blocks keeps every task of its thread from running: give it to `tokio::task::spawn_blocking`, or wait in an \
     async way";

/// What to do about a body that does not end.
pub(super) const fn on_hang(advice: HangAdvice) -> &'static str {
    match advice {
        HangAdvice::StopBlocking => STOP_BLOCKING,
        HangAdvice::LetExit => {
            "what runs at the end of a process, functions of `atexit` and destructors among it, must not wait for what goes on: \
             end and join that before `main` returns, or leave it to the end of the process"
        }
        HangAdvice::DoLess => {
            "it may have hung for a while, or have more to do than fits into this time: make it do less, or raise `timeout`"
        }
        HangAdvice::BreakDeadlock => {
            "end one of these waits: drop what it waits for before it waits, wait for less, or give it a time limit of \
             its own with `tokio::time::timeout`"
        }
        HangAdvice::EndForeverWait => {
            "end this wait, or one behind it: drop what is waited for before that wait, or wait for less"
        }
        HangAdvice::MakeItHappen => {
            "make what it waits for happen; if it only takes longer than that, raise `timeout`"
        }
        HangAdvice::BoundSynchronous => {
            "a body in synchronous code cannot be given up: let that code wait with a limit of its own, such as \
             `recv_timeout`; if it only takes longer than that, raise `timeout`"
        }
    }
}
