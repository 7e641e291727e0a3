//! The summary as Markdown, for the page of a CI run.

use std::fmt::Write as _;

use leakcheck_report::{plural, time};

use crate::{
    annotate, entry,
    escape::code,
    finding::{Finding, Status, place},
    grouping::Group,
    headline, over_budget,
    report::Level,
    summary::Summary,
};

/// One table of causes, new ones first.
pub(crate) fn render(summary: &Summary) -> String {
    let mut out = String::from("### leakcheck\n\n");
    if summary.checked.is_empty() {
        out.push_str("No test was checked.\n\n");
        return out;
    }
    if summary.findings.is_empty() {
        let _ = writeln!(out, "{}.\n", headline::nothing(summary));
    } else {
        let _ = writeln!(
            out,
            "{}: {}.\n",
            headline::headline(summary),
            headline::statuses(&summary.findings)
        );
        table(&mut out, summary);
    }
    for sentence in summary.checked.iter().filter_map(annotate::fault) {
        let _ = writeln!(out, "{sentence}.\n");
    }
    for (_, sentence) in summary.checked.iter().flat_map(over_budget::sentences) {
        let _ = writeln!(out, "{sentence}.\n");
    }
    match summary.gone() {
        0 => {}
        1 => out.push_str(
            "1 known leak is gone: `cargo leakcheck --bless` takes it out of the baseline.\n\n",
        ),
        gone => {
            let _ = writeln!(
                out,
                "{gone} known leaks are gone: `cargo leakcheck --bless` takes them out of the baseline.\n"
            );
        }
    }
    let _ = writeln!(out, "Checking took {}.\n", time::taken(summary.spent));
    out
}

fn table(out: &mut String, summary: &Summary) {
    let rounds = summary.rounds;
    let (title, line) = if rounds > 1 {
        (" shown in |", "---|")
    } else {
        ("", "")
    };
    let _ = writeln!(out, "| | what | made at | test |{title}");
    let _ = writeln!(out, "|---|---|---|---|{line}");
    for group in Group::all(&summary.findings) {
        let made = group.frame().and_then(place);
        let made = made.map(|made| code(&made)).unwrap_or_default();
        let _ = write!(
            out,
            "| {} | {} | {made} | {} |",
            word(group.first()),
            what(&group),
            group.named_tests()
        );
        if rounds > 1 {
            let shown = group.findings().iter().map(|finding| finding.rounds);
            let _ = write!(out, " {} |", entry::share(shown.max().unwrap_or(0), rounds));
        }
        out.push('\n');
    }
    out.push('\n');
}

/// `2 tasks (own-sender), 5 things in all`
fn what(group: &Group<'_>) -> String {
    let first = group.first();
    let count = plural::named(group.count(), &first.kind);
    let patterns: Vec<&str> = first.whys.iter().map(|why| &*why.pattern).collect();
    let patterns = match patterns.as_slice() {
        [] => String::new(),
        patterns => format!(" ({})", patterns.join(", ")),
    };
    let all = match group.followers() {
        [] => String::new(),
        _ => format!(", {} things in all", group.weight()),
    };
    format!("{count}{patterns}{all}")
}

fn word(finding: &Finding) -> &'static str {
    match (finding.status, finding.level) {
        (Status::Known, _) => "known",
        (Status::New, Level::Warn) => "warning",
        (Status::New, Level::Deny) => "**new**",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{golden::golden, summary::tests as summaries};

    #[test]
    fn each_sentence_fits_its_number() {
        golden("full.md", &render(&summaries::full()));
        golden("small.md", &render(&summaries::small()));
        golden("causes.md", &render(&summaries::causes()));
        golden("more.md", &render(&summaries::more()));
        golden("over_budget.md", &render(&summaries::over_budget()));
        golden("unsure.md", &render(&summaries::unsure()));
        golden("clean_0.md", &render(&summaries::clean(0)));
        golden("clean_1.md", &render(&summaries::clean(1)));
    }
}
