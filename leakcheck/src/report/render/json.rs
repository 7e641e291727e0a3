//! The versioned form for machines: what of the model stands in which field. The names are apart from the model's, so that
//! either may change alone.

use std::time::Duration;

use leakcheck_report as written;

use super::{cancelled, chain, follows, numbers::Numbers, time_line, waits, why};
use crate::{
    base::model::{
        Accepted, AcceptedSite, Awaited, Body, Breach, BreachSite, CancelExtent, CancelFailure,
        CancelFault, Cancellations, CancelledAt, Frame, Hang, HangCause, Holder, HolderKind,
        Ignored, Keeper, Kept, Leak, Level, Missing, OwnHandle, Report, StuckThread, Use, Verdict,
        Waiting,
    },
    report::explain::{self, BODY, Causes, Certainty, Why},
};

/// Renders a report as one JSON object with a newline at its end; `written` says which checks have one in its folder.
pub(crate) fn render(report: &Report, written: Option<written::Written>) -> String {
    let waiting = report.hang().and_then(Hang::waiting);
    let coverage = report.coverage.iter();
    let causes = Causes::of(&report.leaks);
    let leaks = report.leaks.iter().enumerate();
    let leaks = leaks.map(|(at, leak)| written::Leak {
        follows: causes.follows(at).map(|edge| written::Follows {
            leak: edge.to,
            because: follows::why(report, leak, edge),
        }),
        why: explain::why(&report.leaks, at, &causes).map(|found| mistake(found, leak)),
        ..leak.record()
    });
    let report = written::Report {
        format_version: written::FORMAT_VERSION,
        package: report.subject.package.clone(),
        package_dir: report.subject.package_dir.clone(),
        binary: report.subject.binary.clone(),
        test: report.subject.test.clone(),
        location: written::Location {
            file: report.subject.location.file.clone(),
            line: report.subject.location.line,
        },
        verdict: match report.verdict {
            Verdict::Clean => written::Verdict::Clean,
            Verdict::Lingering => written::Verdict::Lingering,
            Verdict::Leaked => written::Verdict::Leaked,
            Verdict::OverBudget => written::Verdict::OverBudget,
            Verdict::Inconclusive => written::Verdict::Inconclusive,
        },
        body: match report.body {
            Body::Passed => written::Body::Passed,
            Body::Failed => written::Body::Failed,
            Body::Panicked => written::Body::Panicked,
            Body::TimedOut => written::Body::TimedOut,
            Body::Ignored => written::Body::Ignored,
        },
        written,
        body_waits: waiting.map(|waiting| written::BodyWaits {
            waits_at: all(&waiting.stack),
            waits_for: any_of(waiting),
            unread: waiting.unread.clone(),
        }),
        hang: report
            .hang
            .as_deref()
            .map(|hang| hung(hang, &Numbers::of(report, &causes))),
        cancellations: report.cancellations.as_ref().map(Recorded::record),
        breaches: all(&report.breaches),
        waited_ms: ms(report.waited),
        check_us: us(report.spent),
        read_debug_info: report.has_read_debug_info,
        causes: causes.causes().count(),
        leaks: leaks.collect(),
        known: all(&report.known),
        lingered: all(&report.lingered),
        ignored: all(&report.ignored),
        coverage: coverage
            .map(|(kind, seen)| (kind.name().to_owned(), seen.to_string()))
            .collect(),
        notes: texts(&report.notes),
        timeline: report
            .timeline
            .as_deref()
            .map(|timeline| time_line::record(timeline, all(&timeline.sites))),
    };
    report.to_json()
}

/// A body that hangs, with the way to what keeps it.
fn hung(hang: &Hang, numbers: &Numbers<'_>) -> written::Hang {
    let all = explain::with_body(hang);
    let causes = Causes::of(&all);
    let found = explain::why(&all, BODY, &causes).filter(|found| !found.is_plain());
    written::Hang {
        because: chain::lines(&all, &causes, numbers),
        why: found.map(|found| mistake(found, &all[BODY])),
        ..hang.record()
    }
}

/// A mistake, in words as well.
fn mistake(found: Why, leak: &Leak) -> written::Why {
    written::Why {
        pattern: found.pattern.name().to_owned(),
        certain: found.certainty == Certainty::Proven,
        text: why::happened(found, leak),
        help: why::cure(Some(found), leak, false).unwrap_or_default(),
    }
}

/// What a record is written of.
trait Recorded {
    type Record;

    fn record(&self) -> Self::Record;
}

fn all<M: Recorded>(list: &[M]) -> Vec<M::Record> {
    list.iter().map(Recorded::record).collect()
}

fn texts(list: &[impl ToString]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn level(level: Level) -> written::Level {
    match level {
        Level::Warn => written::Level::Warn,
        Level::Deny | Level::Off => written::Level::Deny,
    }
}

fn us(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Recorded for Hang {
    type Record = written::Hang;

    fn record(&self) -> Self::Record {
        let (cause, limit) = match self.cause {
            HangCause::Timeout(limit) => (written::HangCause::Timeout, Some(limit)),
            HangCause::Deadlock => (written::HangCause::Deadlock, None),
            HangCause::Exit(_, limit) => (written::HangCause::Exit, Some(limit)),
        };
        Self::Record {
            cause,
            limit_ms: limit.map(ms),
            after_ms: ms(self.after),
            ended_process: self.ended_process().map(|end| end.to_string()),
            thread: self.thread.as_ref().map(Recorded::record),
            because: Vec::new(),
            why: None,
            alive: all(&self.alive),
        }
    }
}

impl Recorded for CancelledAt {
    type Record = written::CancelledAt;

    fn record(&self) -> Self::Record {
        let waiting = self.waiting.as_ref();
        Self::Record {
            number: self.number,
            at: cancelled::at(self).map(Recorded::record),
            waits_at: waiting.map_or_else(Vec::new, |waiting| all(&waiting.stack)),
            waits_for: waiting.and_then(any_of),
        }
    }
}

impl Recorded for Cancellations {
    type Record = written::Cancellations;

    fn record(&self) -> Self::Record {
        Self::Record {
            awaits: self.awaits,
            cancelled: self.cancelled,
            spread: self.extent == CancelExtent::Spread,
            out_of_time_ms: match self.extent {
                CancelExtent::OutOfTime(limit) => Some(ms(limit)),
                CancelExtent::All | CancelExtent::Spread => None,
            },
            took_ms: ms(self.took),
            failed: self.failed.as_ref().map(Recorded::record),
        }
    }
}

impl Recorded for CancelFailure {
    type Record = written::CancelFailure;

    fn record(&self) -> Self::Record {
        Self::Record {
            how: match self.fault {
                CancelFault::DropPanicked => written::CancelFault::DropPanicked,
                CancelFault::DropHung => written::CancelFault::DropHung,
                CancelFault::BodyFailed => written::CancelFault::BodyFailed,
            },
            at: self.at.record(),
        }
    }
}

impl Recorded for Breach {
    type Record = written::Breach;

    fn record(&self) -> Self::Record {
        Self::Record {
            kind: self.kind().name().to_owned(),
            level: level(self.level),
            limit: self.limit,
            peak: self.peak,
            at_least: !self.is_exact(),
            after_ms: ms(self.after()),
            rate: self.begun().map(|(begun, within)| written::BreachRate {
                begun,
                within_us: us(within),
            }),
            noted: self.noted,
            sites: all(&self.sites),
        }
    }
}

impl Recorded for BreachSite {
    type Record = written::BreachSite;

    fn record(&self) -> Self::Record {
        Self::Record {
            count: self.count,
            at: self.at.record(),
        }
    }
}

impl Recorded for StuckThread {
    type Record = written::StuckThread;

    fn record(&self) -> Self::Record {
        Self::Record {
            tid: self.tid,
            doing: self.doing.to_string(),
            stack: all(self.stack()),
        }
    }
}

impl Recorded for Frame {
    type Record = written::Frame;

    fn record(&self) -> Self::Record {
        Self::Record {
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            function: self.function.clone(),
        }
    }
}

impl Recorded for Leak {
    type Record = written::Leak;

    fn record(&self) -> Self::Record {
        let waiting = self.waiting.as_ref();
        let held = self.held.iter().filter(|kept| !kept.by.is_empty());
        Self::Record {
            kind: self.kind.name().to_owned(),
            level: level(self.level),
            count: self.count,
            name: self.name.clone(),
            tasks: self.tasks.clone(),
            created_at: self.created_at.as_ref().map(Recorded::record),
            created_through: all(&self.created_through),
            created_by: all(&self.created_by),
            waits_at: all(self.waits_in().unwrap_or_default()),
            waits_in: waiting.and_then(waits::place).map(Recorded::record),
            waits_for: waiting.and_then(any_of),
            keeps_own_handle: waiting
                .and_then(Waiting::keeps_own_handle)
                .map(Recorded::record),
            state: waiting.map(|waiting| waiting.state.to_string()),
            unread: waiting.and_then(|waiting| waiting.unread.clone()),
            age_ms: self.age.map(ms),
            polls: self.polls,
            tid: self.tid,
            details: self.details(),
            held: held.map(Recorded::record).collect(),
            cancelled: all(&self.cancelled),
            follows: None,
            why: None,
            panic: self.panic.clone(),
            accept: self.accept.clone(),
            fingerprint: self.fingerprint.clone(),
        }
    }
}

impl Recorded for Kept {
    type Record = written::Kept;

    fn record(&self) -> Self::Record {
        Self::Record {
            details: texts(&self.facts),
            by: all(&self.by),
        }
    }
}

impl Recorded for Keeper {
    type Record = written::Keeper;

    fn record(&self) -> Self::Record {
        let (kind, name, locals, does) = match self {
            Keeper::Task { id: 0, locals, .. } => ("body", None, &locals[..], None),
            Keeper::Task { name, locals, .. } => ("task", Some(&**name), &locals[..], None),
            Keeper::Static { name, local, .. } => {
                let way = if local.is_empty() {
                    &[][..]
                } else {
                    std::slice::from_ref(local)
                };
                ("static", Some(&**name), way, None)
            }
            Keeper::Thread { name, does, .. } => ("thread", name.as_deref(), &[][..], Some(does)),
            Keeper::Closure { name, does, .. } => {
                ("blocking_task", name.as_deref(), &[][..], Some(does))
            }
        };
        Self::Record {
            kind: kind.to_owned(),
            task: self.task().filter(|id| *id != 0),
            name: name.map(ToOwned::to_owned),
            locals: texts(locals),
            certain: self.is_certain() || self.is_static(),
            call: match does {
                Some(Use::Blocked(call)) => Some(call.clone()),
                _ => None,
            },
        }
    }
}

/// What would wake something: one event, or several.
fn any_of(waiting: &Waiting) -> Option<written::Awaited> {
    let (first, others) = waiting.events.split_first()?;
    Some(written::Awaited {
        never: Some(waiting.is_forever),
        or: all(others),
        all: waiting.are_joined.then_some(true),
        ..first.record()
    })
}

impl Recorded for Awaited {
    type Record = written::Awaited;

    fn record(&self) -> Self::Record {
        Self::Record {
            what: self.to_string(),
            event: self.event.name().to_owned(),
            held_by: all(&self.held_by),
            unlisted: self.unlisted,
            missing: self.missing.as_ref().map(Recorded::record),
            tasks: self.tasks.clone(),
            never: None,
            all: None,
            or: Vec::new(),
        }
    }
}

impl Recorded for Missing {
    type Record = written::Missing;

    fn record(&self) -> Self::Record {
        Self::Record {
            ends: self.ends,
            whole: self.is_whole,
            threads: self.threads,
        }
    }
}

impl Recorded for OwnHandle {
    type Record = written::OwnHandle;

    fn record(&self) -> Self::Record {
        Self::Record {
            kind: self.kind.name().to_owned(),
            local: self.local.clone(),
            path: self.path.clone(),
            certain: self.is_certain,
            proven: self.is_proven,
            at: self.at.as_ref().map(Recorded::record),
        }
    }
}

impl Recorded for Holder {
    type Record = written::Holder;

    fn record(&self) -> Self::Record {
        Self::Record {
            kind: self.kind.name().to_owned(),
            task: self.task,
            name: self.name.clone(),
            itself: self.kind == HolderKind::Itself,
            body: self.is_body,
            certain: self.is_certain,
            local: self.local.clone(),
            also: self.also.clone(),
            at: self.at.as_ref().map(Recorded::record),
        }
    }
}

impl Recorded for Ignored {
    type Record = written::Ignored;

    fn record(&self) -> Self::Record {
        let Accepted { sites, unlisted } = &self.accepted;
        Self::Record {
            rule: self.rule.clone(),
            reason: self.reason.clone(),
            source: self.source.clone(),
            count: self.count,
            kind: self.kind.name().to_owned(),
            built_in: self.built_in,
            sites: all(sites),
            unlisted: *unlisted,
        }
    }
}

impl Recorded for AcceptedSite {
    type Record = written::AcceptedSite;

    fn record(&self) -> Self::Record {
        Self::Record {
            by: self.by.to_owned(),
            frame: self.frame.record(),
            count: self.count,
        }
    }
}
