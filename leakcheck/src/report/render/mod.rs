//! Pure functions from a report to text; colour, width and destination are not their business.

mod advice;
mod breach;
mod cancelled;
mod chain;
mod escape;
mod event;
mod excerpt;
mod exit;
mod fact;
mod finding;
mod follows;
mod frame;
mod github;
mod hang;
mod held;
mod holder;
mod json;
mod lost_memory;
mod note;
mod numbers;
mod patterns;
mod rate;
mod state;
mod summary;
mod temp_file;
#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests;
mod text;
mod time_line;
mod totals;
mod waits;
mod why;

use crate::{
    base::model::{Leak, Report},
    settings::env::{Format, TraceLevel},
};

/// Renders a report.
pub(crate) fn render(
    report: &Report,
    format: Format,
    trace: TraceLevel,
    is_news: IsNews,
) -> String {
    match format {
        Format::Text => text(report, trace, is_news),
        Format::Json => json::render(report, None),
        Format::Github => text(report, trace, is_news) + &github::render(report),
    }
}

fn text(report: &Report, trace: TraceLevel, is_news: IsNews) -> String {
    escape::lines(&text::render(report, trace, is_news))
}

/// Renders the live tasks of a runtime.
pub(crate) fn tasks(tasks: &[Leak]) -> String {
    escape::lines(&text::tasks(tasks))
}

pub(crate) use json::render as to_json;
use text::IsNews;

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&text(self, TraceLevel::Site, |_| true))
    }
}
