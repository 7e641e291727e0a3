//! Bodies that did not end.

use crate::{
    leak::{Leak, Why},
    place::Frame,
    record::{record, words},
    waits::Awaited,
};

record! {
    /// Where an async body was suspended that did not end.
    BodyWaits {
        /// The chain of awaits, innermost first.
        always(default) waits_at: Vec<Frame>,
        /// What would wake it.
        always(default) waits_for: Option<Awaited>,
        /// Why nothing else is known.
        if_any(default) unread: Option<String>,
    }
}

record! {
    /// A body that did not end.
    Hang {
        /// Why it was not waited for any longer.
        always(default) cause: HangCause,
        /// The time limit, in milliseconds.
        if_any(default) limit_ms: Option<u64>,
        /// How long it had run by then, in milliseconds.
        always(default) after_ms: u64,
        /// Why the process had to end with it.
        always(default) ended_process: Option<String>,
        /// The thread of the body, where it did not come back from synchronous code; that which ends the process.
        if_any(default) thread: Option<StuckThread>,
        /// From the body to what keeps it, a sentence for each step.
        if_any(default) because: Vec<String>,
        /// Which mistake of the body it is, where that is known.
        if_any(default) why: Option<Why>,
        /// The tasks and threads that the test had at that time.
        always(default) alive: Vec<Leak>,
    }
}

words! {
    /// Why a body was not waited for any longer.
    HangCause {
        /// It took longer than its time limit.
        #[default]
        Timeout = "timeout",
        /// It was proven that nothing can wake it.
        Deadlock = "deadlock",
        /// It is no body, but the process, which did not come to its end.
        Exit = "exit",
    }
}

record! {
    /// A thread that did not come back.
    StuckThread {
        /// The kernel's number of it.
        always(default) tid: i32,
        /// What it does, in words.
        always(default) doing: String,
        /// Its stack, innermost first.
        always(default) stack: Vec<Frame>,
    }
}
