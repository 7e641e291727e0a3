//! Of a body that does not end: what it waits for, what its thread does, and what to do about it.

use leakcheck_introspect::{Graph, TaskList};

use super::{blocked, waiting};
use crate::{
    base::model::{Activity, Doing, StuckThread, Waiting},
    observe::sources::fds,
    sys::process,
};

/// Why a body cannot be given up.
pub(crate) const SYNCHRONOUS_BODY: &str =
    "the thread of the test is in synchronous code of its body, which nobody can end from outside";
pub(crate) const SYNCHRONOUS_TASK: &str =
    "the thread of the test is in synchronous code of a task, which nobody can end from outside";
pub(crate) const DROP_BLOCKS: &str =
    "the body was given up, and dropping it does not come to an end";

/// Where the body is suspended and what it waits for, among the tasks of `lists`; it is in one of them, with the number 0.
pub(crate) fn body_waiting(lists: &[&TaskList], package_dir: Option<&str>) -> Option<Waiting> {
    let body = lists.iter().find_map(|list| list.find(0))?;
    let graph = Graph::new(lists.iter().copied());
    waiting::of(&[body], &graph, package_dir)
}

/// What a thread does that does not come back; `asked` is what it answered.
pub(crate) fn stuck_thread(
    tid: i32,
    asked: Option<&Doing>,
    package_dir: Option<&str>,
) -> StuckThread {
    let waiting = asked.and_then(|doing| blocked::of_body(doing, package_dir));
    StuckThread {
        tid,
        doing: match &waiting {
            Some(waiting) => format!("{}{}", waiting.state, descriptor(asked)),
            None => by_kernel(tid),
        },
        waiting,
    }
}

/// What the descriptor is that it waits for: it still does, because its thread was asked just now and never comes back.
fn descriptor(asked: Option<&Doing>) -> String {
    match asked.map(|doing| doing.activity) {
        Some(Activity::Call {
            name: Some(name),
            first,
        }) if blocked::is_of_descriptor(name) => what(first),
        _ => String::new(),
    }
}

/// The same behind its number.
fn what(descriptor: u64) -> String {
    let words = fds::words(descriptor & u64::from(u32::MAX));
    words.map_or_else(String::new, |words| format!(": {words}"))
}

/// What the kernel says of it.
fn by_kernel(tid: i32) -> String {
    match process::sleeps(tid) {
        None => "what it does could not be read".to_owned(),
        Some(false) => "it runs".to_owned(),
        Some(true) => match process::syscall(tid) {
            None => "it sleeps in the kernel".to_owned(),
            Some((number, first)) => match process::name_of(number) {
                Some((name, true)) => {
                    format!("it sleeps in {name} of descriptor {first}{}", what(first))
                }
                Some(("futex", false)) => {
                    "it sleeps in futex: a lock, a channel, a condition variable, or the end of a thread"
                        .to_owned()
                }
                Some((name, false)) => format!("it sleeps in {name}"),
                None => format!("it sleeps in system call {number}"),
            },
        },
    }
}
