//! A page on each [`Pattern`]: what it is, how it is recognised and how sure that is, a wrong example and a right one, and what to
//! do.
//!
//! ```
//! use leakcheck_report::{Pattern, patterns};
//!
//! let page = patterns::page(Pattern::OwnSender);
//! assert!(page.starts_with("# own-sender\n"));
//! ```

use crate::Pattern;

macro_rules! pages {
    ($($variant:ident $module:ident $file:literal,)+) => {
        $(
            #[doc = include_str!($file)]
            pub mod $module {}
        )+

        /// The page on a pattern, as Markdown. Lines of code that begin with `# ` are for the compiler only.
        pub const fn page(pattern: Pattern) -> &'static str {
            match pattern {
                $(Pattern::$variant => include_str!($file),)+
            }
        }
    };
}

pages! {
    OwnSender own_sender "../pages/own-sender.md",
    SelfDeadlock self_deadlock "../pages/self-deadlock.md",
    Futurelock futurelock "../pages/futurelock.md",
    Deadlock deadlock "../pages/deadlock.md",
    OwnerCycle owner_cycle "../pages/owner-cycle.md",
    KeptByStatic kept_by_static "../pages/kept-by-static.md",
    Forgotten forgotten "../pages/forgotten.md",
    LockAcrossAwait lock_across_await "../pages/lock-across-await.md",
    FullQueue full_queue "../pages/full-queue.md",
    ReplyLost reply_lost "../pages/reply-lost.md",
    LostWakeup lost_wakeup "../pages/lost-wakeup.md",
    TokenOrphaned token_orphaned "../pages/token-orphaned.md",
    Never never "../pages/never.md",
    Periodic periodic "../pages/periodic.md",
    RetryLoop retry_loop "../pages/retry-loop.md",
    AcceptLoop accept_loop "../pages/accept-loop.md",
    ReadLoop read_loop "../pages/read-loop.md",
    BlockingInAsync blocking_in_async "../pages/blocking-in-async.md",
    Busy busy "../pages/busy.md",
    AbortIgnored abort_ignored "../pages/abort-ignored.md",
    NeverPolled never_polled "../pages/never-polled.md",
    NotCancelSafe not_cancel_safe "../pages/not-cancel-safe.md",
    HandleTimeout handle_timeout "../pages/handle-timeout.md",
    Detached detached "../pages/detached.md",
    UnseenPanic unseen_panic "../pages/unseen-panic.md",
    UnjoinedThread unjoined_thread "../pages/unjoined-thread.md",
    UnjoinedBlocking unjoined_blocking "../pages/unjoined-blocking.md",
    Zombie zombie "../pages/zombie.md",
    OutlivedParent outlived_parent "../pages/outlived-parent.md",
    Unreaped unreaped "../pages/unreaped.md",
    OpenDescriptor open_descriptor "../pages/open-descriptor.md",
    TempLeft temp_left "../pages/temp-left.md",
    MemoryCycle memory_cycle "../pages/memory-cycle.md",
    LostMemory lost_memory "../pages/lost-memory.md",
    UndeletedTimer undeleted_timer "../pages/undeleted-timer.md",
    KeptTimer kept_timer "../pages/kept-timer.md",
    KeptRuntime kept_runtime "../pages/kept-runtime.md",
    KeptRegistration kept_registration "../pages/kept-registration.md",
    InDependency in_dependency "../pages/in-dependency.md",
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each page has, in this order.
    const PARTS: [&str; 6] = [
        "\n\n**How it is recognised.** ",
        "\n\nWrong: ",
        "\n\n```rust,no_run\n",
        "\n\nRight: ",
        "\n\n```rust,no_run\n",
        "\n\n**What to do.** ",
    ];

    #[test]
    fn each_page_names_its_pattern() {
        for pattern in Pattern::ALL {
            let first = page(*pattern).lines().next();
            assert_eq!(first, Some(&*format!("# {pattern}")));
        }
    }

    #[test]
    fn each_page_has_all_parts() {
        for pattern in Pattern::ALL {
            let mut rest = page(*pattern);
            for part in PARTS {
                let at = rest.find(part);
                let at =
                    at.unwrap_or_else(|| panic!("{pattern}: {part:?} is not where it belongs"));
                rest = &rest[at + part.len()..];
            }
            let lines = page(*pattern).lines();
            assert!((15..=48).contains(&lines.clone().count()), "{pattern}");
            for line in lines {
                assert!(line.chars().count() <= 130, "{pattern}: {line}");
            }
        }
    }
}
