//! Workflow commands that put an annotation at the line that made the leak.

use std::fmt::Write;

use super::{escape, plural};
use crate::model::{Level, Report};

/// One `::error` line for each finding, `::warning` for one that fails nothing; a finding without a site is put at the test.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
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
