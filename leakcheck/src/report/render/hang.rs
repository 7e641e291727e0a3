//! A body that did not end: where it waits or what its thread does, and what was alive beside it.

use std::{fmt::Write, path::Path};

use leakcheck_report::time;

use super::{
    advice, cancelled, chain,
    escape::plain,
    excerpt::{self, Place},
    exit,
    finding::finding,
    frame::{place as at, short},
    numbers::Numbers,
    totals::totals,
    waits, why,
};
use crate::{
    base::model::{
        CodeOwner, Fate, Frame, Hang, HangCause, Kind, Leak, Report, StuckThread, Subject,
    },
    report::explain::{self, BODY, Causes, Why},
};

/// Frames of a stuck thread that are shown.
const FRAMES: usize = 12;

/// Renders it, in front of what the check found.
pub(super) fn render(out: &mut String, report: &Report, hang: &Hang, numbers: &Numbers<'_>) {
    let _ = writeln!(out, "leakcheck: {}", headline(report, hang));
    let waits = match hang.cause {
        HangCause::Exit(..) => exit::render(hang, numbers),
        _ => body(&report.subject, hang, numbers),
    };
    let _ = writeln!(out, "\n{waits}");
    let is_only_here = |alive: &&Leak| !is_told_below(alive, &report.leaks);
    let here: Vec<&Leak> = hang.alive.iter().filter(is_only_here).collect();
    if !hang.alive.is_empty() {
        let when = match hang.fate {
            Fate::Late => "when its time was over",
            Fate::GivenUp | Fate::EndedProcess(_) | Fate::LeftAlone => "at that moment",
        };
        let below = match (hang.alive.len() - here.len(), here.len()) {
            (0, _) => "",
            (_, 0) => ", left behind as well: see below",
            (_, _) => "; what was left behind as well is listed below",
        };
        let _ = writeln!(
            out,
            "\nalive {when}: {}{below}",
            totals(&hang.alive).join(", ")
        );
    }
    for leak in here {
        let _ = writeln!(out, "\n{}", finding(leak, None, numbers));
    }
    if hang.fate == Fate::LeftAlone {
        let _ = writeln!(out, "\nnote: {}", exit::LEFT_ALONE);
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

/// Whether all of it was left behind as well and still does the same, so that once is enough.
fn is_told_below(alive: &Leak, leaks: &[Leak]) -> bool {
    let place = |leak: &Leak| leak.waiting.as_ref().map(|waiting| waiting.place);
    let is_told = |is_same: &dyn Fn(&Leak) -> bool| leaks.iter().any(is_same);
    let is_alike = |leak: &Leak| leak.kind == alive.kind && place(leak) == place(alive);
    let tasks = alive
        .tasks
        .iter()
        .all(|task| is_told(&|leak| leak.tasks.contains(task) && is_alike(leak)));
    let threads = alive
        .threads
        .iter()
        .all(|thread| is_told(&|leak| leak.threads.contains(thread)));
    let others = alive
        .others
        .iter()
        .all(|other| is_told(&|leak| leak.kind == alive.kind && leak.others.contains(other)));
    let ids = match alive.kind {
        Kind::Task => alive.tasks.len(),
        _ => alive.threads.len() + alive.others.len(),
    };
    ids == alive.count && tasks && threads && others
}

/// In one sentence.
pub(super) fn headline(report: &Report, hang: &Hang) -> String {
    let sentence = of_body(&report.subject, hang);
    match cancelled::failure(report) {
        Some(failure) => format!("{failure}\n  {sentence}"),
        None => sentence,
    }
}

fn of_body(subject: &Subject, hang: &Hang) -> String {
    let test = plain(subject.test());
    match (&hang.cause, &hang.fate) {
        (HangCause::Timeout(limit), Fate::Late) => format!(
            "`{test}` is too late: its body ended after {}, and was to end within {}",
            time::taken(hang.after),
            time::taken(*limit)
        ),
        (HangCause::Exit(began, _), _) => exit::headline(*began, hang.after),
        (HangCause::Timeout(limit), Fate::GivenUp | Fate::LeftAlone) => format!(
            "`{test}` hangs: its body did not end within {} and was given up",
            time::taken(*limit)
        ),
        (HangCause::Timeout(limit), Fate::EndedProcess(_)) => format!(
            "`{test}` hangs: its body did not end within {}, and the process ends with it",
            time::taken(*limit)
        ),
        (HangCause::Deadlock, Fate::GivenUp | Fate::Late | Fate::LeftAlone) => format!(
            "`{test}` hangs for ever: nothing can wake its body any more, which was given up after {}",
            time::taken(hang.after)
        ),
        (HangCause::Deadlock, Fate::EndedProcess(_)) => format!(
            "`{test}` hangs for ever: nothing can wake its body any more, and the process ends with it after {}",
            time::taken(hang.after)
        ),
    }
}

fn body(subject: &Subject, hang: &Hang, numbers: &Numbers<'_>) -> String {
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
        (None, Some(thread), Some(_)) => {
            format!("in synchronous code, {}", plain(&thread.doing.to_string()))
        }
        _ if hang.fate == Fate::Late => "which has ended".to_owned(),
        (None, ..) => "in synchronous code".to_owned(),
    };
    let all = explain::with_body(hang);
    let causes = Causes::of(&all);
    let mut notes = Vec::new();
    if let Some(waiting) = waiting {
        notes.extend(waits::notes(waiting, kind, (1, numbers)));
    }
    let steps = chain::lines(&all, &causes, numbers);
    if !steps.is_empty() {
        notes.push(("because", steps.join("\n")));
    }
    let why = explain::why(&all, BODY, &causes).filter(|why| !why.is_plain());
    notes.extend(why.map(|found| ("why", why::sentence(found, &all[BODY]))));
    if let Some(thread) = thread {
        notes.push(match (&hang.waiting, waiting) {
            (None, Some(_)) => ("thread", format!("tid {}", thread.tid)),
            _ => ("thread", stuck(thread)),
        });
    }
    let (_, last) = explain::steps(&causes);
    notes.push(("help", help(hang, &all, last, &causes)));
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

/// What to do: about the mistake at the end of the way, if it is a known one.
fn help(hang: &Hang, all: &[Leak], last: usize, causes: &Causes<'_>) -> String {
    let found = explain::why(all, last, causes).filter(|found| !found.is_plain());
    let is_suspended = hang.waiting.is_some();
    // Other cures are about tasks.
    let fits = last != BODY || found.is_some_and(Why::is_of_waits);
    let leak = all.get(last).filter(|_| is_suspended && fits);
    let cure = leak.and_then(|leak| why::cure(Some(found?), leak, false));
    cure.unwrap_or_else(|| advice::on_hang(explain::advice_on_hang(hang)).to_owned())
}

/// What its thread does, with the innermost frames that are not internal.
pub(super) fn stuck(thread: &StuckThread) -> String {
    let mut text = format!("tid {}: {}", thread.tid, plain(&thread.doing.to_string()));
    let own = thread
        .stack()
        .iter()
        .filter(|frame| frame.owner != CodeOwner::Internal);
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
        from_root: Some(subject.location.from_root.clone()),
        path: dir.map(|dir| Path::new(dir).join(file)),
        line: Some(subject.location.line),
        column: None,
        owner: CodeOwner::User,
    }
}
