//! Workflow commands of GitHub: an annotation at each line that made something new.

use std::fmt::Write as _;

use leakcheck_report::time;

use crate::{
    cancelled, escape,
    finding::Status,
    grouping::Group,
    mistake, over_budget,
    report::Level,
    repository::{Place, Repository},
    summary::{Checked, Summary},
};

/// One `::error` for each cause of new findings at each place, `::warning` for what fails nothing, one for each test that hangs or
/// fails when it is cancelled, and one for each budget that was gone over.
/// What is known is left out: its lines would be marked in every run.
pub(crate) fn render(summary: &Summary, repository: &Repository) -> String {
    let mut out = String::new();
    for group in Group::all(summary.with(Status::New)) {
        let command = command(group.first().level);
        let place = repository.of_finding(group.first());
        annotation(
            &mut out,
            command,
            place.as_ref(),
            &mistake::sentence(&group),
        );
    }
    for checked in &summary.checked {
        if let Some(sentence) = fault(checked) {
            let package = checked.test.package.as_deref();
            let place = repository.of_location(&checked.at, package);
            let command = if checked.failed { "error" } else { "warning" };
            annotation(&mut out, command, place.as_ref(), &sentence);
        }
        for (breach, sentence) in over_budget::sentences(checked) {
            let place = over_budget::line(checked, breach, repository);
            annotation(&mut out, command(breach.level), place.as_ref(), &sentence);
        }
    }
    out
}

const fn command(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
    }
}

/// What is said of a test that did not end, or whose body came to something else when it was cancelled.
pub(crate) fn fault(checked: &Checked) -> Option<String> {
    cancelled::fault(checked).or_else(|| hang(checked))
}

pub(crate) fn hang(checked: &Checked) -> Option<String> {
    let after = time::taken(checked.hung?);
    let test = checked.test.quoted();
    let why = checked.why.as_ref().map(mistake::about);
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    Some(format!("{test} hangs: it was not over after {after}{why}"))
}

fn annotation(out: &mut String, command: &str, place: Option<&Place>, message: &str) {
    let _ = write!(out, "::{command} ");
    if let Some(place) = place {
        let _ = write!(out, "file={},line={},", property(&place.file), place.line);
        if let Some(column) = place.column {
            let _ = write!(out, "col={column},");
        }
    }
    let _ = writeln!(out, "title=leakcheck::{}", data(message));
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn data(text: &str) -> String {
    let plain = escape::plain(text);
    plain.replace('%', "%25")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{golden::golden, repository::tests::sample, summary::tests as summaries};

    #[test]
    fn annotations_stand_where_things_were_made() {
        let (_folder, repository) = sample();
        golden("annotations.txt", &render(&summaries::full(), &repository));
        golden(
            "annotations_one.txt",
            &render(&summaries::small(), &repository),
        );
        assert_eq!(render(&summaries::clean(3), &repository), "");
        golden(
            "annotations_over_budget.txt",
            &render(&summaries::over_budget(), &repository),
        );
        golden(
            "annotations_causes.txt",
            &render(&summaries::causes(), &repository),
        );
        golden(
            "annotations_cancelled.txt",
            &render(&summaries::cancelled(), &repository),
        );
    }

    #[test]
    fn commands_stay_on_one_line() {
        let mut out = String::new();
        let place = Place {
            file: "a:b,c".to_owned(),
            line: 1,
            column: None,
        };
        annotation(&mut out, "error", Some(&place), "50%\nb");
        assert_eq!(
            out,
            "::error file=a%3Ab%2Cc,line=1,title=leakcheck::50%25\\nb\n"
        );
    }
}
