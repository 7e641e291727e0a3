//! The report that a person reads. Every sentence of it stands in this folder or in `explain`.

use std::fmt::Write;

use leakcheck_report::{plural, time};

use super::{
    breach, cancelled,
    escape::plain,
    finding::{Among, finding},
    frame::{place, short},
    hang,
    numbers::Numbers,
    rate, summary,
    totals::{is_warning, totals},
};
use crate::{
    base::model::{Body, Fate, Kind, Leak, Report, Seen, Verdict},
    report::explain::{self, Causes},
    settings::env::TraceLevel,
};

/// Whether a line that says the same in many reports is to be told in this one.
pub(super) type IsNews = fn(&str) -> bool;

/// Renders a report; empty where there is nothing to say.
pub(super) fn render(report: &Report, trace: TraceLevel, is_news: IsNews) -> String {
    let mut out = String::new();
    let causes = Causes::of(&report.leaks);
    let numbers = Numbers::of(report, &causes);
    let among = |at| Among {
        report,
        causes: &causes,
        at,
        trace,
    };
    let failure = cancelled::failure(report);
    if let Some(hang) = &report.hang {
        hang::render(&mut out, report, hang, &numbers);
    } else {
        say(&mut out, failure.as_deref());
        let help = cancelled::help(report).into_iter();
        help.for_each(|help| _ = writeln!(out, "  help: {help}"));
    }
    let has_failed = report.hang.is_some() || failure.is_some();
    match report.verdict {
        Verdict::Clean | Verdict::Lingering if !has_failed => {
            say(&mut out, cancelled::clean(report).as_deref());
            rate::clean(report).for_each(|line| say(&mut out, Some(&line)));
            return out;
        }
        Verdict::Clean | Verdict::Lingering => {}
        Verdict::OverBudget => {
            if has_failed {
                out.push('\n');
            }
        }
        Verdict::Leaked => {
            if has_failed {
                out.push('\n');
            }
            headline(&mut out, report, &causes);
            for line in summary::lines(report, &causes, &numbers) {
                let _ = writeln!(out, "  {line}");
            }
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
    say(&mut out, breach::headline(report).as_deref());
    for cause in causes.causes() {
        told(&mut out, &among(cause), &numbers, trace);
        if trace == TraceLevel::Full {
            for follower in causes.followers(cause) {
                told(&mut out, &among(follower), &numbers, trace);
            }
        }
    }
    breach::render(&mut out, report);
    out.push('\n');
    known(&mut out, report);
    ignored(&mut out, report);
    news(&mut out, coverage(report), is_news);
    let remark = cancelled::remark(report);
    for note in report.notes.iter().map(ToString::to_string).chain(remark) {
        let _ = writeln!(out, "note: {note}");
    }
    news(&mut out, footer(report, &causes, trace), is_news);
    out
}

/// A line of the checker's own.
fn say(out: &mut String, line: Option<&str>) {
    if let Some(line) = line {
        let _ = writeln!(out, "leakcheck: {line}");
    }
}

/// Lines that many reports have, each told where it is news.
fn news(out: &mut String, lines: impl IntoIterator<Item = String>, is_news: IsNews) {
    for line in lines.into_iter().filter(|line| is_news(line)) {
        let _ = writeln!(out, "{line}");
    }
}

/// Renders the live tasks of a runtime.
pub(super) fn tasks(tasks: &[Leak]) -> String {
    let count = tasks.iter().map(Leak::count).sum();
    let mut out = format!(
        "leakcheck: {}\n",
        plural::of(count, "live task", "live tasks")
    );
    let numbers = Numbers::of_findings(tasks.iter());
    for task in tasks {
        let _ = writeln!(out, "\n{}", finding(task, None, &numbers));
    }
    out
}

/// One finding, and its whole creation stack if that is asked for.
fn told(out: &mut String, among: &Among<'_>, numbers: &Numbers<'_>, trace: TraceLevel) {
    let Some(leak) = among.leak() else { return };
    let _ = writeln!(out, "\n{}", finding(leak, Some(among), numbers));
    if trace == TraceLevel::Full {
        stack(out, leak);
    }
}

fn headline(out: &mut String, report: &Report, causes: &Causes<'_>) {
    let left: Vec<&Leak> = report
        .leaks
        .iter()
        .filter(|leak| leak.panic.is_none())
        .collect();
    let all = left.iter().map(|leak| leak.count).sum::<usize>();
    let parts = totals(left.iter().copied());
    let is_left = |at: &usize| report.leaks[*at].panic.is_none();
    let of_causes = match causes.causes().filter(is_left).count() {
        // It goes without saying.
        causes if causes == left.len() => String::new(),
        causes => format!(", of {},", plural::of(causes, "cause", "causes")),
    };
    let what = match parts.as_slice() {
        [only] => only.clone(),
        several => format!("{all} things behind ({})", several.join(", ")),
    };
    let behind = if parts.len() == 1 { " behind" } else { "" };
    let but = match report.body {
        Body::Panicked => "; what fails it is its own panic",
        Body::Failed => "; what fails it is its own error",
        Body::TimedOut => match report.hang.as_ref().map(|hang| &hang.fate) {
            Some(Fate::Late) => "; what fails it is that its body ended too late",
            _ => "; what fails it is that its body hangs",
        },
        _ if report.leaks.iter().all(is_warning) => ", which is a warning and does not fail it",
        _ => "",
    };
    let left = (all > 0).then(|| {
        let when = cancelled::when(report, &left).unwrap_or_else(|| {
            let time = time::taken(report.waited);
            format!(" after waiting {time}")
        });
        format!("left {what}{behind}{of_causes}{when}")
    });
    let panics = report.leaks.iter().filter(|leak| leak.panic.is_some());
    let panicked = totals(panics);
    let panicked = (!panicked.is_empty())
        .then(|| format!("had {} that panicked unseen", panicked.join(" and ")));
    let said: Vec<String> = left.into_iter().chain(panicked).collect();
    let _ = writeln!(
        out,
        "leakcheck: `{}` {}{but}",
        plain(report.subject.test()),
        said.join(", and ")
    );
}

/// Whether the process ends before anything could be checked.
fn is_cut_short(report: &Report) -> bool {
    report
        .hang
        .as_ref()
        .is_some_and(|hang| matches!(hang.fate, Fate::EndedProcess(_) | Fate::LeftAlone))
}

fn stack(out: &mut String, leak: &Leak) {
    if leak.stack.is_empty() {
        return;
    }
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

fn coverage(report: &Report) -> impl Iterator<Item = String> {
    report
        .coverage
        .iter()
        .filter_map(|(kind, seen)| match seen {
            Seen::Partial(why) | Seen::Nothing(why)
                if matches!(kind, Kind::Task | Kind::Thread) =>
            {
                Some(format!("coverage of {kind}s: {why}"))
            }
            _ => None,
        })
}

fn footer(report: &Report, causes: &Causes<'_>, trace: TraceLevel) -> Vec<String> {
    let has_stacks = report.leaks.iter().any(|leak| !leak.stack.is_empty());
    let more = (has_stacks && trace != TraceLevel::Full).then(|| {
        "full creation stacks: LEAKCHECK_TRACE=full    machine-readable: LEAKCHECK_REPORT_DIR=<dir>".to_owned()
    });
    let mut found = causes.causes();
    let first = found.find_map(|at| explain::why(&report.leaks, at, causes));
    let page = first.map(|first| {
        format!(
            "what such a mistake is: cargo leakcheck explain {}",
            first.pattern
        )
    });
    more.into_iter().chain(page).collect()
}
