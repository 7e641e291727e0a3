//! All that a report knows of one finding.

use std::time::Duration;

use leakcheck_report::{Pattern, plural, time};

use crate::{
    advisories::Release,
    causes::Causes,
    chain,
    escape::plain,
    finding::{Test, place},
    holders, mistake,
    report::{Leak, Level, Report, Why},
    telling::Telling,
};

/// A list of findings that a report has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    /// What was left.
    Left,
    /// What stands in the baseline.
    Known,
}

/// A finding of a stored report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored<'r> {
    pub(crate) report: &'r Report,
    pub(crate) list: List,
    /// Its place there.
    pub(crate) at: usize,
}

impl<'r> Stored<'r> {
    /// Those that it is among.
    pub(crate) fn leaks(&self) -> &'r [Leak] {
        match self.list {
            List::Left => &self.report.leaks,
            List::Known => &self.report.known,
        }
    }

    pub(crate) fn leak(&self) -> &'r Leak {
        &self.leaks()[self.at]
    }
}

/// Tells it, with the chain that it is in, and tells its cause as well. Returns the mistakes that both are.
pub(crate) fn tell(telling: &mut Telling<'_>, stored: Stored<'_>) -> Vec<Pattern> {
    let causes = Causes::of(stored.leaks());
    let cause = causes.cause(stored.at);
    telling.begin(stored.report.package.as_deref());
    finding(telling, stored);
    let chain = chain::lines(stored.leaks(), stored.at, &causes);
    if !chain.is_empty() {
        telling.line(2, "its cause, and what follows from that:");
        for line in chain {
            telling.line(2, &line);
        }
    }
    let mut all = vec![stored.leak()];
    if cause != stored.at {
        let cause = Stored {
            at: cause,
            ..stored
        };
        all.push(cause.leak());
        telling.line(0, "");
        telling.line(0, "the cause:");
        finding(telling, cause);
    }
    let whys = all.into_iter().filter_map(|leak| leak.why.as_ref());
    whys.filter_map(|why| Pattern::named(&why.pattern))
        .collect()
}

fn finding(telling: &mut Telling<'_>, stored: Stored<'_>) {
    let test = Test::of(stored.report);
    let location = &stored.report.location;
    telling.heading(&chain::named(stored.leak()));
    telling.line(
        2,
        &format!(
            "left by: {} of {}, {}:{}{}",
            plain(&test.name),
            plain(&test.suite()),
            plain(&location.file),
            location.line,
            standing(stored)
        ),
    );
    about(telling, stored.leak());
}

/// All that is known of it, apart from whose it is.
pub(crate) fn about(telling: &mut Telling<'_>, leak: &Leak) {
    if !leak.fingerprint.is_empty() {
        telling.line(2, &format!("fingerprint: {}", plain(&leak.fingerprint)));
    }
    if let Some(why) = &leak.why {
        self::why(telling, why);
    }
    if let Some(release) = Release::of(leak) {
        telling.line(2, &release.line());
    }
    if let Some(panic) = &leak.panic {
        telling.line(2, &format!("panicked unseen: {}", plain(panic)));
    }
    let facts = facts(leak);
    if !facts.is_empty() {
        telling.line(2, &facts.join(", "));
    }
    made(telling, leak);
    cancelled(telling, leak);
    waits(telling, leak);
    for kept in &leak.held {
        holders::tell(telling, &holders::kept(kept));
    }
    if let Some(accept) = &leak.accept {
        telling.line(2, &format!("to accept it: {}", plain(accept)));
    }
}

/// A mistake, and what to do about it.
pub(crate) fn why(telling: &mut Telling<'_>, why: &Why) {
    telling.line(2, &mistake::line(why));
    if !why.help.is_empty() {
        telling.line(2, &format!("help: {}", plain(&why.help)));
    }
}

fn standing(stored: Stored<'_>) -> &'static str {
    match stored.leak().level {
        _ if stored.list == List::Known => "; known by the baseline",
        Level::Warn => "; only warned of",
        Level::Deny => "",
    }
}

/// What else is known of it, each in few words.
pub(crate) fn facts(leak: &Leak) -> Vec<String> {
    let mut facts: Vec<String> = leak.state.iter().map(|state| plain(state)).collect();
    if leak.tasks.len() > 1 {
        let tasks: Vec<String> = leak.tasks.iter().map(u64::to_string).collect();
        facts.push(format!("tasks {}", plural::all_of(&tasks)));
    }
    facts.extend(leak.details.iter().map(|detail| plain(detail)));
    facts.extend(leak.tid.map(|tid| format!("tid {tid}")));
    let polls = leak
        .polls
        .map(|polls| usize::try_from(polls).unwrap_or(usize::MAX));
    facts.extend(polls.map(|polls| format!("polled {}", plural::of(polls, "time", "times"))));
    let age = leak.age_ms.map(Duration::from_millis);
    facts.extend(age.map(|age| format!("alive for {}", time::taken(age))));
    facts
}

fn made(telling: &mut Telling<'_>, leak: &Leak) {
    match &leak.created_at {
        Some(site) => telling.place(2, "made at ", site),
        None => telling.line(2, "where it was made is not known"),
    }
    telling.stack("through dependencies", &leak.created_through);
    telling.stack("created by", &leak.created_by);
}

/// Where the body was cancelled when it was left first, and how often else.
fn cancelled(telling: &mut Telling<'_>, leak: &Leak) {
    let Some((first, others)) = leak.cancelled.split_first() else {
        return;
    };
    let more = match others.len() {
        0 => String::new(),
        more => format!(", and at {}", plural::of(more, "more", "more")),
    };
    let what = format!(
        "left when the body was cancelled at await {}{more}",
        first.number
    );
    match &first.at {
        Some(at) => telling.place(2, &format!("{what}: "), at),
        None => telling.line(2, &what),
    }
    telling.stack("where the body stood", &first.waits_at);
}

fn waits(telling: &mut Telling<'_>, leak: &Leak) {
    if let Some(at) = &leak.waits_in {
        telling.place(2, "waits at ", at);
    }
    if let Some(awaited) = &leak.waits_for {
        holders::tell(telling, &holders::awaited(awaited));
    }
    if let Some(own) = &leak.keeps_own_handle {
        holders::tell(telling, &[holders::own_handle(own)]);
    }
    if let Some(unread) = &leak.unread {
        telling.line(2, &format!("note: {}", plain(unread)));
    }
    let is_whole = leak.waits_at.len() != 1 || leak.waits_at.iter().any(|at| place(at).is_none());
    if is_whole || leak.waits_in.is_none() {
        telling.stack("where it waits", &leak.waits_at);
    }
}
