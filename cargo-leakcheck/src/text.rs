//! The summary as a terminal shows it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use leakcheck_report::{plural, time};

use crate::{
    annotate, entry,
    escape::plain,
    finding::{Finding, Status},
    grouping::Group,
    headline,
    link::Links,
    over_budget,
    report::Level,
    summary::Summary,
};

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// What to do next where something fails and no baseline is kept.
pub(crate) const HINT: &str =
    "to go on from here and fail on new leaks only: cargo leakcheck --bless\n";

/// What a run found, with styles that the writer may take away.
pub(crate) fn render(summary: &Summary, links: Links<'_>) -> String {
    let mut out = String::new();
    headline(&mut out, summary);
    if summary.checked.is_empty() {
        return out;
    }
    let new = |level: Level| {
        summary
            .with(Status::New)
            .filter(move |finding| finding.level == level)
    };
    let title = if summary.has_baseline {
        "new"
    } else {
        "left behind"
    };
    section(&mut out, RED, title, new(Level::Deny), summary, links);
    section(
        &mut out,
        YELLOW,
        "only warned of",
        new(Level::Warn),
        summary,
        links,
    );
    section(
        &mut out,
        DIM,
        "known, which fails nothing",
        summary.with(Status::Known),
        summary,
        links,
    );
    faults(&mut out, summary);
    budgets(&mut out, summary);
    inconclusive(&mut out, summary);
    baseline(&mut out, summary);
    times(&mut out, summary);
    out
}

fn headline(out: &mut String, summary: &Summary) {
    let rounds = match summary.rounds {
        0 | 1 => String::new(),
        rounds => format!(" in {rounds} runs"),
    };
    if summary.checked.is_empty() {
        let _ = writeln!(
            out,
            "{YELLOW}leakcheck: no test was checked{YELLOW:#}: none that ran has `#[leak_checked]` or a guard, or LEAKCHECK=off is set"
        );
    } else if summary.findings.is_empty() {
        let is_sure = summary.sure() == summary.checked.len() && !summary.fails();
        let style = if is_sure { GREEN } else { YELLOW };
        let _ = writeln!(
            out,
            "{style}leakcheck: {}{style:#}{rounds}",
            headline::nothing(summary)
        );
    } else {
        let style = if summary.fails() { RED } else { YELLOW };
        let _ = writeln!(
            out,
            "{style}leakcheck: {}{style:#}{rounds}: {}",
            headline::headline(summary),
            headline::statuses(&summary.findings)
        );
    }
}

fn section<'a>(
    out: &mut String,
    style: Style,
    title: &str,
    findings: impl Iterator<Item = &'a Finding>,
    summary: &Summary,
    links: Links<'_>,
) {
    let groups = Group::all(findings);
    if !groups.is_empty() {
        let _ = writeln!(out, "\n{style}{title}{style:#}");
    }
    for group in &groups {
        out.push_str(&entry::render(group, summary.rounds, links));
    }
}

fn faults(out: &mut String, summary: &Summary) {
    for sentence in summary.checked.iter().filter_map(annotate::fault) {
        let _ = writeln!(out, "\n{RED}{sentence}{RED:#}");
    }
}

fn budgets(out: &mut String, summary: &Summary) {
    for (breach, sentence) in summary.checked.iter().flat_map(over_budget::sentences) {
        let style = match breach.level {
            Level::Deny => RED,
            Level::Warn => YELLOW,
        };
        let _ = writeln!(out, "\n{style}{sentence}{style:#}");
    }
}

fn inconclusive(out: &mut String, summary: &Summary) {
    let tests: Vec<String> = summary
        .checked
        .iter()
        .filter(|checked| checked.inconclusive)
        .map(|checked| checked.test.quoted())
        .collect();
    if !tests.is_empty() {
        let _ = writeln!(
            out,
            "\nnothing can be said of {}: what was counted and what was listed differ",
            plural::all_of(&tests)
        );
    }
}

fn baseline(out: &mut String, summary: &Summary) {
    match summary.gone() {
        0 => {}
        1 => {
            let _ = writeln!(
                out,
                "\n{GREEN}1 known leak is gone{GREEN:#}: --bless takes it out of the baseline"
            );
        }
        gone => {
            let _ = writeln!(
                out,
                "\n{GREEN}{gone} known leaks are gone{GREEN:#}: --bless takes them out of the baseline"
            );
        }
    }
    for (key, known) in &summary.gone {
        let count = plural::named(known.count, &key.kind);
        let _ = writeln!(
            out,
            "  {count} in {}: {}",
            plain(&key.test),
            plain(&known.site)
        );
    }
    match summary.absent() {
        0 => {}
        1 => out.push_str(
            "\n1 known leak is of a test that was not run to its end, so it stays in the baseline\n",
        ),
        number => {
            let _ = writeln!(
                out,
                "\n{number} known leaks are of tests that were not run to their end, so they stay in the baseline"
            );
        }
    }
}

fn times(out: &mut String, summary: &Summary) {
    let _ = write!(out, "\nchecking took {}", time::taken(summary.spent));
    if !summary.waited.is_zero() {
        let _ = write!(
            out,
            ", and {} of waiting for things to end",
            time::taken(summary.waited)
        );
    }
    let slowest = summary.checked.iter().max_by_key(|checked| checked.spent);
    if let Some(slowest) =
        slowest.filter(|slowest| summary.checked.len() > 1 && slowest.spent.as_millis() > 0)
    {
        let _ = write!(
            out,
            "; the longest check was that of {} with {}",
            slowest.test.quoted(),
            time::taken(slowest.spent)
        );
    }
    match summary.accepted {
        0 => {}
        1 => out.push_str("; rules accepted 1 thing"),
        number => {
            let _ = write!(out, "; rules accepted {number} things");
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        baseline::Baseline, golden::golden, report::tests::sample, summary::tests as summaries,
    };

    fn text(summary: &Summary) -> String {
        anstream::adapter::strip_str(&render(summary, Links::default())).to_string()
    }

    #[test]
    fn each_sentence_fits_its_number() {
        golden("text_full.txt", &text(&summaries::full()));
        golden("text_small.txt", &text(&summaries::small()));
        golden("text_clean_0.txt", &text(&summaries::clean(0)));
        golden("text_clean_1.txt", &text(&summaries::clean(1)));
        golden("text_clean_2.txt", &text(&summaries::clean(2)));
        golden("text_more.txt", &text(&summaries::more()));
        golden("text_unsure.txt", &text(&summaries::unsure()));
        golden("text_causes.txt", &text(&summaries::causes()));
        golden("text_over_budget.txt", &text(&summaries::over_budget()));
        golden("text_seen.txt", &text(&summaries::seen()));
        golden("text_released.txt", &text(&summaries::released()));
        golden("text_cancelled.txt", &text(&summaries::cancelled()));
    }

    #[test]
    fn tests_of_one_name_are_told_apart() {
        let mut other = sample("reconnects", &["f1 task 1 src/pool.rs:88"]);
        other.binary = "my_app".to_owned();
        let leaks = ["f2 task 1 src/pool.rs:88"];
        let reports = vec![
            sample("reconnects", &leaks),
            sample("drains", &leaks),
            other,
        ];
        let text = text(&Summary::of(&[reports], &Baseline::default()));
        for line in [
            "    1 in drains (my_app): ",
            "    1 in reconnects (my_app): ",
            "    1 in reconnects (my_app::pool): ",
        ] {
            assert_eq!(text.matches(line).count(), 1, "{text}");
        }
    }
}
