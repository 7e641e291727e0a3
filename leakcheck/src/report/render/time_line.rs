//! The time line of a test, as it is written down.

use leakcheck_report as written;

use crate::base::model::{Span, SpanEnd, Timeline};

/// The time line, with these lines.
pub(super) fn record(timeline: &Timeline, sites: Vec<written::Frame>) -> written::Timeline {
    written::Timeline {
        began_unix_us: timeline.began_unix_us,
        process: timeline.process,
        lasted_us: timeline.lasted_us,
        body_began_us: timeline.body_began_us,
        body_ended_us: timeline.body_ended_us,
        has_task_hooks: timeline.has_task_hooks,
        without_lines: !timeline.has_lines,
        left_out: timeline.left_out,
        unseen: timeline.unseen,
        spans: timeline.spans.iter().map(span).collect(),
        sites,
    }
}

fn span(span: &Span) -> written::Span {
    written::Span {
        kind: span.kind.name().to_owned(),
        task: span.task,
        name: span.name.clone(),
        begun_us: span.begun_us,
        ended_us: span.ended_us,
        end: match span.end {
            SpanEnd::Exact => written::SpanEnd::Exact,
            SpanEnd::ByThen => written::SpanEnd::ByThen,
            SpanEnd::Left => written::SpanEnd::Alive,
            SpanEnd::Unknown => written::SpanEnd::Unknown,
        },
        parent: span.parent,
        parent_task: span.parent_task,
        site: span.site,
        leak: span.leak,
    }
}
