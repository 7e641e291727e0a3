//! Of a body that does not end: what it waits for, what its thread does, and what to do about it.

use leakcheck_introspect::TaskList;

use super::{
    blocked, depends,
    search::{Others, Search},
    waiting,
};
use crate::{
    base::model::{
        Dependence, KernelActivity, KernelState, Resource, StuckThread, ThreadActivity,
        ThreadState, Waiting,
    },
    observe::sources::fds,
    sys::proc_threads,
};

/// Where the body is suspended, what it waits for and on whom it depends, among the tasks of `lists`; it is in one of them, with the number 0.
pub(crate) fn body_waiting(
    lists: &[&TaskList],
    others: Option<&Others>,
    alive: &[Resource],
    package_dir: Option<&str>,
) -> Option<(Waiting, Vec<Dependence>)> {
    let body = lists.iter().find_map(|list| list.find(0))?;
    let search = Search::of(lists, others, alive);
    let waiting = waiting::of(&[body], &search, package_dir)?;
    Some((waiting, depends::of(&[body], &search, package_dir)))
}

/// What a thread does that does not come back; `asked` is what it answered.
pub(crate) fn stuck_thread(
    tid: i32,
    asked: Option<&ThreadActivity>,
    package_dir: Option<&str>,
) -> StuckThread {
    let waiting = asked.and_then(|activity| blocked::of_body(activity, package_dir));
    stuck(tid, asked, waiting)
}

/// What the thread does that ends the process: all of its stack is told, for no body is on it.
pub(crate) fn ending_thread(
    tid: i32,
    asked: Option<&ThreadActivity>,
    package_dir: Option<&str>,
) -> StuckThread {
    let waiting = asked.map(|activity| blocked::of(activity, 1, package_dir));
    stuck(tid, asked, waiting)
}

fn stuck(tid: i32, asked: Option<&ThreadActivity>, waiting: Option<Waiting>) -> StuckThread {
    StuckThread {
        tid,
        doing: match &waiting {
            Some(waiting) => ThreadState::Told {
                state: waiting.state,
                descriptor: asked.and_then(descriptor),
            },
            None => by_kernel(tid),
        },
        waiting,
    }
}

/// What the descriptor is that it waits for: it still does, because its thread was asked just now and never comes back.
fn descriptor(asked: &ThreadActivity) -> Option<String> {
    match asked.kernel {
        KernelActivity::Call {
            name: Some(name),
            first,
        } if blocked::is_of_descriptor(name) => what(first),
        _ => None,
    }
}

fn what(descriptor: u64) -> Option<String> {
    fds::words(descriptor & u64::from(u32::MAX))
}

/// What the kernel says of it.
fn by_kernel(tid: i32) -> ThreadState {
    let state = match proc_threads::sleeps(tid) {
        None => KernelState::Unread,
        Some(false) => KernelState::Runs,
        Some(true) => match proc_threads::syscall(tid) {
            None => KernelState::Sleeps,
            Some((number, first)) => match proc_threads::name_of(number) {
                Some((name, true)) => KernelState::CallOn {
                    name,
                    descriptor: first,
                },
                Some(("futex", false)) => KernelState::Futex,
                Some((name, false)) => KernelState::Call(name),
                None => KernelState::CallNumber(number),
            },
        },
    };
    ThreadState::Seen {
        state,
        descriptor: match state {
            KernelState::CallOn { descriptor, .. } => what(descriptor),
            _ => None,
        },
    }
}
