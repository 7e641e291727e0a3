//! Workflow commands that put an annotation at the line that made the leak.

use std::fmt::Write;

use leakcheck_report::plural;

use super::{escape, hang, waits};
use crate::base::model::{Hang, Level, Report};

/// One `::error` line for each finding, `::warning` for one that fails nothing, and one for a body that hangs; what has no
/// place of its own is put at the test.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    if let Some(hang) = report.hang() {
        hangs(&mut out, report, hang);
    }
    for leak in &report.leaks {
        let site = leak.created_at.as_ref();
        let file = site
            .and_then(|site| site.file.as_deref())
            .unwrap_or(&report.subject.location.file);
        let line = site
            .and_then(|site| site.line)
            .unwrap_or(report.subject.location.line);
        let panicked = format!(
            "{} of `{}` panicked unseen",
            plural::count(leak.count, leak.kind),
            report.subject.test
        );
        let left = format!(
            "`{}` left {} behind{}",
            report.subject.test,
            plural::count(leak.count, leak.kind),
            match (site, leak.count) {
                (None, _) => "",
                (Some(_), 1) => " that was created here",
                (Some(_), _) => " that were created here",
            }
        );
        let _ = writeln!(
            out,
            "::{} file={},line={line},title=leakcheck::{}",
            if leak.level == Level::Warn {
                "warning"
            } else {
                "error"
            },
            escape::github_property(file),
            escape::github_message(leak.panic.as_ref().map_or(&left, |_| &panicked))
        );
    }
    out
}

/// At the line where the body waits.
fn hangs(out: &mut String, report: &Report, hang: &Hang) {
    let subject = &report.subject;
    let waits = hang.waiting.as_ref().and_then(waits::place);
    let place = waits.and_then(|frame| Some((frame.file.as_deref()?, frame.line?)));
    let (file, line) = place.unwrap_or((&subject.location.file, subject.location.line));
    let _ = writeln!(
        out,
        "::error file={},line={line},title=leakcheck::{}",
        escape::github_property(file),
        escape::github_message(&hang::headline(subject, hang))
    );
}
