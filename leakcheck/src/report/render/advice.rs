//! What to do, in words.

use crate::report::explain::{Advice, Closing, HangAdvice, Made, When};

const STOP_BLOCKING: &str = "code that blocks keeps every task of its thread from running: give it to `tokio::task::spawn_blocking`, or wait in an \
     async way";

/// What usually leads to such a finding, and what to do about it.
pub(super) fn on_finding(advice: &Advice) -> String {
    let text = match advice {
        Advice::CloseDependency {
            package,
            made,
            when,
        } => return close_dependency(package.as_deref(), *made, *when),
        Advice::SeePanics => {
            "keep the `JoinHandle` and await it, or use a `JoinSet`: a panic is an error there"
        }
        Advice::StopBlocking => STOP_BLOCKING,
        Advice::DriveTask => {
            "nothing has run it: nobody drives its `LocalSet` or runtime, or another task keeps the thread; await that \
             `LocalSet`, or `block_on` that runtime, until the task has ended"
        }
        Advice::DropOwnSender => {
            "drop the sender that the task keeps, or let it select on a shutdown signal as well"
        }
        Advice::EndTask => {
            "dropping a `JoinHandle` does not end its task: keep it and `abort()` or await it, use a `JoinSet`, or \
             give the task a shutdown signal"
        }
        Advice::EndClosure => {
            "a blocking closure cannot be cancelled: make what it waits for end, and await its `JoinHandle`"
        }
        Advice::JoinThread => {
            "dropping a `JoinHandle` does not end its thread: tell it to stop, then `join()` it, or use `thread::scope`"
        }
        Advice::DeleteTimer => {
            "a timer of `timer_create` stays until `timer_delete`, whether it has fired or not: delete it before the test \
             ends"
        }
        Advice::DropTimer => {
            "drop the `Sleep`, `Interval`, `Timeout` or `DelayQueue` before the test ends, or give it to a task that ends"
        }
        Advice::ReapProcess => {
            "a process that has exited stays a zombie until somebody waits for it: keep its `Child` and `wait()` for it"
        }
        Advice::EndProcess => {
            "dropping a `Child` of std neither ends nor reaps its process, and one of tokio goes on unless it was \
             started with `kill_on_drop(true)`: `kill()` it if need be, then `wait()` for it"
        }
        Advice::Close(closing) => close(*closing),
        Advice::DropRuntime => {
            "a runtime ends when it is dropped, which one that was forgotten or is kept in a `static` never is: drop it \
             before the test ends, or end it with `shutdown_timeout`; a worker thread that code of a task blocks outlives \
             either, and a runtime of the whole process belongs in a `LazyLock` or `OnceLock`"
        }
        Advice::DropRegistration => "drop what the registration stands for before the test ends",
    };
    text.to_owned()
}

fn close_dependency(package: Option<&str>, made: Made, when: When) -> String {
    let package = package.unwrap_or("a dependency");
    let (past, present) = match made {
        Made::Opened => ("opened", "opens"),
        Made::Started => ("started", "starts"),
    };
    let when = match when {
        When::InsideCall => "inside this call",
        When::InBackground => "in the background, not inside a call of the test",
    };
    format!(
        "`{package}` {past} it {when}: use its shutdown or close method and wait for it, or look for a release that ends \
         what it {present}"
    )
}

const fn close(closing: Closing) -> &'static str {
    match closing {
        Closing::AfterCall => {
            "make that call return, by a time limit or by `shutdown` of a socket, and drop what owns the descriptor"
        }
        Closing::OwnerUnknown => {
            "drop what owns it before the test ends: something keeps it in a static, in a task or thread that still \
             runs, or by `mem::forget` or `into_raw_fd`"
        }
        Closing::WithTask { is_shared: false } => "it closes when that task ends",
        Closing::WithTask { is_shared: true } => {
            "it closes when that task ends and nobody else shares it"
        }
        Closing::WithTasks { is_shared: false } => "it closes when all of them end",
        Closing::WithTasks { is_shared: true } => {
            "it closes when all of them end and nobody else shares it"
        }
        Closing::AllWithTask => "they close when that task ends",
        Closing::EachWithTasks { is_shared: false } => {
            "each closes when all that hold it have ended"
        }
        Closing::EachWithTasks { is_shared: true } => {
            "each closes when all that hold it have ended and nobody else shares it"
        }
    }
}

/// What to do about a body that does not end.
pub(super) const fn on_hang(advice: HangAdvice) -> &'static str {
    match advice {
        HangAdvice::StopBlocking => STOP_BLOCKING,
        HangAdvice::DoLess => {
            "it may have hung for a while, or have more to do than fits into this time: make it do less, or raise `timeout`"
        }
        HangAdvice::BreakDeadlock => {
            "end one of these waits: drop what it waits for before it waits, wait for less, or give it a time limit of \
             its own with `tokio::time::timeout`"
        }
        HangAdvice::EndForeverWait => {
            "end one of these waits: drop what it waits for before it waits, or wait for less"
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
