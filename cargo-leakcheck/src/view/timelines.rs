//! Time lines of the tests that left something, each once.

use std::collections::HashMap;

use super::{
    data::{SpanData, TimelineData},
    tables::Tables,
};
use crate::{report::Report, time_lines::TimeLine};

/// Time lines under way.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    data: Vec<TimelineData>,
    places: HashMap<*const Report, usize>,
}

impl Timelines {
    pub(super) fn end(self) -> Vec<TimelineData> {
        self.data
    }

    /// The place of that of a report, if it has one.
    pub(super) fn of(&mut self, report: &Report, tables: &mut Tables<'_>) -> Option<usize> {
        let line = TimeLine::of(report)?;
        let place = *self
            .places
            .entry(std::ptr::from_ref(report))
            .or_insert_with(|| {
                self.data.push(data(&line, tables));
                self.data.len() - 1
            });
        Some(place)
    }
}

fn data(line: &TimeLine<'_>, tables: &mut Tables<'_>) -> TimelineData {
    let package = line.report.package.as_deref();
    let spans = line.timeline.spans.iter().enumerate();
    let spans = spans.map(|(at, span)| {
        SpanData(
            tables.text(&line.name(span)),
            span.begun_us,
            span.until_us(line.timeline),
            TimeLine::end(span).map(|end| tables.text(end)),
            line.parent(at),
            line.site(span).map(|site| tables.frame(site, package)),
            line.finding(span)
                .map(|leak| tables.text(&leak.fingerprint)),
        )
    });
    TimelineData {
        lasted: line.timeline.lasted_us,
        body: line.body(),
        spans: spans.collect(),
        notes: line.notes(),
    }
}
