//! A body that did not end: where it waits or what its thread does, and what was alive beside it.

use std::{fmt::Write, path::Path};

use super::{
    escape::plain,
    excerpt::{self, Place},
    finding::{finding, totals},
    frame::{place as at, short},
    plural, waits,
};
use crate::{
    explain,
    model::{Fate, Frame, Hang, HangCause, Home, Kind, Report, StuckThread, Subject},
};

/// Frames of a stuck thread that are shown.
const FRAMES: usize = 12;

/// Renders it, in front of what the check found.
pub(super) fn render(out: &mut String, report: &Report, hang: &Hang) {
    let _ = writeln!(out, "leakcheck: {}", headline(&report.subject, hang));
    let _ = writeln!(out, "\n{}", body(&report.subject, hang));
    if !hang.alive.is_empty() {
        let when = match hang.fate {
            Fate::Late => "when its time was over",
            Fate::GivenUp | Fate::EndedProcess(_) => "at that moment",
        };
        let _ = writeln!(out, "\nalive {when}: {}", totals(&hang.alive).join(", "));
    }
    for leak in &hang.alive {
        let _ = writeln!(out, "\n{}", finding(leak, None));
    }
    if let Some(why) = hang.ended_process() {
        let _ = writeln!(
            out,
            "\nnote: the process ends here, with exit code 101: {why}\n\
             note: tests that were still running have no result, and what the harness has captured of others is not \
             shown; a runner with one process for each test, or LEAKCHECK_REPORT_DIR=<dir>, keeps it"
        );
    }
}

/// In one sentence.
pub(super) fn headline(subject: &Subject, hang: &Hang) -> String {
    let test = plain(subject.test());
    match (hang.cause, &hang.fate) {
        (HangCause::Timeout(limit), Fate::Late) => format!(
            "`{test}` is too late: its body ended after {}, and was to end within {}",
            plural::time(hang.after),
            plural::time(limit)
        ),
        (HangCause::Timeout(limit), Fate::GivenUp) => format!(
            "`{test}` hangs: its body did not end within {} and was given up",
            plural::time(limit)
        ),
        (HangCause::Timeout(limit), Fate::EndedProcess(_)) => format!(
            "`{test}` hangs: its body did not end within {}, and the process ends with it",
            plural::time(limit)
        ),
        (HangCause::Deadlock, Fate::GivenUp | Fate::Late) => format!(
            "`{test}` hangs for ever: nothing can wake its body any more, which was given up after {}",
            plural::time(hang.after)
        ),
        (HangCause::Deadlock, Fate::EndedProcess(_)) => format!(
            "`{test}` hangs for ever: nothing can wake its body any more, and the process ends with it after {}",
            plural::time(hang.after)
        ),
    }
}

fn body(subject: &Subject, hang: &Hang) -> String {
    let name = subject.function.as_deref().unwrap_or(&subject.test);
    let thread = hang.thread.as_ref();
    // What its thread does is what a body does that is in synchronous code.
    let (waiting, kind) = match &hang.waiting {
        Some(waiting) => (Some(waiting), Kind::Task),
        None => (
            thread.and_then(|thread| thread.waiting.as_ref()),
            Kind::Thread,
        ),
    };
    let state = match (&hang.waiting, thread, waiting) {
        (Some(_), ..) => "suspended".to_owned(),
        (None, Some(thread), Some(_)) => format!("in synchronous code, {}", plain(&thread.doing)),
        _ if hang.fate == Fate::Late => "which has ended".to_owned(),
        (None, ..) => "in synchronous code".to_owned(),
    };
    let mut notes = Vec::new();
    if let Some(waiting) = waiting {
        notes.extend(waits::notes(waiting, kind));
    }
    if let Some(thread) = thread {
        notes.push(match (&hang.waiting, waiting) {
            (None, Some(_)) => ("thread", format!("tid {}", thread.tid)),
            _ => ("thread", stuck(thread)),
        });
    }
    notes.push(("help", explain::help_of_hang(hang).to_owned()));
    let label = waiting.map(|waiting| waits::label(waiting, kind));
    let waits = waiting.and_then(waits::place);
    let own = own_frame(subject);
    let place = match (waits, &label) {
        (Some(frame), Some(label)) => Place { frame, label },
        _ => Place {
            frame: &own,
            label: "this test",
        },
    };
    excerpt::render(
        ("body", &format!("{}, {state}", plain(name))),
        &[place],
        &notes,
    )
}

/// What its thread does, with the innermost frames that are not machinery.
fn stuck(thread: &StuckThread) -> String {
    let mut text = format!("tid {}: {}", thread.tid, plain(&thread.doing));
    let own = thread
        .stack()
        .iter()
        .filter(|frame| frame.home != Home::Machinery);
    for frame in own.take(FRAMES) {
        let place = at(frame).map(|place| format!("{place} "));
        let _ = write!(
            text,
            "\n{}{}",
            place.unwrap_or_default(),
            short(&frame.function)
        );
    }
    text
}

/// Where the test's function stands.
fn own_frame(subject: &Subject) -> Frame {
    let file = &subject.location.file;
    let dir = subject.package_dir.as_deref();
    Frame {
        function: String::new(),
        file: Some(file.clone()),
        path: dir.map(|dir| Path::new(dir).join(file)),
        line: Some(subject.location.line),
        column: None,
        home: Home::User,
    }
}
