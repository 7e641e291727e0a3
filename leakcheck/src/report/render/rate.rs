//! Rates in words: how many began, within how long, and what to do.

use std::time::Duration;

use leakcheck_report::{plural, time};

use super::escape::plain;
use crate::base::model::{Begun, Breach, Limited, Remark, Report, Uncounted};

/// Whether it took so long that it says something of each second.
fn is_long(begun: Begun) -> bool {
    begun.within >= Duration::from_secs(1)
}

/// `412 tasks a second`, or `412 tasks in 52 ms`.
pub(super) fn much(breach: &Breach, begun: Begun) -> String {
    if is_long(begun) {
        format!("{} a second", plural::count(breach.peak, breach.kind()))
    } else {
        let count = plural::count(begun.count, breach.kind());
        format!("{count} in {}", time::taken(begun.within))
    }
}

/// What a limit is about, where that was not said with the number before it.
pub(super) fn per(begun: Begun) -> &'static str {
    if is_long(begun) { "" } else { " in a second" }
}

/// `824 tasks were spawned in 2 s of the body, which is 412 a second`.
pub(super) fn measured(breach: &Breach, begun: Begun) -> String {
    let least = if breach.is_exact() { "" } else { "at least " };
    let which = if is_long(begun) {
        format!(", which is {} a second", breach.peak)
    } else {
        String::new()
    };
    format!("{least}{}{which}", began(breach.limited, begun))
}

/// `824 tasks were spawned in 2 s of the body`.
fn began(limited: Limited, begun: Begun) -> String {
    let were = if begun.count == 1 { "was" } else { "were" };
    let count = plural::count(begun.count, limited.kind());
    let time = time::taken(begun.within);
    format!("{count} {were} {} in {time} of the body", verb(limited))
}

const fn verb(limited: Limited) -> &'static str {
    match limited {
        Limited::Task => "spawned",
        Limited::Thread | Limited::Process => "started",
        Limited::Fd => "opened",
    }
}

/// Why that happens.
pub(super) const fn usual(limited: Limited) -> &'static str {
    match limited {
        Limited::Task => {
            "each small piece of work gets a task of its own, or a loop spawns at every turn"
        }
        Limited::Thread => "each piece of work gets a thread of its own",
        Limited::Fd => "each request opens a connection or file of its own",
        Limited::Process => "each call starts a child of its own",
    }
}

/// What to do.
pub(super) const fn cure(limited: Limited) -> &'static str {
    match limited {
        Limited::Task => "let a few tasks that stay take the work from a channel",
        Limited::Thread => "give the work to a pool of fixed size",
        Limited::Fd => "keep connections and files open, and use them again",
        Limited::Process => "let one child do the work of several calls",
    }
}

/// What is known of a rate that cannot be told.
pub(super) fn unproven(limited: Limited, within: Duration) -> String {
    format!(
        "whether `rate({} = ..)` holds cannot be told: the bodies of the measured rounds took {} together, too short to say how \
         many {} are {} in a second; run more rounds, such as `repeat = \"1:100\"`",
        limited.word(),
        time::taken(within),
        plural::words(limited.kind()).1,
        verb(limited)
    )
}

/// The same where nothing could be counted.
pub(super) fn uncounted(limited: Limited, why: Uncounted) -> String {
    let why = match why {
        Uncounted::NoPaths => {
            "LEAKCHECK_TRACE=off takes no paths, by which tasks are told from other memory"
        }
        Uncounted::NoNames => {
            "what some of the memory was asked for is not known: functions have no names, or it has more paths than are kept"
        }
        Uncounted::Unseen(why) => why,
    };
    format!(
        "whether `rate({} = ..)` holds cannot be told: {why}",
        limited.word()
    )
}

/// What is said of them by itself, in a report that has nothing else to say.
pub(super) fn clean(report: &Report) -> impl Iterator<Item = String> {
    let is_of_rate =
        |note: &&Remark| matches!(note, Remark::RateUnproven(..) | Remark::RateUncounted(..));
    let notes = report.notes.iter().filter(is_of_rate);
    notes.map(|note| format!("`{}`: {note}", plain(report.subject.test())))
}
