//! The versioned form for machines: its names are apart from the model's, so that either may change alone.

mod write;

use crate::model::{
    Accepted, AcceptedSite, Body, Coverage, Event, Frame, Hang, HangCause, Holder, Ignored, Leak, Level, Report,
    StuckThread, Subject, Verdict, Waiting,
};
use write::{Json, Object, Writer};

const FORMAT_VERSION: u32 = 1;

/// Renders a report as one JSON object with a newline at its end.
pub(crate) fn render(report: &Report) -> String {
    write::document(report)
}

impl Json for Report {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            object.field("format_version", &FORMAT_VERSION);
            object.field("package", &self.subject.package);
            object.field("binary", &self.subject.binary);
            object.field("test", &self.subject.test);
            object.field("location", &Place(&self.subject));
            object.field("verdict", verdict(self.verdict));
            object.field("body", body(self.body));
            let waits = self.hang().and_then(Hang::waiting).map(BodyWaits);
            object.field_if_any("body_waits", waits.as_ref());
            object.field_if_any("hang", self.hang());
            object.field("waited_ms", &self.waited.as_millis());
            object.field("check_us", &self.spent.as_micros());
            object.field("leaks", &self.leaks);
            // Left as well, but in the baseline.
            object.list_if_any("known", &self.known);
            object.field("lingered", &self.lingered);
            object.field("ignored", &self.ignored);
            object.field("coverage", &self.coverage);
            object.field("notes", &self.notes);
        });
    }
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "clean",
        Verdict::Lingering => "lingering",
        Verdict::Leaked => "leaked",
        Verdict::Inconclusive => "inconclusive",
    }
}

const fn body(body: Body) -> &'static str {
    match body {
        Body::Passed => "passed",
        Body::Failed => "failed",
        Body::Panicked => "panicked",
        Body::TimedOut => "timed_out",
        Body::Ignored => "ignored",
    }
}

/// Where the test stands.
struct Place<'a>(&'a Subject);

impl Json for Place<'_> {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            object.field("file", &self.0.location.file);
            object.field("line", &self.0.location.line);
        });
    }
}

impl Json for Coverage {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            let mut kinds: Vec<_> = self.iter().collect();
            kinds.sort_unstable_by_key(|(kind, _)| kind.name());
            for (kind, seen) in kinds {
                object.field(kind.name(), &seen.to_string());
            }
        });
    }
}

/// Where an async body was suspended that did not end.
struct BodyWaits<'a>(&'a Waiting);

impl Json for BodyWaits<'_> {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            object.field("waits_at", &self.0.stack);
            object.field("waits_for", &Awaited::of(self.0));
            object.field_if_any("unread", self.0.unread());
        });
    }
}

impl Json for Hang {
    fn write(&self, to: &mut Writer) {
        let (cause, limit) = match self.cause {
            HangCause::Timeout(limit) => ("timeout", Some(limit.as_millis())),
            HangCause::Deadlock => ("deadlock", None),
        };
        to.object(|object| {
            object.field("cause", cause);
            object.field_if_any("limit_ms", limit.as_ref());
            object.field("after_ms", &self.after.as_millis());
            // Why the process had to end with it.
            object.field("ended_process", &self.ended);
            object.field_if_any("thread", self.thread.as_ref());
            object.field("alive", &self.alive);
        });
    }
}

impl Json for StuckThread {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            object.field("tid", &self.tid);
            object.field("doing", &self.doing);
            object.field("stack", self.stack());
        });
    }
}

impl Json for Frame {
    fn write(&self, to: &mut Writer) {
        to.object(|object| place(object, self));
    }
}

fn place(object: &mut Object<'_>, frame: &Frame) {
    object.field("file", &frame.file);
    object.field("line", &frame.line);
    object.field_if_any("column", frame.column.as_ref());
    object.field("function", &frame.function);
}

impl Json for Leak {
    fn write(&self, to: &mut Writer) {
        let waiting = self.waiting.as_ref();
        to.object(|object| {
            object.field("kind", self.kind.name());
            // Left out where it fails the test.
            object.field_if_any("level", (self.level == Level::Warn).then_some("warn"));
            object.field("count", &self.count);
            object.field("name", &self.name);
            object.list_if_any("tasks", &self.tasks);
            object.field("created_at", &self.created_at);
            object.field("created_through", &self.created_through);
            object.field("created_by", &self.created_by);
            object.field("waits_at", waiting.map_or(&[][..], |waiting| &waiting.stack));
            object.field("waits_for", &waiting.and_then(Awaited::of));
            object.field("state", &waiting.map(|waiting| waiting.state.to_string()));
            // Why nothing else is known of the state.
            object.field_if_any("unread", waiting.and_then(Waiting::unread));
            object.field("age_ms", &self.age.map(|age| age.as_millis()));
            object.field("polls", &self.polls);
            object.field("tid", &self.tid);
            object.list_if_any("details", &self.facts);
            // What it panicked with; then it is not left behind.
            object.field_if_any("panic", self.panic.as_ref());
            object.field("accept", &self.accept);
            object.field("fingerprint", &self.fingerprint);
        });
    }
}

/// What would wake something: one event, or any of several.
struct Awaited<'a> {
    event: &'a Event,
    /// Whether it was proven that nothing of all this can happen; said once.
    never: Option<bool>,
    or: Vec<Awaited<'a>>,
}

impl<'a> Awaited<'a> {
    fn of(waiting: &'a Waiting) -> Option<Self> {
        let alone = |event| Self {
            event,
            never: None,
            or: Vec::new(),
        };
        let (first, others) = waiting.events.split_first()?;
        Some(Self {
            event: first,
            never: Some(waiting.is_forever),
            or: others.iter().map(alone).collect(),
        })
    }
}

impl Json for Awaited<'_> {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            object.field("what", &self.event.what);
            object.field("held_by", &self.event.held_by);
            object.field_if_any("never", self.never.as_ref());
            object.list_if_any("or", &self.or);
        });
    }
}

impl Json for Holder {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            object.field("task", &self.task);
            object.field("name", &self.name);
            object.field("itself", &self.is_itself);
            // Whether it is no task but the test's body.
            object.field_if_any("body", self.is_body.then_some(&true));
            object.field("certain", &self.is_certain);
            object.field("local", &self.local);
            if let Some(frame) = &self.at {
                place(object, frame);
            }
        });
    }
}

impl Json for Ignored {
    fn write(&self, to: &mut Writer) {
        let Accepted { sites, unlisted } = &self.accepted;
        to.object(|object| {
            object.field("rule", &self.rule);
            object.field("reason", &self.reason);
            // Where the rule stands, if it is not in the test's own code or built in.
            object.field_if_any("source", self.source.as_ref());
            object.field("count", &self.count);
            object.field("kind", self.kind.name());
            object.field("built_in", &self.built_in);
            // For which functions it was, as far as is known.
            object.list_if_any("sites", sites);
            // How many of `count` were of functions beyond those that are listed.
            object.field_if_any("unlisted", (*unlisted != 0).then_some(unlisted));
        });
    }
}

impl Json for AcceptedSite {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            // The key of a rule that would name the function.
            object.field("by", self.by);
            place(object, &self.frame);
            object.field("count", &self.count);
        });
    }
}
