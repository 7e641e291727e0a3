//! The time lines of a run as a Chrome trace, which Perfetto and others show: a process for each test, in it a track for the body
//! and for each task and thread, and arrows from what made something to what it made.

mod event;
mod merged;

use leakcheck_report::Span;
use serde::Serialize;
use serde_json::Value;

use crate::time_lines::TimeLine;
use event::{Arguments, Event, Phase};
pub(crate) use merged::read;

/// The track of the body; those of things follow.
const BODY: usize = 1;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    display_time_unit: &'static str,
    trace_events: Vec<Value>,
}

/// The trace, with the events of another.
pub(crate) fn render(lines: &[TimeLine<'_>], others: Vec<Value>) -> String {
    let first = others.iter().filter_map(|event| event.get("pid")?.as_u64());
    let first = first.max().map_or(1, |highest| highest.saturating_add(1));
    let mut events = others;
    for (number, line) in lines.iter().enumerate() {
        let drawing = Drawing {
            line,
            process: first.saturating_add(number as u64),
        };
        let drawn = drawing.events().into_iter().map(serde_json::to_value);
        // They are plain data, which is always written.
        events.extend(drawn.filter_map(Result::ok));
    }
    let trace = Trace {
        display_time_unit: "ms",
        trace_events: events,
    };
    serde_json::to_string(&trace).unwrap_or_default() + "\n"
}

/// The events of one test.
struct Drawing<'l, 'r> {
    line: &'l TimeLine<'r>,
    process: u64,
}

impl Drawing<'_, '_> {
    fn events(&self) -> Vec<Event> {
        let title = self.line.title();
        let mut events = vec![
            self.named("process_name", BODY, title),
            self.named("thread_name", BODY, "test".to_owned()),
        ];
        events.extend(self.body());
        for (at, span) in self.line.timeline.spans.iter().enumerate() {
            if has_track(span) {
                events.push(self.named("thread_name", track(at), self.line.name(span)));
                events.push(self.slice(at, span));
                events.extend(self.arrow(at, span));
            } else {
                events.extend(self.apart(at, span));
            }
        }
        events
    }

    fn event(&self, phase: Phase, name: String, track: usize, at: u64) -> Event {
        Event {
            name,
            cat: "__metadata",
            ph: phase,
            ts: self.line.at(at),
            dur: None,
            pid: self.process,
            tid: track,
            id: None,
            bp: None,
            cname: None,
            args: Arguments::default(),
        }
    }

    /// A track or process gets this name.
    fn named(&self, what: &str, track: usize, name: String) -> Event {
        Event {
            ts: 0,
            args: Arguments {
                name: Some(name),
                ..Arguments::default()
            },
            ..self.event(Phase::Metadata, what.to_owned(), track, 0)
        }
    }

    /// The body, and around it the check.
    fn body(&self) -> Vec<Event> {
        let check = Event {
            cat: "check",
            dur: Some(self.line.timeline.lasted_us),
            args: Arguments {
                notes: self.line.notes(),
                process: Some(self.line.timeline.process),
                ..Arguments::default()
            },
            ..self.event(Phase::Complete, self.line.title(), BODY, 0)
        };
        let body = self.line.body().map(|(began, ended)| Event {
            cat: "body",
            dur: Some(ended - began),
            ..self.event(Phase::Complete, "body".to_owned(), BODY, began)
        });
        std::iter::once(check).chain(body).collect()
    }

    fn arguments(&self, span: &Span) -> Arguments {
        let finding = self.line.finding(span);
        Arguments {
            made_at: self.line.place(span),
            fingerprint: finding.map(|leak| crate::escape::plain(&leak.fingerprint)),
            end: TimeLine::end(span),
            ..Arguments::default()
        }
    }

    fn slice(&self, at: usize, span: &Span) -> Event {
        let until = span.until_us(self.line.timeline);
        Event {
            cat: category(span),
            dur: Some(until.map_or(0, |until| until - span.begun_us)),
            // Red, where colours are by name; others go by the category.
            cname: span.leak.map(|_| "terrible"),
            args: self.arguments(span),
            ..self.event(Phase::Complete, self.told(span), track(at), span.begun_us)
        }
    }

    /// What has no track of its own: it begins and ends, whatever else is there meanwhile.
    fn apart(&self, at: usize, span: &Span) -> Vec<Event> {
        let until = span.until_us(self.line.timeline);
        let event = |phase, time| Event {
            cat: category(span),
            id: Some(self.number(at)),
            ..self.event(phase, self.told(span), BODY, time)
        };
        let begin = Event {
            args: self.arguments(span),
            ..event(Phase::Begin, span.begun_us)
        };
        vec![begin, event(Phase::End, until.unwrap_or(span.begun_us))]
    }

    /// From the track of what made it, when it did.
    fn arrow(&self, at: usize, span: &Span) -> Vec<Event> {
        let from = self.line.parent(at);
        let from = from.filter(|from| has_track(&self.line.timeline.spans[*from]));
        let event = |phase, track| Event {
            cat: "made",
            id: Some(self.number(at)),
            ..self.event(phase, "made".to_owned(), track, span.begun_us)
        };
        let begin = event(Phase::FlowBegin, from.map_or(BODY, track));
        let end = Event {
            bp: Some("e"),
            ..event(Phase::FlowEnd, track(at))
        };
        vec![begin, end]
    }

    /// Of all tests, no other thing has it.
    fn number(&self, at: usize) -> u64 {
        self.process
            .saturating_mul(1 << 20)
            .saturating_add(at as u64)
    }

    fn told(&self, span: &Span) -> String {
        let name = self.line.name(span);
        if span.leak.is_some() {
            format!("{name} (left behind)")
        } else {
            name
        }
    }
}

fn track(at: usize) -> usize {
    BODY + 1 + at
}

/// Whether it runs: others only exist.
fn has_track(span: &Span) -> bool {
    matches!(&*span.kind, "task" | "blocking_task" | "thread")
}

fn category(span: &Span) -> &'static str {
    match &*span.kind {
        _ if span.leak.is_some() => "left behind",
        "task" | "blocking_task" => "task",
        "thread" => "thread",
        "fd" => "fd",
        "process" => "process",
        "timer" => "timer",
        _ => "thing",
    }
}

#[cfg(test)]
mod tests;
