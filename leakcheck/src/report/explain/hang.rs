//! What to do about a body that does not end.

use crate::{
    base::model::{Fate, Hang, HangCause},
    check::findings::SYNCHRONOUS_TASK,
};

/// What to do about a task in synchronous code.
pub(super) const BLOCKS_ITS_THREAD: &str = "code that blocks keeps every task of its thread from running: give it to `tokio::task::spawn_blocking`, or wait in an \
     async way";

/// What to do about it.
pub(crate) fn help(hang: &Hang) -> &'static str {
    if hang.ended_process() == Some(SYNCHRONOUS_TASK) {
        return BLOCKS_ITS_THREAD;
    }
    if hang.fate == Fate::Late {
        return "it may have hung for a while, or have more to do than fits into this time: make it do less, or raise `timeout`";
    }
    match (hang.cause, &hang.waiting) {
        (HangCause::Deadlock, _) => {
            "end one of these waits: drop what it waits for before it waits, wait for less, or give it a time limit of \
             its own with `tokio::time::timeout`"
        }
        (HangCause::Timeout(_), Some(waiting)) if waiting.is_forever => {
            "end one of these waits: drop what it waits for before it waits, or wait for less"
        }
        (HangCause::Timeout(_), Some(_)) => {
            "make what it waits for happen; if it only takes longer than that, raise `timeout`"
        }
        (HangCause::Timeout(_), None) => {
            "a body in synchronous code cannot be given up: let that code wait with a limit of its own, such as \
             `recv_timeout`; if it only takes longer than that, raise `timeout`"
        }
    }
}
