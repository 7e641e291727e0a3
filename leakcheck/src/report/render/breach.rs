//! Budgets that a test went over, in words: by how much and when, who made what was alive then, and what to do.

use std::fmt::Write;

use leakcheck_report::{plural, time};

use super::{
    escape::{self, plain},
    frame::{place, short},
};
use crate::base::model::{Body, Breach, Level, Limited, Report};

/// The line of the checker's own; nothing where no budget was gone over.
pub(super) fn headline(report: &Report) -> Option<String> {
    let all: Vec<String> = report
        .breaches
        .iter()
        .map(|breach| format!("{} where {}", alive(breach), allowed(breach)))
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
        let were = match (breach.limited, breach.peak) {
            (Limited::Fd, 1) => "was open",
            (Limited::Fd, _) => "were open",
            (_, 1) => "was alive",
            (_, _) => "were alive",
        };
        let _ = writeln!(
            out,
            "\n{what}: {} {were} at one time, {} after the body began; {}",
            alive(breach),
            time::taken(breach.after),
            allowed(breach)
        );
        sites(out, breach);
        let _ = writeln!(out, "  usually {}", usual(breach.limited));
        let _ = writeln!(
            out,
            "  help: {}, or raise the budget: max_live({} = {})",
            cure(breach.limited),
            breach.limited.word(),
            breach.peak
        );
    }
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
        let of_them = if breach.noted == breach.peak {
            format!("{} of them", site.count)
        } else {
            format!("{} of the {} of shortly before", site.count, breach.noted)
        };
        let were = if site.count == 1 { "was" } else { "were" };
        let function = short(&site.at.function);
        let _ = writeln!(out, "  {of_them} {were} made at {place} {function}");
    }
}

/// How much was alive: `412 tasks`.
fn alive(breach: &Breach) -> String {
    let least = if breach.is_exact() { "" } else { "at least " };
    format!("{least}{}", plural::count(breach.peak, breach.kind()))
}

/// How much may be: `200 are allowed`.
fn allowed(breach: &Breach) -> String {
    let are = if breach.limit == 1 { "is" } else { "are" };
    format!("{} {are} allowed", breach.limit)
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
            alive(breach),
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
