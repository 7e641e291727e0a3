//! Budgets that a test went over, in words: by how much and when, who made what was alive then, and what to do.

use std::fmt::Write;

use leakcheck_report::{plural, time};

use super::{
    escape::{self, plain},
    frame::{place, short},
    rate,
};
use crate::base::model::{Body, Breach, Level, Limited, Measure, Report};

/// The line of the checker's own; nothing where no budget was gone over.
pub(super) fn headline(report: &Report) -> Option<String> {
    let all: Vec<String> = report
        .breaches
        .iter()
        .map(|breach| format!("{} where {}", much(breach), allowed(breach)))
        .collect();
    let is_warning = |breach: &Breach| breach.level == Level::Warn;
    let but = match report.body {
        Body::Panicked => "; what fails it is its own panic",
        Body::Failed => "; what fails it is its own error",
        Body::TimedOut | Body::Passed | Body::Ignored if report.breaches.iter().all(is_warning) => {
            ", which is a warning and does not fail it"
        }
        _ => "",
    };
    (!all.is_empty()).then(|| {
        format!(
            "`{}` went over its budget: {}{but}",
            plain(report.subject.test()),
            plural::all_of(&all)
        )
    })
}

/// What is known of each.
pub(super) fn render(out: &mut String, report: &Report) {
    for breach in &report.breaches {
        let what = match breach.level {
            Level::Warn => "warning: budget",
            Level::Deny | Level::Off => "budget",
        };
        let _ = writeln!(out, "\n{what}: {}; {}", measured(breach), allowed(breach));
        sites(out, breach);
        let (usual, cure, key) = match breach.measure {
            Measure::Alive { .. } => (usual(breach.limited), cure(breach.limited), "max_live"),
            Measure::Begun(_) => (
                rate::usual(breach.limited),
                rate::cure(breach.limited),
                "rate",
            ),
        };
        let _ = writeln!(out, "  usually {usual}");
        let _ = writeln!(
            out,
            "  help: {cure}, or raise the budget: {key}({} = {})",
            breach.limited.word(),
            breach.peak
        );
    }
}

/// What was measured, as a sentence begins.
fn measured(breach: &Breach) -> String {
    let after = match breach.measure {
        Measure::Alive { after } => time::taken(after),
        Measure::Begun(begun) => return rate::measured(breach, begun),
    };
    let were = match (breach.limited, breach.peak) {
        (Limited::Fd, 1) => "was open",
        (Limited::Fd, _) => "were open",
        (_, 1) => "was alive",
        (_, _) => "were alive",
    };
    format!(
        "{} {were} at one time, {after} after the body began",
        much(breach)
    )
}

/// Who made them.
fn sites(out: &mut String, breach: &Breach) {
    if breach.sites.is_empty() {
        out.push_str("  where they were made is not known\n");
    }
    for site in &breach.sites {
        let Some(place) = place(&site.at) else {
            continue;
        };
        let all = breach.begun().map_or(breach.peak, |(count, _)| count);
        let of_them = if breach.noted == all {
            format!("{} of them", site.count)
        } else {
            format!("{} of the {} of shortly before", site.count, breach.noted)
        };
        let were = if site.count == 1 { "was" } else { "were" };
        let function = short(&site.at.function);
        let _ = writeln!(out, "  {of_them} {were} made at {place} {function}");
    }
}

/// How much was too much: `412 tasks`, `412 tasks a second`.
fn much(breach: &Breach) -> String {
    let least = if breach.is_exact() { "" } else { "at least " };
    let much = match breach.measure {
        Measure::Alive { .. } => plural::count(breach.peak, breach.kind()),
        Measure::Begun(begun) => rate::much(breach, begun),
    };
    format!("{least}{much}")
}

/// How much may be: `200 are allowed`, `200 are allowed a second`.
fn allowed(breach: &Breach) -> String {
    let are = if breach.limit == 1 { "is" } else { "are" };
    let per = match breach.measure {
        Measure::Begun(begun) => rate::per(begun),
        Measure::Alive { .. } => "",
    };
    format!("{} {are} allowed{per}", breach.limit)
}

/// Why that happens.
const fn usual(limited: Limited) -> &'static str {
    match limited {
        Limited::Task => {
            "something spawns them faster than they end, and nothing bounds how many there are"
        }
        Limited::Thread => {
            "each piece of work gets a thread of its own, or a closure of `spawn_blocking`"
        }
        Limited::Fd => "connections or files are opened faster than they are closed",
        Limited::Process => "children are started before somebody has waited for earlier ones",
    }
}

/// What to do.
const fn cure(limited: Limited) -> &'static str {
    match limited {
        Limited::Task => "let each task take a permit of a `Semaphore` before it is spawned",
        Limited::Thread => "give the work to a pool of fixed size",
        Limited::Fd => {
            "close what is done with before more is opened, or share a pool of connections"
        }
        Limited::Process => "wait for a child before the next one is started",
    }
}

/// A workflow command for each, at the line that made most of it.
pub(super) fn github(out: &mut String, report: &Report) {
    for breach in &report.breaches {
        let subject = &report.subject;
        let first = breach.sites.first();
        let shown = first.and_then(|site| Some((site.at.shown()?, site.at.line?, site.count)));
        let made = shown.map_or_else(String::new, |(_, _, count)| match count {
            1 => "; 1 of them was made here".to_owned(),
            count => format!("; {count} of them were made here"),
        });
        let (file, line, _) =
            shown.unwrap_or((&subject.location.from_root, subject.location.line, 0));
        let text = format!(
            "`{}` went over its budget: {} where {}{made}",
            subject.test,
            much(breach),
            allowed(breach)
        );
        let _ = writeln!(
            out,
            "::{} file={},line={line},title=leakcheck::{}",
            if breach.level == Level::Warn {
                "warning"
            } else {
                "error"
            },
            escape::github_property(file),
            escape::github_message(&text)
        );
    }
}
