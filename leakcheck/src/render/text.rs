//! The report that a person reads. Every sentence of it stands here or in `explain`.

use std::fmt::Write;

use super::{
    escape::plain,
    excerpt::{self, Place},
    hang, plural, waits,
};
use crate::{
    env::TraceLevel,
    explain,
    model::{Body, Frame, Kind, Leak, Level, Report, Seen, Verdict},
};

/// How many callers are shown before the rest is folded.
const CALLERS: usize = 8;

/// Renders a report; empty where there is nothing to say.
pub(super) fn render(report: &Report, trace: TraceLevel) -> String {
    let mut out = String::new();
    if let Some(hang) = &report.hang {
        hang::render(&mut out, report, hang);
    }
    match report.verdict {
        Verdict::Clean | Verdict::Lingering if report.hang.is_none() => return out,
        Verdict::Clean | Verdict::Lingering => {}
        Verdict::Leaked => {
            if report.hang.is_some() {
                out.push('\n');
            }
            headline(&mut out, report);
        }
        // No check was made at all.
        Verdict::Inconclusive if is_cut_short(report) => {}
        Verdict::Inconclusive => {
            let _ = writeln!(
                out,
                "leakcheck: the check of `{}` is inconclusive",
                plain(report.subject.test())
            );
        }
    }
    for leak in &report.leaks {
        let _ = writeln!(out, "\n{}", finding(leak, Some(report)));
        if trace == TraceLevel::Full {
            stack(&mut out, leak);
        }
    }
    out.push('\n');
    known(&mut out, report);
    ignored(&mut out, report);
    coverage(&mut out, report);
    for note in &report.notes {
        let _ = writeln!(out, "note: {note}");
    }
    footer(&mut out, report, trace);
    out
}

/// Renders the live tasks of a runtime.
pub(super) fn tasks(tasks: &[Leak]) -> String {
    let count = tasks.iter().map(Leak::count).sum();
    let mut out = format!(
        "leakcheck: {}\n",
        plural::of(count, "live task", "live tasks")
    );
    for task in tasks {
        let _ = writeln!(out, "\n{}", finding(task, None));
    }
    out
}

fn headline(out: &mut String, report: &Report) {
    let left: Vec<&Leak> = report
        .leaks
        .iter()
        .filter(|leak| leak.panic.is_none())
        .collect();
    let all = left.iter().map(|leak| leak.count).sum::<usize>();
    let parts = totals(left);
    let what = match parts.as_slice() {
        [only] => only.clone(),
        several => format!("{all} things behind ({})", several.join(", ")),
    };
    let behind = if parts.len() == 1 { " behind" } else { "" };
    let but = match report.body {
        Body::Panicked => "; what fails it is its own panic",
        Body::Failed => "; what fails it is its own error",
        Body::TimedOut => "; what fails it is that its body hangs",
        _ if report.leaks.iter().all(is_warning) => ", which is a warning and does not fail it",
        _ => "",
    };
    let left = (all > 0).then(|| {
        let time = plural::time(report.waited);
        format!("left {what}{behind} after waiting {time}")
    });
    let panics = report.leaks.iter().filter(|leak| leak.panic.is_some());
    let panicked = match panics.map(Leak::count).sum() {
        0 => None,
        1 => Some("had 1 task that panicked unseen".to_owned()),
        count => Some(format!("had {count} tasks that panicked unseen")),
    };
    let said: Vec<String> = left.into_iter().chain(panicked).collect();
    let _ = writeln!(
        out,
        "leakcheck: `{}` {}{but}",
        plain(report.subject.test()),
        said.join(", and ")
    );
}

fn is_warning(leak: &Leak) -> bool {
    leak.level == Level::Warn
}

/// Whether the process ends before anything could be checked.
fn is_cut_short(report: &Report) -> bool {
    report
        .hang
        .as_ref()
        .is_some_and(|hang| hang.ended.is_some())
}

/// How many there are of each kind: `2 tasks`, `1 thread`.
pub(super) fn totals<'l>(leaks: impl IntoIterator<Item = &'l Leak>) -> Vec<String> {
    let mut totals: Vec<(Kind, usize)> = Vec::new();
    for leak in leaks {
        match totals.iter_mut().find(|(kind, _)| *kind == leak.kind) {
            Some((_, count)) => *count += leak.count,
            None => totals.push((leak.kind, leak.count)),
        }
    }
    totals
        .iter()
        .map(|(kind, count)| plural::count(*count, *kind))
        .collect()
}

/// One finding; without a report it is nobody's fault.
pub(super) fn finding(leak: &Leak, report: Option<&Report>) -> String {
    let kind = match (leak.count, leak.kind) {
        (1, kind) => kind.name().replace('_', " "),
        (count, kind) => format!("{} ×{count}", kind.name().replace('_', " ")),
    };
    let kind = if is_warning(leak) {
        format!("warning: {kind}")
    } else {
        kind
    };
    let mut facts = Vec::new();
    facts.push(match (&leak.name, &leak.created_at, leak.kind) {
        (Some(name), _, Kind::Thread) => format!("\"{}\"", plain(name)),
        (Some(name), _, _) => plain(name),
        (None, Some(site), Kind::Task | Kind::BlockingTask) if !site.function.is_empty() => {
            format!("spawned in {}", plain(&site.function))
        }
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
    facts.extend(leak.facts.iter().map(|fact| plain(fact)));
    if let Some(tid) = leak.tid {
        facts.push(format!("tid {tid}"));
    }
    if let Some(polls) = leak.polls {
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
        let age = plural::time(age);
        facts.push(match leak.kind {
            // Dead perhaps, and still there.
            Kind::Process => format!("{oldest}started {age} ago"),
            _ => format!("{oldest}alive for {age}"),
        });
    }
    let mut notes = Vec::new();
    let panic = leak.panic.iter();
    notes.extend(panic.map(|panic| ("panicked", plain(panic))));
    if let Some(waiting) = &leak.waiting {
        notes.extend(waits::notes(waiting, leak.kind));
    }
    if !leak.created_through.is_empty() {
        notes.push(("through", through(&leak.created_through)));
    }
    if !leak.created_by.is_empty() {
        notes.push(("created by", callers(&leak.created_by, report)));
    }
    notes.extend(leak.note.iter().map(|note| ("note", note.clone())));
    if report.is_some() {
        notes.extend(explain::help(leak).map(|help| ("help", help)));
        let accept = leak.accept.iter();
        notes.extend(accept.map(|accept| ("to accept it", plain(accept))));
    }
    let label = match (leak.kind, leak.created_through.is_empty()) {
        (Kind::Task | Kind::BlockingTask, true) => "spawned here",
        (Kind::Task | Kind::BlockingTask, false) => "spawned inside this call",
        (Kind::Fd, true) => "opened here",
        (Kind::Fd, false) => "opened inside this call",
        (Kind::Custom, true) => "registered here",
        (Kind::Custom, false) => "registered inside this call",
        (Kind::Runtime, true) => "built here",
        (Kind::Runtime, false) => "built inside this call",
        (Kind::Timer, true) => "made here",
        (Kind::Timer, false) => "made inside this call",
        (_, true) => "started here",
        (_, false) => "started inside this call",
    };
    let created = leak.created_at.as_ref().map(|frame| Place { frame, label });
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
    excerpt::render((&kind, &facts.join(", ")), &places, &notes)
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

pub(super) fn place(frame: &Frame) -> Option<String> {
    match (&frame.file, frame.line) {
        (Some(file), Some(line)) => Some(format!("{}:{line}", plain(file))),
        (Some(file), None) => Some(plain(file)),
        _ => None,
    }
}

/// The last two segments of a path: `Pool::connect`; of a trait's method those of the type and the method.
pub(super) fn short(function: &str) -> String {
    let (owner, method) = match function
        .strip_prefix('<')
        .and_then(|rest| rest.split_once(" as "))
    {
        Some((owner, rest)) => (owner, rest.rsplit("::").next().unwrap_or(rest)),
        None => function.rsplit_once("::").unwrap_or(("", function)),
    };
    let owner = owner.split('<').next().unwrap_or(owner);
    let owner = owner.rsplit("::").next().unwrap_or(owner);
    let separator = if owner.is_empty() { "" } else { "::" };
    plain(&format!("{owner}{separator}{method}"))
}

fn stack(out: &mut String, leak: &Leak) {
    let _ = writeln!(out, "  creation stack, innermost first:");
    for (number, frame) in leak.stack.iter().enumerate() {
        let function = if frame.function.is_empty() {
            "(no name)"
        } else {
            &frame.function
        };
        let _ = writeln!(out, "  {number:>4}: {}", plain(function));
        if let Some(place) = place(frame) {
            let _ = writeln!(out, "        at {place}");
        }
    }
}

/// What stands in the baseline, a line each.
fn known(out: &mut String, report: &Report) {
    for leak in &report.known {
        let name = leak.name.iter().map(|name| match leak.kind {
            Kind::Thread => format!("\"{}\"", plain(name)),
            _ => plain(name),
        });
        let site = leak.created_at.iter();
        let site = site.filter_map(|site| {
            let place = place(site)?;
            Some(format!("{place} {}", short(&site.function)))
        });
        let what: Vec<String> = name.chain(site).collect();
        let colon = if what.is_empty() { "" } else { ": " };
        let _ = writeln!(
            out,
            "known, not failing: {} by the baseline{colon}{}",
            plural::count(leak.count, leak.kind),
            what.join(", ")
        );
    }
}

fn ignored(out: &mut String, report: &Report) {
    for entry in &report.ignored {
        let list = if entry.built_in {
            "known worker, not failing"
        } else {
            "accepted"
        };
        let reason = if entry.reason.is_empty() {
            String::new()
        } else {
            format!(": {}", entry.reason)
        };
        let source = entry.source.as_ref();
        let source = source.map_or_else(String::new, |source| format!(" ({})", plain(source)));
        let _ = writeln!(
            out,
            "{list}: {} by {}{source}{reason}",
            plural::count(entry.count, entry.kind),
            entry.rule
        );
    }
}

fn coverage(out: &mut String, report: &Report) {
    for (kind, seen) in report.coverage.iter() {
        match seen {
            Seen::Partial(why) | Seen::Nothing(why)
                if matches!(kind, Kind::Task | Kind::Thread) =>
            {
                let _ = writeln!(out, "coverage of {kind}s: {why}");
            }
            _ => {}
        }
    }
}

fn footer(out: &mut String, report: &Report, trace: TraceLevel) {
    let has_stacks = report.leaks.iter().any(|leak| !leak.stack.is_empty());
    if has_stacks && trace != TraceLevel::Full {
        let _ = writeln!(
            out,
            "full creation stacks: LEAKCHECK_TRACE=full    machine-readable: LEAKCHECK_REPORT_DIR=<dir>"
        );
    }
}
