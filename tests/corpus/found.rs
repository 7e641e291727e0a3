//! What a report says, in the words of the marks.

use leakcheck_tests::{Awaited, Frame, Holder, Leak, Report};

use crate::{
    annotations::EVENTS,
    finding::{self, At, Event, Finding, Site, Waiting},
};

/// What a report found.
pub(crate) fn findings(report: &Report) -> Vec<Finding> {
    let own = own_of(report);
    report
        .leaks
        .iter()
        .map(|leak| Finding {
            why: why(report, leak),
            ..finding(leak, &own)
        })
        .collect()
}

/// The pattern, or what it follows from.
fn why(report: &Report, leak: &Leak) -> String {
    match (&leak.follows, &leak.why) {
        (Some(follows), _) => format!("follows {}", report.leaks[follows.leak].kind),
        (None, Some(why)) => why.pattern.clone(),
        (None, None) => "unknown".to_owned(),
    }
}

/// The path of the file of a test, with which the names of its functions begin.
pub(crate) fn own_of(report: &Report) -> String {
    let module = report.test.split("::").next().unwrap_or_default();
    format!("corpus::{module}::")
}

/// File and line of a frame.
pub(crate) fn site_of(frame: &Frame) -> Option<Site> {
    frame.file.clone().zip(frame.line)
}

/// One entry; names lose `own`, the path of the file.
pub(crate) fn finding(leak: &Leak, own: &str) -> Finding {
    let name = leak.name.as_deref();
    Finding {
        why: String::new(),
        kind: leak.kind.clone(),
        name: name.map(|name| short(name, own)),
        site: leak.created_at.as_ref().and_then(site_of),
        count: leak.count,
        cancelled: leak.cancelled.first().map(|first| {
            let at = first.at.as_ref().and_then(site_of);
            (at.unwrap_or_default(), leak.cancelled.len())
        }),
        waiting: leak.state.is_some().then(|| {
            waiting(
                leak.state.as_deref(),
                &leak.waits_at,
                leak.waits_for.as_ref(),
                own,
            )
        }),
    }
}

fn short(name: &str, own: &str) -> String {
    name.strip_prefix(own).unwrap_or(name).to_owned()
}

/// Where something waits and for what.
pub(crate) fn waiting(
    state: Option<&str>,
    waits_at: &[Frame],
    first: Option<&Awaited>,
    own: &str,
) -> Waiting {
    let others = first.iter().flat_map(|first| &first.or);
    let mut events: Vec<Event> = first
        .into_iter()
        .chain(others)
        .map(|event| awaited(event, own))
        .collect();
    events.sort();
    Waiting {
        state: state.map(without_numbers),
        at: at(waits_at),
        events,
        is_forever: first.is_some_and(|first| first.never == Some(true)),
    }
}

/// `read(fd *)` for `read(fd 7)`.
fn without_numbers(state: &str) -> String {
    let Some((call, rest)) = state.split_once('(') else {
        return state.to_owned();
    };
    let unit = rest
        .trim_end_matches(')')
        .trim_end_matches(|c: char| c.is_ascii_digit());
    format!("{call}({unit}*)")
}

/// The innermost frame of the corpus, else the innermost of all.
fn at(frames: &[Frame]) -> At {
    let of_corpus = |site: &Site| site.0.starts_with("corpus/");
    match (frames.iter().filter_map(site_of).find(of_corpus), frames) {
        (Some(site), _) => At::Line(site),
        (None, [first, ..]) => At::Library(first.function.clone()),
        (None, []) => At::Nowhere,
    }
}

fn awaited(awaited: &Awaited, own: &str) -> Event {
    let mut held_by: Vec<_> = awaited
        .held_by
        .iter()
        .map(|holder| held(holder, own))
        .collect();
    held_by.sort();
    Event {
        what: word(&awaited.what).to_owned(),
        held_by,
    }
}

/// The word of the marks for this event, else what the report says.
fn word(what: &str) -> &str {
    let is_meant = |text: &str| match text.strip_suffix('*') {
        Some(beginning) => what.starts_with(beginning),
        None => what == text,
    };
    let known = EVENTS.iter().find(|(_, text, _)| is_meant(text));
    known.map_or(what, |(word, ..)| word)
}

fn held(holder: &Holder, own: &str) -> finding::Holder {
    let site = holder.at.as_ref().and_then(site_of);
    // Others of the same name may be anywhere in the corpus.
    let name = match (&*holder.kind, holder.name.rsplit("::").next()) {
        (kind @ ("static" | "thread-local"), Some(name)) => format!("{kind} {name}"),
        ("thread", _) => format!("thread {}", holder.name),
        _ => short(&holder.name, own),
    };
    finding::Holder {
        is_body: holder.body,
        is_certain: holder.certain,
        ..finding::Holder::new(holder.itself, name, holder.local.clone(), site)
    }
}
