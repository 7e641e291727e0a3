//! What follows from a cause, a line each, and why.

use leakcheck_report::plural;

use super::{escape::plain, frame::place, numbers::Numbers, totals::is_warning, waits};
use crate::{
    base::model::{Fact, Kind, Leak, Report, Tie},
    report::explain::{Causes, Edge, Link},
};

/// Followers of one cause that are told.
const SHOWN: usize = 12;

/// All that follows from this cause.
pub(super) fn lines(
    report: &Report,
    causes: &Causes<'_>,
    cause: usize,
    numbers: &Numbers<'_>,
) -> Vec<String> {
    let followers = causes.followers(cause);
    let mut lines: Vec<String> = followers
        .iter()
        .take(SHOWN)
        .filter_map(|at| {
            let leak = report.leaks.get(*at)?;
            let edge = causes.follows(*at)?;
            let above = report.leaks.get(edge.to)?;
            let other = if edge.to == cause {
                Other::above(above)
            } else {
                Other::elsewhere(above)
            };
            let because = in_words(leak, edge, &other);
            Some(format!("{}: {because}", what(leak, numbers)))
        })
        .collect();
    if followers.len() > SHOWN {
        let more = followers.len() - SHOWN;
        lines.push(plural::of(more, "more finding", "more findings"));
    }
    lines
}

/// Kind, name and the place where it was made: ``task 5 `app::serve` (src/app.rs:31)``.
fn what(leak: &Leak, numbers: &Numbers<'_>) -> String {
    let site = leak.created_at.as_ref().and_then(place);
    let site = site.map_or_else(String::new, |site| format!(" ({site})"));
    named(leak, numbers) + &site
}

/// Kind and name: ``task 5 `app::serve` ``.
pub(super) fn named(leak: &Leak, numbers: &Numbers<'_>) -> String {
    let warning = if is_warning(leak) { "warning: " } else { "" };
    let kind = leak.kind.name().replace('_', " ");
    let number = Fact::descriptor(&leak.facts).map(|number| format!(" {number}"));
    let name = leak.name.iter().map(|name| match leak.kind {
        Kind::Thread => format!(" \"{}\"", plain(name)),
        Kind::Task | Kind::BlockingTask => format!(" `{}`", plain(name)),
        _ => format!(", {}", plain(name)),
    });
    let parts: String = number.into_iter().chain(name).collect();
    format!("{warning}{kind}{}{parts}", numbers.heading(leak))
}

/// Why a finding follows from another that is told elsewhere, in words that come after what it is.
pub(super) fn because(leak: &Leak, edge: Edge<'_>, other: &Leak) -> String {
    in_words(leak, edge, &Other::elsewhere(other))
}

fn in_words(leak: &Leak, edge: Edge<'_>, other: &Other) -> String {
    let (waits, closes, is) = match leak.count {
        1 => ("waits", "closes", "is"),
        _ => ("wait", "close", "are"),
    };
    let at = leak.waiting.as_ref().and_then(waits::place).and_then(place);
    let at = at.map_or_else(String::new, |at| format!(" at {at}"));
    let Other { subject, owner, .. } = other;
    let does = |one: &'static str, many: &'static str| if other.is_one { one } else { many };
    match edge.link {
        Link::Depends(found) => match found.tie {
            Tie::End if edge.is_only => format!("{waits}{at} for {owner} end"),
            Tie::End => format!("{waits}{at} for {owner} end, among others"),
            Tie::Sender if edge.is_only => {
                format!("{waits}{at} for what only {subject} can send")
            }
            Tie::Sender => format!("{waits}{at} for what {subject} can send, and others"),
            Tie::Pipe => format!("{waits}{at} for what only {subject} can write"),
            Tie::Queue => format!(
                "{waits}{at} for a reply whose sender is in a message that {subject} {} not received",
                does("has", "have")
            ),
            Tie::Lock => format!(
                "{waits}{at} for a lock that {subject} {}{}",
                does("has", "have"),
                if edge.is_only { "" } else { ", among others" }
            ),
            Tie::Kept => {
                let local = found.local.as_deref().filter(|local| !local.is_empty());
                let local =
                    local.map_or_else(String::new, |local| format!(" in `{}`", plain(local)));
                format!(
                    "{waits}{at} for what {subject} probably {}{local}",
                    does("has", "have")
                )
            }
            Tie::Line => format!("{waits}{at} for a lock, behind {subject} in its queue"),
            Tie::Parked => format!(
                "{waits}{at} for a lock, behind a future in its queue that {subject} {} not poll",
                does("does", "do")
            ),
            Tie::Receiver => format!(
                "{waits}{at} until {subject} {}",
                does("receives", "receive")
            ),
            Tie::Token if edge.is_only => format!(
                "{waits}{at} for the cancellation of a token that only {subject} could cancel"
            ),
            Tie::Token => format!(
                "{waits}{at} for the cancellation of a token that {subject} could cancel, and others"
            ),
            Tie::Closed => format!(
                "{waits}{at} until {subject} {} receiving",
                does("stops", "stop")
            ),
        },
        Link::Exit => format!("{waits}{at} for {owner} end"),
        Link::FarEnd => format!("{is} at the other end of {owner} connection, and {waits}{at}"),
        Link::Pipe => format!("{is} at the other end of {owner} pipe, and {waits}{at}"),
        Link::Closes => format!("{closes} when {subject} {}", does("ends", "end")),
        Link::ClosesWithSeveral => match leak.count {
            1 => format!("{closes} when all that have it end"),
            _ => format!("{closes} when those that have each end"),
        },
        Link::Used(call) => format!(
            "{is} what {subject} {} blocked on, in {}",
            does("is", "are"),
            plain(call)
        ),
    }
}

/// What a finding follows from, as the words of a sentence.
struct Other {
    /// `task 5`
    subject: String,
    /// `task 5's`
    owner: String,
    is_one: bool,
}

impl Other {
    /// The cause under which this is told.
    fn above(cause: &Leak) -> Self {
        let is_one = cause.count == 1;
        let (subject, owner) = if is_one {
            ("it", "its")
        } else {
            ("they", "their")
        };
        Self {
            subject: subject.to_owned(),
            owner: owner.to_owned(),
            is_one,
        }
    }

    /// One that is told elsewhere.
    fn elsewhere(leak: &Leak) -> Self {
        let kind = leak.kind.name().replace('_', " ");
        let number = Fact::descriptor(&leak.facts);
        let subject = match (&leak.tasks[..], number, leak.count) {
            ([0], None, 1) => "the body".to_owned(),
            ([task], None, 1) => format!("{kind} {task}"),
            (_, Some(number), 1) => format!("{kind} {number}"),
            (_, _, 1) => format!("that {kind}"),
            (_, _, count) => format!("those {}", plural::count(count, leak.kind)),
        };
        let is_one = leak.count == 1;
        let s = if is_one { "'s" } else { "'" };
        Self {
            owner: format!("{subject}{s}"),
            subject,
            is_one,
        }
    }
}

/// The same of a finding that is told by itself.
pub(super) fn why(report: &Report, leak: &Leak, edge: Edge<'_>) -> String {
    let other = report.leaks.get(edge.to);
    other.map_or_else(String::new, |other| because(leak, edge, other))
}
