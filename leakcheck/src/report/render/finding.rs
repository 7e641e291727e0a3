//! One finding: what it is, where it was made and where it waits, and what to do about it.

use leakcheck_report::{plural, time};

use super::{
    cancelled,
    escape::plain,
    excerpt::{self, Place},
    follows,
    frame::{place, short},
    held, note,
    numbers::Numbers,
    totals::is_warning,
    waits, why,
};
use crate::{
    base::model::{Fact, Frame, HeldStream, Kind, Leak, Report, State, Waiting},
    report::explain::{self, Causes},
    settings::env::TraceLevel,
};

/// How many callers are shown before the rest is folded.
const CALLERS: usize = 8;

/// A finding of a report.
pub(super) struct Among<'a> {
    pub(super) report: &'a Report,
    pub(super) causes: &'a Causes<'a>,
    /// Its place.
    pub(super) at: usize,
    pub(super) trace: TraceLevel,
}

impl<'a> Among<'a> {
    pub(super) fn leak(&self) -> Option<&'a Leak> {
        self.report.leaks.get(self.at)
    }
}

/// One finding; without a report it is nobody's fault.
pub(super) fn finding(leak: &Leak, among: Option<&Among<'_>>, numbers: &Numbers<'_>) -> String {
    let created = leak.created_at.as_ref().map(|frame| Place {
        frame,
        label: made_here(leak),
    });
    let label = leak
        .waiting
        .as_ref()
        .map(|waiting| waits::label(waiting, leak.kind))
        .unwrap_or_default();
    let waits = leak.waiting.as_ref().and_then(waits::place);
    let waits = waits.map(|frame| Place {
        frame,
        label: &label,
    });
    let places: Vec<_> = created.into_iter().chain(waits).collect();
    excerpt::render(
        (&kind(leak, numbers), &facts(leak).join(", ")),
        &places,
        &notes(leak, among, numbers),
    )
}

fn kind(leak: &Leak, numbers: &Numbers<'_>) -> String {
    let kind = leak.kind.name().replace('_', " ") + &numbers.heading(leak);
    if is_warning(leak) {
        format!("warning: {kind}")
    } else {
        kind
    }
}

/// What is known of it, in the order in which it is shown.
fn facts(leak: &Leak) -> Vec<String> {
    let mut facts = Vec::new();
    facts.push(match (&leak.name, &leak.created_at, leak.kind) {
        (Some(name), _, Kind::Thread) => format!("\"{}\"", plain(name)),
        (Some(name), _, _) => plain(name),
        (None, Some(site), Kind::Task | Kind::BlockingTask) if !site.function.is_empty() => {
            format!("spawned in {}", plain(&site.function))
        }
        (None, _, Kind::Heap) => "memory".to_owned(),
        (None, Some(site), _) if !site.function.is_empty() => {
            format!("unnamed, started in {}", plain(&site.function))
        }
        (None, _, Kind::Task) if leak.stack.is_empty() && leak.polls.is_none() => {
            "counted by the runtime, not named".to_owned()
        }
        (None, _, _) => "unnamed".to_owned(),
    });
    facts.extend(
        leak.waiting
            .as_ref()
            .map(|waiting| plain(&waiting.state.to_string())),
    );
    facts.extend(leak.details().iter().map(|fact| plain(fact)));
    if let Some(tid) = leak.tid {
        facts.push(format!("tid {tid}"));
    }
    let is_new = |waiting: &Waiting| waiting.state == State::New;
    if let Some(polls) = leak.polls
        && !leak.waiting.as_ref().is_some_and(is_new)
    {
        let most = if leak.count > 1 { "up to " } else { "" };
        facts.push(match polls {
            0 => "never polled".to_owned(),
            1 => "polled once".to_owned(),
            2 => "polled twice".to_owned(),
            polls => format!("polled {most}{polls} times"),
        });
    }
    if let Some(age) = leak.age {
        let oldest = if leak.count > 1 { "the oldest " } else { "" };
        let age = time::taken(age);
        facts.push(match leak.kind {
            // Dead perhaps, and still there.
            Kind::Process => format!("{oldest}started {age} ago"),
            Kind::TempFile => format!("{oldest}made {age} ago"),
            _ => format!("{oldest}alive for {age}"),
        });
    }
    facts
}

fn notes(
    leak: &Leak,
    among: Option<&Among<'_>>,
    numbers: &Numbers<'_>,
) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    let panic = leak.panic.iter();
    notes.extend(panic.map(|panic| ("panicked", lines(panic))));
    notes.extend(cancelled::note(leak).map(|note| ("cancelled", note)));
    if let Some(waiting) = &leak.waiting {
        notes.extend(waits::notes(waiting, leak.kind, (leak.count, numbers)));
    }
    if !leak.created_through.is_empty() {
        notes.push(("through", through(&leak.created_through)));
    }
    if !leak.created_by.is_empty() {
        let report = among.map(|among| among.report);
        notes.push(("created by", callers(&leak.created_by, report)));
    }
    let note = leak.note.as_ref();
    notes.extend(note.map(|note| ("note", note::of_finding(note, leak.count))));
    notes.extend(held::note(leak, numbers).map(|note| ("note", note)));
    if let Some(among) = among {
        notes.extend(explanation(leak, among, numbers));
        let accept = leak.accept.iter();
        notes.extend(accept.map(|accept| ("to accept it", plain(accept))));
    }
    notes
}

/// What follows from it or from what it follows, which mistake it is, and what to do.
fn explanation(
    leak: &Leak,
    among: &Among<'_>,
    numbers: &Numbers<'_>,
) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    let Among {
        report, causes, at, ..
    } = *among;
    let follows = causes.follows(at);
    notes.extend(follows.map(|edge| ("follows", follows::why(report, leak, edge))));
    let followers = follows::lines(report, causes, at, numbers);
    if !followers.is_empty() && follows.is_none() && among.trace != TraceLevel::Full {
        notes.push(("with it", followers.join("\n")));
    }
    let found = explain::why(&report.leaks, at, causes);
    // Of a cause that stands in front.
    let told = found.filter(|_| follows.is_some());
    notes.extend(told.map(|found| ("why", why::sentence(found, leak))));
    let cure = match found {
        None if follows.is_none() && causes.is_awaited(at) => Some(why::AWAITED.to_owned()),
        _ => why::cure(found, leak, follows.is_some()),
    };
    notes.extend(cure.map(|cure| ("help", cure)));
    notes
}

/// A message line by line, as the panic of `assert_eq!` has it.
fn lines(message: &str) -> String {
    let lines: Vec<String> = message.lines().map(plain).collect();
    lines.join("\n")
}

/// What stands under the line where it was made.
fn made_here(leak: &Leak) -> &'static str {
    match (leak.kind, leak.created_through.is_empty()) {
        (Kind::Fd | Kind::TempFile, _) if is_of_others(leak) => "made by what was started here",
        (Kind::Task | Kind::BlockingTask, true) => "spawned here",
        (Kind::Task | Kind::BlockingTask, false) => "spawned inside this call",
        (Kind::Fd, true) => "opened here",
        (Kind::Fd, false) => "opened inside this call",
        (Kind::Custom, true) => "registered here",
        (Kind::Custom, false) => "registered inside this call",
        (Kind::Runtime, true) => "built here",
        (Kind::Runtime, false) => "built inside this call",
        (Kind::Heap, true) => "allocated here",
        (Kind::Heap, false) => "allocated inside this call",
        (Kind::Timer | Kind::TempFile, true) => "made here",
        (Kind::Timer | Kind::TempFile, false) => "made inside this call",
        (Kind::Process, true) if holds_pipe(leak) => "what it keeps open was made here",
        (Kind::Process, false) if holds_pipe(leak) => {
            "what it keeps open was made inside this call"
        }
        (_, true) => "started here",
        (_, false) => "started inside this call",
    }
}

/// Whether a closure or thread that was started at this place has made it.
fn is_of_others(leak: &Leak) -> bool {
    let site = leak.created_at.as_ref();
    !leak.stack.is_empty() && site.is_some_and(|site| !leak.stack.contains(site))
}

/// Whether it is a process that is known by what it keeps open, and the place is that of this.
fn holds_pipe(leak: &Leak) -> bool {
    let held = Fact::held(&leak.facts).map(|held| held.what);
    matches!(held, Some(HeldStream::Pipe | HeldStream::Socket))
}

fn callers(frames: &[Frame], report: Option<&Report>) -> String {
    let mut shown: Vec<String> = frames
        .iter()
        .take(CALLERS)
        .map(|frame| {
            let is_test = report
                .is_some_and(|report| report.subject.function.as_deref() == Some(&frame.function));
            let place = place(frame);
            match place {
                Some(place) if is_test => format!("{place} (this test)"),
                Some(place) => format!("{place} {}", short(&frame.function)),
                None => plain(&frame.function),
            }
        })
        .collect();
    if frames.len() > CALLERS {
        shown.push(plural::of(
            frames.len() - CALLERS,
            "more frame",
            "more frames",
        ));
    }
    shown.join("  <-  ")
}

/// The dependency's own frames, a line each: the innermost, which did it, and those next to the user's call.
fn through(frames: &[Frame]) -> String {
    const SHOWN: usize = 3;
    let line = |frame: &Frame| match place(frame) {
        Some(place) if frame.function.is_empty() => place,
        Some(place) => format!("{place} {}", short(&frame.function)),
        None => plain(&frame.function),
    };
    let mut lines: Vec<String> = frames.iter().map(line).collect();
    if lines.len() > SHOWN {
        let folded = plural::of(lines.len() - 2, "more frame", "more frames");
        lines.splice(1..lines.len() - 1, [folded]);
    }
    lines.join("\n")
}
