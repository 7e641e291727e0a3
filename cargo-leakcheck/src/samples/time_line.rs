//! A time line for a report: what it has left, and some of what has ended.

use leakcheck_report::{Leak, Report, Span, SpanEnd, Timeline};

/// When the first test began, in microseconds from 1970: 2026-11-29 at 12 o'clock.
const BEGAN: u64 = 1_795_953_600_000_000;

/// Things of one finding that are on it.
const MOST: usize = 4;

/// The time line of the test with this number.
pub(super) fn of(number: usize, report: &Report) -> Timeline {
    let began = BEGAN + 40_000 * number as u64;
    let mut timeline = Timeline {
        began_unix_us: began,
        process: 4711 + u32::try_from(number % 4).unwrap_or(0),
        lasted_us: 561_000,
        body_began_us: Some(900),
        body_ended_us: Some(60_000),
        left_out: number % 3,
        unseen: number % 2,
        ..Timeline::default()
    };
    timeline.spans.push(worker());
    for (at, leak) in report.leaks.iter().enumerate() {
        left(&mut timeline, at, leak);
    }
    ended(&mut timeline);
    timeline
}

/// A thread of the runtime, which was there before the body.
fn worker() -> Span {
    Span {
        kind: "thread".to_owned(),
        begun_us: 300,
        ended_us: Some(560_000),
        ..Span::default()
    }
}

fn left(timeline: &mut Timeline, at: usize, leak: &Leak) {
    let site = leak.created_at.clone().map(|site| {
        timeline.sites.push(site);
        timeline.sites.len() - 1
    });
    let parent = leak.follows.as_ref().and_then(|follows| {
        let is_it = |span: &Span| span.leak == Some(follows.leak);
        timeline.spans.iter().position(is_it)
    });
    for copy in 0..leak.count.min(MOST) {
        timeline.spans.push(Span {
            kind: leak.kind.clone(),
            task: leak.tasks.get(copy).copied(),
            name: leak.name.clone(),
            begun_us: 1000 + 2500 * timeline.spans.len() as u64,
            end: SpanEnd::Alive,
            parent,
            site,
            leak: Some(at),
            ..Span::default()
        });
    }
}

/// What a pool makes and ends.
fn ended(timeline: &mut Timeline) {
    let begun_us = 1000 + 2500 * timeline.spans.len() as u64;
    let ended = |kind: &str, after, took, end| Span {
        kind: kind.to_owned(),
        begun_us: begun_us + after,
        ended_us: Some(begun_us + after + took),
        end,
        ..Span::default()
    };
    let task = timeline.spans.len();
    timeline.spans.extend([
        Span {
            task: Some(9),
            ..ended("task", 0, 9000, SpanEnd::ByThen)
        },
        Span {
            parent: Some(task),
            ..ended("fd", 100, 5000, SpanEnd::Exact)
        },
        Span {
            ended_us: None,
            parent_task: Some(8),
            ..ended("blocking_task", 400, 0, SpanEnd::Unknown)
        },
    ]);
}
