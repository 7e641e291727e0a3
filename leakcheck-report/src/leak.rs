//! Findings.

use crate::{
    cancelled::CancelledAt,
    place::Frame,
    record::{record, words},
    waits::{Awaited, Kept, OwnHandle},
};

record! {
    /// Things that are alike: of one kind, made on one path.
    Leak {
        /// What they are; a reader may meet kinds that it does not know.
        always kind: String,
        /// Whether they fail the test, left out where they do.
        if_any(default) level: Level,
        /// How many there are.
        always(default = "crate::record::one") count: usize,
        /// A thread's name, the path of a task's future, or what it is.
        always(default) name: Option<String>,
        /// Ids of its tasks.
        if_any(default) tasks: Vec<u64>,
        /// The innermost line of the user's own on the creation stack, or of a dependency where there is none.
        always(default) created_at: Option<Frame>,
        /// Dependencies inside of that line, innermost first.
        always(default) created_through: Vec<Frame>,
        /// Callers, and then the site of the parent task or thread, and so on back to the test.
        always(default) created_by: Vec<Frame>,
        /// The chain of awaits of a task, or the stack of a blocked thread, innermost first.
        always(default) waits_at: Vec<Frame>,
        /// The one of these at which a reader has to look.
        if_any(default) waits_in: Option<Frame>,
        /// What would wake it.
        always(default) waits_for: Option<Awaited>,
        /// The handle of the task that it owns itself.
        if_any(default) keeps_own_handle: Option<OwnHandle>,
        /// Whether it runs or waits: `idle`, `scheduled`, `running`, `blocked in ..`.
        always(default) state: Option<String>,
        /// Why nothing else is known of the state.
        if_any(default) unread: Option<String>,
        /// Age of the oldest, in milliseconds.
        always(default) age_ms: Option<u64>,
        /// How often the most polled task was polled.
        always(default) polls: Option<u32>,
        /// The kernel's number of the thread, where there is just one.
        always(default) tid: Option<i32>,
        /// What only this one is, where there is just one.
        if_any(default) details: Vec<String>,
        /// Who keeps its descriptors open, one entry for each that somebody is known to.
        if_any(default) held: Vec<Kept>,
        /// Where the body was cancelled each time that this was left; empty where it was not.
        if_any(default) cancelled: Vec<CancelledAt>,
        /// From which other finding it follows; left out for a cause.
        if_any(default) follows: Option<Follows>,
        /// Which mistake it is, where that is known.
        if_any(default) why: Option<Why>,
        /// What a task panicked with; then it is not left behind, but nobody could learn of its panic.
        if_any(default) panic: Option<String>,
        /// The narrowest rule that accepts it.
        always(default) accept: Option<String>,
        /// Stays the same from run to run: 16 digits from `0` to `f`.
        always fingerprint: String,
    }
}

record! {
    /// That a finding follows from another: where that ends, this ends.
    Follows {
        /// The other, by its place in `leaks`, from 0.
        always leak: usize,
        /// Why, in words.
        always because: String,
    }
}

record! {
    /// The mistake that left something behind.
    Why {
        /// Its name, such as `own-sender`; a reader may meet names that it does not know.
        always pattern: String,
        /// Whether it was proven; otherwise it is likely.
        always certain: bool,
        /// What happened, in words.
        always text: String,
        /// What to do about it.
        always(default) help: String,
    }
}

words! {
    /// Whether a finding fails its test.
    Level {
        /// It does.
        #[default]
        Deny = "deny",
        /// It is told, and the test passes.
        Warn = "warn",
    }
}
