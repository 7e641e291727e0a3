//! The time line of a test, which machines read.

use super::*;
use crate::base::model::{Span, SpanEnd, Timeline};

fn span(kind: Kind, begun_us: u64, end: SpanEnd) -> Span {
    let has_end = matches!(end, SpanEnd::Exact | SpanEnd::ByThen);
    Span {
        kind,
        task: None,
        name: None,
        begun_us,
        ended_us: has_end.then_some(begun_us + 500),
        end,
        parent: None,
        parent_task: None,
        site: None,
        leak: None,
    }
}

#[test]
fn each_span_says_what_is_known_of_it() {
    let site = frame(
        "my_app::pool::Pool::connect",
        "src/pool.rs",
        88,
        Some(9),
        User,
    );
    let left = Span {
        task: Some(7),
        name: Some("my_app::pool::keep_alive".to_owned()),
        site: Some(0),
        leak: Some(0),
        ..span(Kind::Task, 1200, SpanEnd::Left)
    };
    let of_left = |span: Span| Span {
        parent: Some(1),
        ..span
    };
    let of_ended = Span {
        parent_task: Some(6),
        ..span(Kind::BlockingTask, 1900, SpanEnd::Unknown)
    };
    let timeline = Timeline {
        began_unix_us: 1_795_953_600_000_000,
        process: 4711,
        lasted_us: 561_000,
        body_began_us: Some(900),
        body_ended_us: Some(60_000),
        has_task_hooks: false,
        has_lines: true,
        spans: vec![
            span(Kind::Thread, 300, SpanEnd::Exact),
            left,
            of_left(span(Kind::Task, 1300, SpanEnd::ByThen)),
            of_left(span(Kind::Fd, 1400, SpanEnd::Exact)),
            of_ended,
        ],
        sites: vec![site],
        left_out: 2,
        unseen: 0,
    };
    let report = Report {
        timeline: Some(Box::new(timeline)),
        ..report(vec![task(1)])
    };
    let json = render(&report, Format::Json, TraceLevel::Site);
    golden("timeline.json", &json);
}
