//! The versioned form for machines: wire structs apart from the model, so that either may change alone.

use serde::Serialize;

use crate::model::{
    Body, Frame, Hang, HangCause, Holder, Ignored, Keeper, Kept, Leak, Level, Report, Use, Verdict,
    Waiting,
};

const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct WireReport<'a> {
    format_version: u32,
    package: Option<&'a str>,
    binary: &'a str,
    test: &'a str,
    location: WireLocation<'a>,
    verdict: &'static str,
    body: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_waits: Option<WireWaits<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hang: Option<WireHang<'a>>,
    waited_ms: u128,
    check_us: u128,
    leaks: Vec<WireLeak<'a>>,
    /// Left as well, but in the baseline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    known: Vec<WireLeak<'a>>,
    lingered: Vec<WireLeak<'a>>,
    ignored: Vec<WireIgnored<'a>>,
    coverage: serde_json::Map<String, serde_json::Value>,
    notes: &'a [String],
}

/// Where an async body was suspended that did not end.
#[derive(Serialize)]
struct WireWaits<'a> {
    waits_at: Vec<WireFrame<'a>>,
    waits_for: Option<WireAwaited<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<&'a str>,
}

#[derive(Serialize)]
struct WireHang<'a> {
    cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_ms: Option<u128>,
    after_ms: u128,
    /// Why the process had to end with it.
    ended_process: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<WireThread<'a>>,
    alive: Vec<WireLeak<'a>>,
}

#[derive(Serialize)]
struct WireThread<'a> {
    tid: i32,
    doing: &'a str,
    stack: Vec<WireFrame<'a>>,
}

#[derive(Serialize)]
struct WireLocation<'a> {
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct WireFrame<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    function: &'a str,
}

#[derive(Serialize)]
struct WireLeak<'a> {
    kind: &'static str,
    /// Left out where it fails the test.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    count: usize,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    tasks: &'a [u64],
    created_at: Option<WireFrame<'a>>,
    created_through: Vec<WireFrame<'a>>,
    created_by: Vec<WireFrame<'a>>,
    waits_at: Vec<WireFrame<'a>>,
    waits_for: Option<WireAwaited<'a>>,
    state: Option<String>,
    /// Why nothing else is known of the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<&'a str>,
    age_ms: Option<u128>,
    polls: Option<u32>,
    tid: Option<i32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    details: &'a [String],
    /// Who keeps its descriptors open, one entry for each that somebody is known to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    held: Vec<WireKept<'a>>,
    /// What it panicked with; then it is not left behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    panic: Option<&'a str>,
    accept: Option<&'a str>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct WireKept<'a> {
    details: &'a [String],
    by: Vec<WireKeeper<'a>>,
}

#[derive(Serialize)]
struct WireKeeper<'a> {
    /// `task`, `body`, `thread` or `blocking_task`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<u64>,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locals: Vec<&'a str>,
    certain: bool,
    /// The call on the descriptor in which it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'a str>,
}

#[derive(Serialize)]
struct WireAwaited<'a> {
    what: &'a str,
    held_by: Vec<WireHolder<'a>>,
    /// How many more hold it.
    #[serde(skip_serializing_if = "is_zero")]
    unlisted: usize,
    /// Blocking tasks whose end it is.
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    tasks: &'a [u64],
    /// Whether it was proven that nothing of this can happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    never: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    or: Vec<WireAwaited<'a>>,
}

#[derive(Serialize)]
struct WireHolder<'a> {
    task: u64,
    name: &'a str,
    itself: bool,
    /// Whether it is no task but the test's body.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    body: bool,
    certain: bool,
    local: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'a [String],
    #[serde(flatten)]
    at: Option<WireFrame<'a>>,
}

#[derive(Serialize)]
struct WireIgnored<'a> {
    rule: &'a str,
    reason: &'a str,
    /// Where the rule stands, if it is not in the test's own code or built in.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    count: usize,
    kind: &'static str,
    built_in: bool,
    /// For which functions it was, as far as is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sites: Vec<WireAccepted<'a>>,
    /// How many of `count` were of functions beyond those that are listed.
    #[serde(skip_serializing_if = "is_zero")]
    unlisted: usize,
}

#[derive(Serialize)]
struct WireAccepted<'a> {
    /// The key of a rule that would name the function.
    by: &'static str,
    #[serde(flatten)]
    frame: WireFrame<'a>,
    count: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Renders a report as one JSON object with a newline at its end.
pub(crate) fn render(report: &Report) -> String {
    let wire = WireReport {
        format_version: FORMAT_VERSION,
        package: report.subject.package.as_deref(),
        binary: &report.subject.binary,
        test: &report.subject.test,
        location: WireLocation {
            file: &report.subject.location.file,
            line: report.subject.location.line,
        },
        verdict: match report.verdict {
            Verdict::Clean => "clean",
            Verdict::Lingering => "lingering",
            Verdict::Leaked => "leaked",
            Verdict::Inconclusive => "inconclusive",
        },
        body: match report.body {
            Body::Passed => "passed",
            Body::Failed => "failed",
            Body::Panicked => "panicked",
            Body::TimedOut => "timed_out",
            Body::Ignored => "ignored",
        },
        body_waits: report.hang().and_then(Hang::waiting).map(body_waits),
        hang: report.hang().map(hang),
        waited_ms: report.waited.as_millis(),
        check_us: report.spent.as_micros(),
        leaks: report.leaks.iter().map(leak).collect(),
        known: report.known.iter().map(leak).collect(),
        lingered: report.lingered.iter().map(leak).collect(),
        ignored: report.ignored.iter().map(ignored).collect(),
        coverage: report
            .coverage
            .iter()
            .map(|(kind, seen)| (kind.name().to_owned(), seen.to_string().into()))
            .collect(),
        notes: &report.notes,
    };
    let mut text = serde_json::to_string_pretty(&wire).unwrap_or_default();
    text.push('\n');
    text
}

fn ignored(entry: &Ignored) -> WireIgnored<'_> {
    let sites = entry.accepted.sites.iter();
    WireIgnored {
        rule: &entry.rule,
        reason: &entry.reason,
        source: entry.source.as_deref(),
        count: entry.count,
        kind: entry.kind.name(),
        built_in: entry.built_in,
        sites: sites
            .map(|site| WireAccepted {
                by: site.by,
                frame: frame(&site.frame),
                count: site.count,
            })
            .collect(),
        unlisted: entry.accepted.unlisted,
    }
}

fn body_waits(waiting: &Waiting) -> WireWaits<'_> {
    WireWaits {
        waits_at: waiting.stack.iter().map(frame).collect(),
        waits_for: waits_for(waiting),
        unread: waiting.unread(),
    }
}

fn hang(hang: &Hang) -> WireHang<'_> {
    let (cause, limit) = match hang.cause {
        HangCause::Timeout(limit) => ("timeout", Some(limit.as_millis())),
        HangCause::Deadlock => ("deadlock", None),
    };
    WireHang {
        cause,
        limit_ms: limit,
        after_ms: hang.after.as_millis(),
        ended_process: hang.ended.as_deref(),
        thread: hang.thread.as_ref().map(|thread| WireThread {
            tid: thread.tid,
            doing: &thread.doing,
            stack: thread.stack().iter().map(frame).collect(),
        }),
        alive: hang.alive.iter().map(leak).collect(),
    }
}

fn leak(leak: &Leak) -> WireLeak<'_> {
    WireLeak {
        kind: leak.kind.name(),
        level: (leak.level == Level::Warn).then_some("warn"),
        count: leak.count,
        name: leak.name.as_deref(),
        tasks: &leak.tasks,
        created_at: leak.created_at.as_ref().map(frame),
        created_through: leak.created_through.iter().map(frame).collect(),
        created_by: leak.created_by.iter().map(frame).collect(),
        waits_at: leak
            .waiting
            .iter()
            .flat_map(|waiting| waiting.stack.iter().map(frame))
            .collect(),
        waits_for: leak.waiting.as_ref().and_then(waits_for),
        state: leak
            .waiting
            .as_ref()
            .map(|waiting| waiting.state.to_string()),
        unread: leak.waiting.as_ref().and_then(Waiting::unread),
        age_ms: leak.age.map(|age| age.as_millis()),
        polls: leak.polls,
        tid: leak.tid,
        details: &leak.facts,
        held: leak
            .held
            .iter()
            .filter(|kept| !kept.by.is_empty())
            .map(kept)
            .collect(),
        panic: leak.panic.as_deref(),
        accept: leak.accept.as_deref(),
        fingerprint: &leak.fingerprint,
    }
}

fn kept(kept: &Kept) -> WireKept<'_> {
    WireKept {
        details: &kept.facts,
        by: kept.by.iter().map(keeper).collect(),
    }
}

fn keeper(keeper: &Keeper) -> WireKeeper<'_> {
    let (kind, name, locals, does) = match keeper {
        Keeper::Task { id: 0, locals, .. } => ("body", None, &locals[..], None),
        Keeper::Task { name, locals, .. } => ("task", Some(&**name), &locals[..], None),
        Keeper::Thread { name, does, .. } => ("thread", name.as_deref(), &[][..], Some(does)),
        Keeper::Closure { name, does, .. } => {
            ("blocking_task", name.as_deref(), &[][..], Some(does))
        }
    };
    WireKeeper {
        kind,
        task: keeper.task().filter(|id| *id != 0),
        name,
        locals: locals.iter().map(AsRef::as_ref).collect(),
        certain: keeper.is_certain(),
        call: match does {
            Some(Use::Blocked(call)) => Some(call),
            _ => None,
        },
    }
}

fn waits_for(waiting: &Waiting) -> Option<WireAwaited<'_>> {
    let mut events = waiting.events.iter().map(|event| WireAwaited {
        what: &event.what,
        held_by: event.held_by.iter().map(holder).collect(),
        unlisted: event.unlisted,
        tasks: &event.tasks,
        never: None,
        or: Vec::new(),
    });
    let first = events.next()?;
    Some(WireAwaited {
        never: Some(waiting.is_forever),
        or: events.collect(),
        ..first
    })
}

fn holder(holder: &Holder) -> WireHolder<'_> {
    WireHolder {
        task: holder.task,
        name: &holder.name,
        itself: holder.is_itself,
        body: holder.is_body,
        certain: holder.is_certain,
        local: holder.local.as_deref(),
        also: &holder.also,
        at: holder.at.as_ref().map(frame),
    }
}

fn frame(frame: &Frame) -> WireFrame<'_> {
    WireFrame {
        file: frame.file.as_deref(),
        line: frame.line,
        column: frame.column,
        function: &frame.function,
    }
}
