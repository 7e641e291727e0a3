//! What each pattern is called in a report: what happened, and what to do.

use leakcheck_report::Pattern;

use super::advice::STOP_BLOCKING;

/// What there is to say of a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pattern: Pattern,
    /// What happened to one.
    pub(super) one: &'static str,
    /// The same of each of several.
    pub(super) many: &'static str,
    /// What to do, where that is the same for all.
    pub(super) cure: Option<&'static str>,
}

/// What to do about a task of which nothing more is known.
pub(super) const END_TASK: &str = "dropping a `JoinHandle` does not end its task: keep it and `abort()` or await it, use a `JoinSet`, or give the \
     task a shutdown signal";

/// What there is to say of a finding of which no pattern is known.
pub(super) const UNKNOWN: (&str, &str) = ("nobody has ended it", "nobody has ended them");

impl Words {
    /// Those of a pattern, of which each has some.
    pub(super) fn of(pattern: Pattern) -> Option<Self> {
        let mut all = WORDS.iter().copied();
        all.find(|words| words.pattern == pattern)
    }
}

#[rustfmt::skip]
const WORDS: &[Words] = &[
    Words {
        pattern: Pattern::OwnSender,
        one: "its channel never closes, because it keeps a sender itself",
        many: "their channels never close, because each of them keeps a sender itself",
        cure: Some("drop the sender that it keeps before it receives, or let it select on a shutdown signal as well"),
    },
    Words {
        pattern: Pattern::SelfDeadlock,
        one: "it waits for a lock that it has itself",
        many: "each of them waits for a lock that it has itself",
        cure: Some("end the scope of the first guard, or `drop` it, before the lock is taken again"),
    },
    Words {
        pattern: Pattern::Futurelock,
        one: "it waits for a lock that another future of its own holds or is queued for, and nobody polls that future",
        many: "each of them waits for a lock that another future of its own holds or is queued for, and nobody polls that \
             future",
        cure: Some("poll both futures, by `select!` or `join!`, or drop the other one before this `.await`"),
    },
    Words {
        pattern: Pattern::Deadlock,
        one: "it waits for others that wait for it, in a circle",
        many: "they wait for others that wait for them, in a circle",
        cure: Some("break the circle: before this `.await`, drop or cancel what the others wait for, and take locks in one order \
             everywhere"),
    },
    Words {
        pattern: Pattern::OwnerCycle,
        one: "it owns what has its handle, so that is never dropped and never ends it",
        many: "they own what has their handles, so that is never dropped and never ends them",
        cure: Some("give the task a `Weak` of what has its handle, or end it explicitly before that is dropped"),
    },
    Words {
        pattern: Pattern::KeptByStatic,
        one: "a static keeps the other end of what it waits for",
        many: "a static keeps the other end of what they wait for",
        cure: Some("take it out of the static, or let it send, notify or cancel, before the test ends; if it serves the whole process, \
             `allow_static` accepts it"),
    },
    Words {
        pattern: Pattern::Forgotten,
        one: "no task, static or thread was found that has the other end of what it waits for: it was forgotten, or is in a cycle of `Arc`s, a queue or a `thread_local!`",
        many: "no task, static or thread was found that has the other ends of what they wait for: they were forgotten, or are in cycles of `Arc`s, queues or a `thread_local!`",
        cure: Some("drop the other end: look for `mem::forget`, `Box::leak`, `into_raw` and `Arc`s that lead back to themselves"),
    },
    Words {
        pattern: Pattern::LockAcrossAwait,
        one: "it has a lock that others wait for, and waits itself before it gives the lock back",
        many: "they have locks that others wait for, and wait themselves before they give them back",
        cure: Some("drop the guard before this `.await`: end its scope, or copy what is needed out of it"),
    },
    Words {
        pattern: Pattern::FullQueue,
        one: "its channel is full, and the receiver is alive but does not receive",
        many: "their channels are full, and the receivers are alive but do not receive",
        cure: Some("receive until the senders are gone, drop the receiver, or use `try_send`"),
    },
    Words {
        pattern: Pattern::ReplyLost,
        one: "it awaits a reply, and the sender of that is in a message that nobody receives",
        many: "they await replies, and the senders of those are in messages that nobody receives",
        cure: Some("drop the queue with the actor, or let the actor reply to all that is left in it before it stops"),
    },
    Words {
        pattern: Pattern::LostWakeup,
        one: "it waits for a notification, and nobody else is left who could give it",
        many: "they wait for notifications, and nobody else is left who could give them",
        cure: Some("keep what it waits on where somebody can end the wait: by `close()` of a `TaskTracker`, `set()` of a `SetOnce`; \
             `notify_waiters()` of a `Notify` wakes only those that wait already, `notify_one()` the next one as well"),
    },
    Words {
        pattern: Pattern::TokenOrphaned,
        one: "nobody else has its token, a parent of that or a guard, so it can never be cancelled",
        many: "nobody else has their tokens, parents of those or guards, so they can never be cancelled",
        cure: Some("keep the token, or a `DropGuard` of it, where the task is to be cancelled"),
    },
    Words {
        pattern: Pattern::Never,
        one: "it awaits a future that is never ready, so only an abort ends it",
        many: "they await a future that is never ready, so only an abort ends them",
        cure: Some("keep its `JoinHandle` and `abort()` it, or let it select on a shutdown signal beside this future"),
    },
    Words {
        pattern: Pattern::Periodic,
        one: "it works at intervals until somebody stops it, and nobody does",
        many: "they work at intervals until somebody stops them, and nobody does",
        cure: Some("let it select on a shutdown signal beside its timer, end when a `Weak` of what it works for is gone, or \
             `abort()` it when that is dropped"),
    },
    Words {
        pattern: Pattern::RetryLoop,
        one: "it pauses after an attempt that failed or ended, and nobody stops it",
        many: "they pause after attempts that failed or ended, and nobody stops them",
        cure: Some("end the pause, and a loop around it, when what it tries for is gone, by a `Weak` or a closed channel, or after \
             some attempts; or `abort()` it when that is dropped"),
    },
    Words {
        pattern: Pattern::AcceptLoop,
        one: "it waits for a connection, without a time limit, and nobody stops it",
        many: "they wait for connections, without a time limit, and nobody stops them",
        cure: Some("let it select on a shutdown signal beside `accept`, or keep its `JoinHandle` and `abort()` it"),
    },
    Words {
        pattern: Pattern::ReadLoop,
        one: "it waits for its descriptor to become ready, without a time limit, and nothing has made it ready",
        many: "they wait for their descriptors to become ready, without a time limit, and nothing has made them ready",
        cure: Some("close the other end, give the wait a time limit with `tokio::time::timeout`, or keep the task in a `JoinSet` \
             that is shut down"),
    },
    Words {
        pattern: Pattern::BlockingInAsync,
        one: "it is in code that blocks its thread, where no abort can end it",
        many: "they are in code that blocks their threads, where no abort can end them",
        cure: Some(STOP_BLOCKING),
    },
    Words {
        pattern: Pattern::Busy,
        one: "it never comes to rest: it was about to run, or ran, when it was looked at last",
        many: "they never come to rest: they were about to run, or ran, when they were looked at last",
        cure: Some("`yield_now` lets others run and ends nothing: give its loop a condition that becomes false, or a shutdown signal"),
    },
    Words {
        pattern: Pattern::AbortIgnored,
        one: "it was aborted and is still there: an abort ends a task when it is run and comes to an `.await`, and it does not",
        many: "they were aborted and are still there: an abort ends a task when it is run and comes to an `.await`, and they do not",
        cure: Some("let the code between two awaits come to an end, or give it to `spawn_blocking` with a flag that stops it"),
    },
    Words {
        pattern: Pattern::NeverPolled,
        one: "nothing has run it since it was spawned",
        many: "nothing has run them since they were spawned",
        cure: Some("nothing has run it: nobody drives its `LocalSet` or runtime, or another task keeps the thread; await that \
             `LocalSet`, or `block_on` that runtime, until the task has ended"),
    },
    Words {
        pattern: Pattern::NotCancelSafe,
        one: "the body was cancelled before this had ended",
        many: "the body was cancelled before these had ended",
        cure: None,
    },
    Words {
        pattern: Pattern::HandleTimeout,
        one: "a `timeout` or `select!` that waited for it gave up and dropped its `JoinHandle`, which does not end it",
        many: "a `timeout` or `select!` that waited for them gave up and dropped their `JoinHandle`s, which does not end them",
        cure: Some("spawn the `timeout` with the future inside of it; or wait for `&mut` the handle, and `abort()` it when the \
             time is up"),
    },
    Words {
        pattern: Pattern::Detached,
        one: "its `JoinHandle` was dropped, and it has not ended",
        many: "their `JoinHandle`s were dropped, and they have not ended",
        cure: Some(END_TASK),
    },
    Words {
        pattern: Pattern::UnseenPanic,
        one: "its `JoinHandle` was dropped, so nobody could see its panic",
        many: "their `JoinHandle`s were dropped, so nobody could see their panics",
        cure: None,
    },
    Words {
        pattern: Pattern::UnjoinedThread,
        one: "nobody has joined it, and it has not ended",
        many: "nobody has joined them, and they have not ended",
        cure: Some("dropping a `JoinHandle` does not end its thread: tell it to stop, then `join()` it, or use `thread::scope`"),
    },
    Words {
        pattern: Pattern::UnjoinedBlocking,
        one: "its closure has not ended, and cannot be cancelled",
        many: "their closures have not ended, and cannot be cancelled",
        cure: Some("a blocking closure cannot be cancelled: make what it waits for end, and await its `JoinHandle`"),
    },
    Words {
        pattern: Pattern::Zombie,
        one: "it has exited, and nobody has waited for it",
        many: "they have exited, and nobody has waited for them",
        cure: Some("a process that has exited stays a zombie until somebody waits for it: keep its `Child` and `wait()` for it"),
    },
    Words {
        pattern: Pattern::OutlivedParent,
        one: "it has outlived the child that started it, and keeps a pipe or socket of the test open",
        many: "they have outlived the children that started them, and keep pipes or sockets of the test open",
        cure: Some("let the command wait for what it starts in the background, or end that before the test ends; what is meant to \
             go on must not have the test's pipes: redirect its output, as by `>/dev/null 2>&1`"),
    },
    Words {
        pattern: Pattern::Unreaped,
        one: "it has not ended, and nobody has ended it",
        many: "they have not ended, and nobody has ended them",
        cure: Some("dropping a `Child` of std neither ends nor reaps its process, and one of tokio goes on unless it was \
             started with `kill_on_drop(true)`: `kill()` it if need be, then `wait()` for it"),
    },
    Words {
        pattern: Pattern::OpenDescriptor,
        one: "nobody has dropped what owns it",
        many: "nobody has dropped what owns them",
        cure: None,
    },
    Words {
        pattern: Pattern::TempLeft,
        one: "nobody has removed it",
        many: "nobody has removed them",
        cure: None,
    },
    Words {
        pattern: Pattern::MemoryCycle,
        one: "it owns itself, and nothing else leads to it any more",
        many: "each owns itself, and nothing else leads to them any more",
        cure: Some(
            "make one of the pointers on the way back a `Weak`, or take it out when its owner is done: counts of references never \
             come to zero in a circle",
        ),
    },
    Words {
        pattern: Pattern::LostMemory,
        one: "nothing leads to it any more, and nobody has given it back",
        many: "nothing leads to them any more, and nobody has given them back",
        cure: Some(
            "let its owner drop: `mem::forget`, `ManuallyDrop`, `leak`, `into_raw` without `from_raw`, and circles of `Rc` or \
             `Arc` keep memory for ever",
        ),
    },
    Words {
        pattern: Pattern::UndeletedTimer,
        one: "nobody has deleted it",
        many: "nobody has deleted them",
        cure: Some("a timer of `timer_create` stays until `timer_delete`, whether it has fired or not: delete it before the test \
             ends"),
    },
    Words {
        pattern: Pattern::KeptTimer,
        one: "it is in something that outlives the test",
        many: "they are in something that outlives the test",
        cure: Some("drop the `Sleep`, `Interval`, `Timeout` or `DelayQueue` before the test ends, or give it to a task that ends"),
    },
    Words {
        pattern: Pattern::KeptRuntime,
        one: "nobody has dropped it",
        many: "nobody has dropped them",
        cure: Some("a runtime ends when it is dropped, which one that was forgotten or is kept in a `static` never is: drop it \
             before the test ends, or end it with `shutdown_timeout`; a worker thread that code of a task blocks outlives \
             either, and a runtime of the whole process belongs in a `LazyLock` or `OnceLock`"),
    },
    Words {
        pattern: Pattern::KeptRegistration,
        one: "nobody has dropped what it represents",
        many: "nobody has dropped what they represent",
        cure: Some("drop what the registration represents before the test ends"),
    },
    Words {
        pattern: Pattern::InDependency,
        one: "a dependency made it and has not ended it",
        many: "a dependency made them and has not ended them",
        cure: None,
    },
];

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_has_words() {
        for pattern in Pattern::ALL {
            let of_it = WORDS.iter().filter(|words| words.pattern == *pattern);
            assert_eq!(of_it.count(), 1, "{pattern}");
        }
    }
}
