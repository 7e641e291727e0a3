//! What usually leads to a leak of a kind, and what to do about it.

use super::{descriptor, hang};
use crate::{
    base::model::{Awaited, Frame, Home, Kind, Leak, State, Tie},
    observe::{capture, sources::timers},
};

/// What usually leads to a leak of this kind, and what to do; nothing where only the coverage can help.
pub(crate) fn help(leak: &Leak) -> Option<String> {
    if leak.panic.is_some() {
        return Some(
            "keep the `JoinHandle` and await it, or use a `JoinSet`: a panic is an error there"
                .to_owned(),
        );
    }
    // A timer that a dependency made is a part of what the test has of it, and ends with that.
    let is_part = leak.kind == Kind::Timer && !timers::posix::is_name(leak.name.as_deref());
    if let Some((dependency, way)) = chosen_by(leak)
        && !is_part
    {
        let package = dependency
            .file
            .as_deref()
            .and_then(|file| file.split('/').next());
        let verb = match leak.kind {
            Kind::Fd => ("opened", "opens"),
            _ => ("started", "starts"),
        };
        return Some(format!(
            "`{}` {} it {way}: use its shutdown or close method and wait for it, or look for a release that ends what it {}",
            package.unwrap_or("a dependency"),
            verb.0,
            verb.1,
        ));
    }
    let text = match leak.kind {
        Kind::Task if leak.waiting.is_none() && leak.stack.is_empty() => return None,
        Kind::Task if blocks_its_thread(leak) => hang::BLOCKS_ITS_THREAD,
        Kind::Task if is_new(leak) => {
            "nothing has run it: nobody drives its `LocalSet` or runtime, or another task keeps the thread; await that \
             `LocalSet`, or `block_on` that runtime, until the task has ended"
        }
        Kind::Task if keeps_its_own_sender(leak) => {
            "drop the sender that the task keeps, or let it select on a shutdown signal as well"
        }
        Kind::Task => {
            "dropping a `JoinHandle` does not end its task: keep it and `abort()` or await it, use a `JoinSet`, or \
             give the task a shutdown signal"
        }
        Kind::BlockingTask => {
            "a blocking closure cannot be cancelled: make what it waits for end, and await its `JoinHandle`"
        }
        Kind::Thread if leak.tie == Tie::Member => {
            "a blocking closure cannot be cancelled: make what it waits for end, and await its `JoinHandle`"
        }
        Kind::Thread => {
            "dropping a `JoinHandle` does not end its thread: tell it to stop, then `join()` it, or use `thread::scope`"
        }
        Kind::Timer if timers::posix::is_name(leak.name.as_deref()) => {
            "a timer of `timer_create` stays until `timer_delete`, whether it has fired or not: delete it before the test \
             ends"
        }
        Kind::Timer => {
            "drop the `Sleep`, `Interval`, `Timeout` or `DelayQueue` before the test ends, or give it to a task that ends"
        }
        Kind::Process if leak.facts.iter().any(|fact| fact.starts_with("zombie")) => {
            "a process that has exited stays a zombie until somebody waits for it: keep its `Child` and `wait()` for it"
        }
        Kind::Process => {
            "dropping a `Child` of std neither ends nor reaps its process, and one of tokio goes on unless it was \
             started with `kill_on_drop(true)`: `kill()` it if need be, then `wait()` for it"
        }
        Kind::Fd => descriptor::help(leak),
        Kind::Runtime => {
            "a runtime ends when it is dropped, which one that was forgotten or is kept in a `static` never is: drop it \
             before the test ends, or end it with `shutdown_timeout`; a worker thread that code of a task blocks outlives \
             either, and a runtime of the whole process belongs in a `LazyLock` or `OnceLock`"
        }
        Kind::Custom => "drop what the registration stands for before the test ends",
    };
    Some(text.to_owned())
}

/// The dependency that chose to make it, and when.
fn chosen_by(leak: &Leak) -> Option<(&Frame, &'static str)> {
    if let Some(site) = &leak.created_at
        && site.home == Home::Dependency
    {
        return Some((site, "in the background, not inside a call of the test"));
    }
    let mut choosers = capture::choosers(&leak.created_through);
    Some((choosers.next()?, "inside this call"))
}

/// Whether the tasks are in synchronous code that does not come back.
fn blocks_its_thread(leak: &Leak) -> bool {
    let waiting = leak.waiting.as_ref();
    waiting.is_some_and(|waiting| matches!(waiting.state, State::Blocked(_)))
}

/// Whether the tasks were never polled.
fn is_new(leak: &Leak) -> bool {
    let waiting = leak.waiting.as_ref();
    waiting.is_some_and(|waiting| waiting.state == State::New)
}

/// Whether what the tasks wait for could only come from themselves.
fn keeps_its_own_sender(leak: &Leak) -> bool {
    leak.waiting.as_ref().is_some_and(|waiting| {
        let from_itself = |event: &Awaited| {
            event.what.starts_with("a message")
                && event.held_by.iter().all(|holder| holder.is_itself)
        };
        waiting.is_forever && waiting.events.iter().all(from_itself)
    })
}
