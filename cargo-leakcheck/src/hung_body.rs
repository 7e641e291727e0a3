//! Where the body of a test stood that did not end.

use std::time::Duration;

use leakcheck_report::{HangCause, Pattern, time};

use crate::{chain, escape::plain, holders, long_form, report::Report, telling::Telling};

/// Tasks and threads that are told.
const ALIVE: usize = 20;

/// What is known of it; nothing where the body ended. Returns the mistake that it is.
pub(crate) fn tell(telling: &mut Telling<'_>, report: &Report) -> Option<Pattern> {
    body(telling, report);
    let hang = report.hang.as_ref()?;
    for leak in hang.alive.iter().take(ALIVE) {
        telling.line(0, "");
        telling.heading(&format!("alive then: {}", chain::named(leak)));
        long_form::about(telling, leak);
    }
    if hang.alive.len() > ALIVE {
        telling.line(0, "");
        telling.line(0, &format!("alive then: {} more", hang.alive.len() - ALIVE));
    }
    Pattern::named(&hang.why.as_ref()?.pattern)
}

fn body(telling: &mut Telling<'_>, report: &Report) {
    if let Some(hang) = &report.hang {
        let after = time::taken(Duration::from_millis(hang.after_ms));
        let why = match hang.cause {
            HangCause::Timeout => "its time was over",
            HangCause::Deadlock => "nothing can wake it",
            HangCause::Exit => "its exit had begun long before",
        };
        let what = match hang.cause {
            HangCause::Exit => "process",
            _ => "body",
        };
        telling.heading(&format!("the {what} did not end: after {after}, {why}"));
        for step in &hang.because {
            telling.line(2, &format!("because: {}", plain(step)));
        }
        if let Some(why) = &hang.why {
            long_form::why(telling, why);
        }
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
        holders::tell(telling, &holders::awaited(awaited));
    }
    if let Some(unread) = &waits.unread {
        telling.line(2, &format!("note: {}", plain(unread)));
    }
    telling.stack("what it awaits", &waits.waits_at);
}
