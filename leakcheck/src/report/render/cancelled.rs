//! Bodies that were cancelled, in words: where, what that means for what is left, and how many awaits were tried.

use std::fmt::Write as _;

use leakcheck_report::{plural, time};

use super::{
    escape::plain,
    frame::{place, short},
    waits,
};
use crate::{
    base::model::{
        CancelExtent, CancelFault, Cancellations, CancelledAt, CodeOwner, Event, Frame, Leak,
        Report, Waiting,
    },
    report::explain::Outlives,
};

/// Frames of the body that are shown.
const SHOWN: usize = 5;

/// The line of the await.
pub(super) fn at(at: &CancelledAt) -> Option<&Frame> {
    at.waiting.as_ref().and_then(waits::place)
}

/// `its 3rd await, at src/client.rs:41`.
pub(super) fn its(cancelled: &CancelledAt) -> String {
    let number = ordinal(cancelled.number);
    match at(cancelled).and_then(place) {
        Some(place) => format!("its {number} await, at {place}"),
        None => format!("its {number} await"),
    }
}

/// When all of this was left, or how much of it; nothing where that was at the end of the body.
pub(super) fn when(report: &Report, left: &[&Leak]) -> Option<String> {
    let all = report.cancellations.as_ref()?;
    let mut of_runs = left.iter().filter(|leak| !leak.cancelled.is_empty());
    let things = |leak: &&&Leak| leak.count;
    let number: usize = of_runs.clone().map(|leak| things(&leak)).sum();
    let first = of_runs.next()?;
    let of_runs = of_runs.chain([first]).flat_map(|leak| &leak.cancelled);
    let mut runs: Vec<&CancelledAt> = of_runs.collect();
    runs.sort_by_key(|at| at.number);
    runs.dedup_by_key(|at| at.number);
    let earliest = runs.first()?;
    let how_much = if left.iter().all(|leak| !leak.cancelled.is_empty()) {
        String::new()
    } else {
        format!(", {number} of them")
    };
    let awaits = all.awaits.max(all.cancelled) as usize;
    let place = match runs.len() {
        1 => format!("at {}", its(earliest)),
        number if !is_left_each_time(left, number) => {
            format!(
                "at {number} of its {awaits} awaits, not all of it at each of them, first at {}",
                its(earliest)
            )
        }
        number if number == awaits => {
            format!("at each of its {awaits} awaits, first at {}", its(earliest))
        }
        number => {
            format!(
                "at {number} of its {awaits} awaits, first at {}",
                its(earliest)
            )
        }
    };
    Some(format!("{how_much} when it was cancelled {place}"))
}

/// Whether each of those that were left by a cancelled body was left by so many.
fn is_left_each_time(left: &[&Leak], times: usize) -> bool {
    let mut of_runs = left.iter().filter(|leak| !leak.cancelled.is_empty());
    of_runs.all(|leak| leak.cancelled.len() == times)
}

/// Where the body was cancelled each time that this was left.
pub(super) fn note(leak: &Leak) -> Option<String> {
    let (first, others) = leak.cancelled.split_first()?;
    let mut text = format!("at its {} await", ordinal(first.number));
    if let Some(waiting) = &first.waiting {
        if let [event] = waiting.events() {
            let event = match event.event() {
                // When it would have fired is another time at each run.
                Event::Timer { .. } => "a timer".to_owned(),
                event => plain(&event.to_string()),
            };
            let _ = write!(text, ", where it waited for {event}");
        }
        text += &chain(waiting);
    }
    if !others.is_empty() {
        let numbers: Vec<u32> = others.iter().map(|at| at.number).collect();
        let _ = write!(text, "\nand at its {}", ordinals(&numbers));
    }
    Some(text)
}

/// From the line of the await to the body: `: src/pool.rs:41 Pool::get  <-  tests/pool.rs:17 reconnects`.
fn chain(waiting: &Waiting) -> String {
    let is_own = |frame: &&Frame| frame.owner == CodeOwner::User;
    let mut frames: Vec<&Frame> = waiting.stack.iter().filter(is_own).collect();
    if frames.is_empty() {
        frames.extend(waits::place(waiting));
    }
    let line = |frame: &&Frame| Some(format!("{} {}", place(frame)?, short(&frame.function)));
    let mut lines: Vec<String> = frames.iter().filter_map(line).collect();
    if lines.len() > SHOWN {
        let folded = plural::of(lines.len() - SHOWN + 1, "more frame", "more frames");
        lines.splice(SHOWN - 2..lines.len() - 1, [folded]);
    }
    match lines.len() {
        0 => String::new(),
        _ => format!(": {}", lines.join("  <-  ")),
    }
}

/// Behind what happened: where the body stood, and why that leaves this.
pub(super) fn detail(leak: &Leak, outlives: Outlives) -> Option<String> {
    let first = leak.cancelled.first()?;
    let place = at(first).and_then(place);
    let place = place.map_or_else(
        || format!(", at its {} await", ordinal(first.number)),
        |place| format!(", while it waited at {place}"),
    );
    let because = match outlives {
        Outlives::Task => ": dropping a `JoinHandle` does not end its task",
        Outlives::Closure => ": a blocking closure cannot be cancelled",
        Outlives::Thread => ": dropping a `JoinHandle` does not end its thread",
        Outlives::Process => ": dropping a `Child` does not end its process",
        Outlives::Owned => "",
    };
    Some(place + because)
}

/// What to do so that it ends with the body.
pub(super) const fn cure(outlives: Outlives) -> &'static str {
    match outlives {
        Outlives::Task => {
            "let something end it that is dropped with the body, and make that before the next `.await`: a `JoinSet`, \
             `AbortOnDropHandle` of tokio-util, or the `DropGuard` of a `CancellationToken`"
        }
        Outlives::Closure => {
            "let the closure look at a flag or a channel, and let something set or close that which is dropped with the body"
        }
        Outlives::Thread => {
            "let something that is dropped with the body tell the thread to stop, and join it: a guard of your own, or a \
             channel that closes"
        }
        Outlives::Process => {
            "start it with `kill_on_drop(true)` of tokio, or let the `Drop` of something that the body has kill it and wait \
             for it"
        }
        Outlives::Owned => {
            "let something own it that is dropped with the body, and make that before the next `.await`"
        }
    }
}

/// What a run that was cancelled came to instead, in one sentence.
pub(super) fn failure(report: &Report) -> Option<String> {
    let failed = report.cancellations.as_ref()?.failed.as_ref()?;
    let test = plain(report.subject.test());
    let its = its(&failed.at);
    Some(match failed.fault {
        CancelFault::DropPanicked => {
            format!(
                "`{test}` panicked when it was cancelled at {its}: something that is dropped with its body panics"
            )
        }
        CancelFault::DropHung => format!(
            "`{test}` hangs when it is cancelled at {its}: something that is dropped with its body does not come back"
        ),
        CancelFault::BodyFailed => format!(
            "`{test}` failed when it ran again to be cancelled at {its}: what it sets up has to be repeatable"
        ),
    })
}

/// What to do about it, where no thread is to be looked at.
pub(super) fn help(report: &Report) -> Option<&'static str> {
    let failed = report.cancellations.as_ref()?.failed.as_ref()?;
    match failed.fault {
        CancelFault::DropPanicked => Some(
            "let that `Drop` tell it in another way: one that panics while something else does ends the whole process",
        ),
        CancelFault::BodyFailed => Some(
            "give each run ports, folders and names of its own, and leave no static changed; a test that cannot be run again \
             goes without `cancel`",
        ),
        CancelFault::DropHung => None,
    }
}

/// What became of a body that left nothing behind.
pub(super) fn clean(report: &Report) -> Option<String> {
    let all = report.cancellations.as_ref()?;
    let test = plain(report.subject.test());
    Some(match (all.cancelled, all.awaits) {
        (0, 0) => format!("`{test}` was not cancelled: its body never waits"),
        (0, awaits) => format!(
            "`{test}` was not cancelled: its body has {}, and none of those that were asked for",
            plural::of(awaits as usize, "await", "awaits")
        ),
        _ => format!(
            "`{test}` left nothing behind when it was cancelled {}",
            tried(all)
        ),
    })
}

/// How many awaits were tried, for a report that has something else to say.
pub(super) fn remark(report: &Report) -> Option<String> {
    let all = report.cancellations.as_ref()?;
    Some(format!("its body was cancelled {}", tried(all)))
}

/// `at each of its 12 awaits, in 34 ms`.
fn tried(all: &Cancellations) -> String {
    let took = time::taken(all.took);
    let awaits = all.awaits.max(all.cancelled);
    let some = |why: String| {
        let of = plural::of(awaits as usize, "await", "awaits");
        match (all.cancelled, awaits) {
            (1, 1) => format!("at its only await, {why}"),
            _ => format!("at {} of its {of}, {why}", all.cancelled),
        }
    };
    match all.extent {
        CancelExtent::Spread => some(format!("evenly spread, in {took}")),
        CancelExtent::OutOfTime(limit) => some(format!(
            "until its time limit of {} was over (`cancel_within`)",
            time::taken(limit)
        )),
        CancelExtent::All if all.cancelled < awaits || all.failed.is_some() => {
            some(format!("in {took}"))
        }
        CancelExtent::All if awaits == 1 => format!("at its only await, in {took}"),
        CancelExtent::All => format!("at each of its {awaits} awaits, in {took}"),
    }
}

/// `1st`, `2nd`, `11th`.
fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// `2nd, 4th to 7th and 9th await`, of sorted numbers.
fn ordinals(numbers: &[u32]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for run in numbers.chunk_by(|one, next| one + 1 == *next) {
        match run {
            [first, _, .., last] => {
                parts.push(format!("{} to {}", ordinal(*first), ordinal(*last)));
            }
            few => parts.extend(few.iter().map(|number| ordinal(*number))),
        }
    }
    let last = parts.pop().unwrap_or_default();
    let all = match parts.len() {
        0 => last,
        _ => format!("{} and {last}", parts.join(", ")),
    };
    format!("{all} await")
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_order() {
        let all = [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111];
        let told: Vec<_> = all.iter().map(|number| ordinal(*number)).collect();
        let expected = [
            "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th",
        ];
        assert_eq!(told, expected);
        assert_eq!(ordinals(&[2]), "2nd await");
        assert_eq!(ordinals(&[2, 3]), "2nd and 3rd await");
        assert_eq!(
            ordinals(&[2, 4, 5, 6, 7, 9]),
            "2nd, 4th to 7th and 9th await"
        );
    }
}
