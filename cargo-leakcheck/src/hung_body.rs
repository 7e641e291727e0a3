//! Where the body of a test stood that did not end.

use leakcheck_report::{HangCause, time};
use std::time::Duration;

use crate::{escape::plain, holders, report::Report, telling::Telling};

/// What is known of it; nothing where the body ended.
pub(crate) fn tell(telling: &mut Telling<'_>, report: &Report) {
    if let Some(hang) = &report.hang {
        let after = time::taken(Duration::from_millis(hang.after_ms));
        let why = match hang.cause {
            HangCause::Timeout => "its time was over",
            HangCause::Deadlock => "nothing can wake it",
        };
        telling.heading(&format!("the body did not end: after {after}, {why}"));
        if let Some(end) = &hang.ended_process {
            telling.line(2, &format!("the process ended with it: {}", plain(end)));
        }
        if let Some(thread) = &hang.thread {
            let doing = plain(&thread.doing);
            telling.line(2, &format!("its thread, tid {}: {doing}", thread.tid));
            telling.stack("the stack of its thread", &thread.stack);
        }
    } else if report.body_waits.is_some() {
        telling.heading("the body did not end");
    }
    let Some(waits) = &report.body_waits else {
        return;
    };
    if let Some(first) = waits.waits_at.iter().find(|frame| frame.line.is_some()) {
        telling.place(2, "waits at ", first);
    }
    if let Some(awaited) = &waits.waits_for {
        holders::awaited(telling, awaited);
    }
    if let Some(unread) = &waits.unread {
        telling.line(2, &format!("note: {}", plain(unread)));
    }
    telling.stack("what it awaits", &waits.waits_at);
}
