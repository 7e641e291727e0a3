//! What keeps a process that does not come to its end, seen from another thread.

use std::time::Duration;

use super::{
    hang::{HangSnapshot, Hung},
    inventory::Inventory,
    lifecycle::Check,
};
use crate::{
    base::{
        model::{Coverage, Fate, Hang, HangCause, Kind, Report, Resource},
        sync::Work,
    },
    check::findings,
    observe::sources::{
        self,
        fds::{Watching, charge},
        stacks, threads,
    },
    settings::env::Stacks,
    sys,
};

/// A process that does not come to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unended {
    /// The thread that ends it.
    pub(crate) tid: i32,
    pub(crate) cause: HangCause,
    pub(crate) after: Duration,
}

impl Check {
    /// What its last thread does, and which threads and runtimes are alive, whoever has made them.
    pub(crate) fn of_process_that_does_not_end(self, unended: &Unended) -> Report {
        let _work = Work::begin();
        let mut seen = Hung {
            cause: unended.cause,
            after: unended.after,
            fate: Fate::LeftAlone,
            snapshot: HangSnapshot::of(Inventory {
                resources: beside(unended.tid),
                ..Inventory::default()
            }),
        };
        let asks = self.view.env.stacks == Stacks::On && stacks::unavailable().is_none();
        if asks {
            stacks::take(seen.threads());
        }
        let asked = asks.then(|| stacks::ask(unended.tid)).flatten();
        let package_dir = self.view.whom.package_dir();
        let thread = findings::ending_thread(unended.tid, asked.as_ref(), package_dir.as_deref());
        let hang = Hang {
            thread: Some(thread),
            ..self.explain_hang(&seen)
        };
        Report {
            // Nothing was looked for.
            coverage: Coverage::default(),
            ..self.cut_short(hang)
        }
    }
}

/// The threads beside the one that ends the process and this one, and the runtimes.
fn beside(tid: i32) -> Vec<Resource> {
    // What looking opens is nobody's.
    let _aside = sys::fds::untracked();
    let is_aside = |thread: &Resource| {
        let own = sys::proc_threads::tid();
        thread.is_thread_of(tid) || thread.is_thread_of(own)
    };
    let mut all = threads::list(None);
    all.retain(|thread| !is_aside(thread));
    all.extend(
        sources::others(None)
            .into_iter()
            .filter(|other| other.kind() == Kind::Fd),
    );
    sources::describe(&mut all);
    charge(&mut all, Watching::Nothing);
    all.retain(|found| {
        matches!(
            found.kind(),
            Kind::Thread | Kind::BlockingTask | Kind::Runtime
        )
    });
    all
}
