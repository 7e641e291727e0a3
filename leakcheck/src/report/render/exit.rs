//! A process that does not come to its end: what the thread is in that ends it.

use std::time::Duration;

use leakcheck_report::time;

use super::{
    advice,
    escape::plain,
    excerpt::{self, Place},
    frame::{place as at, short},
    numbers::Numbers,
    waits,
};
use crate::{
    base::model::{CodeOwner, ExitBegan, Frame, Hang, Kind, StuckThread},
    report::explain,
};

/// What became of it.
pub(super) const LEFT_ALONE: &str = "the process goes on, and ends as soon as this comes to an end; `exit_timeout`, or \
     LEAKCHECK_EXIT_TIMEOUT=<duration>, is how long it is given, and 0s never looks";

/// In one sentence.
pub(super) fn headline(began: ExitBegan, after: Duration) -> String {
    let after = time::taken(after);
    match began {
        ExitBegan::Exit => format!("the process does not end: it began to exit {after} ago"),
        ExitBegan::TestsOver => {
            format!("the process does not end: its tests were over {after} ago")
        }
    }
}

/// What the thread does that is to end it.
pub(super) fn render(hang: &Hang, numbers: &Numbers<'_>) -> String {
    let Some(thread) = &hang.thread else {
        return String::new();
    };
    let mut notes = Vec::new();
    if let Some(waiting) = &thread.waiting {
        notes.extend(waits::notes(waiting, Kind::Thread, (1, numbers)));
    }
    notes.extend(called(thread).map(|called| ("called at exit", called)));
    notes.push(("thread", format!("tid {}", thread.tid)));
    let help = advice::on_hang(explain::advice_on_hang(hang));
    notes.push(("help", help.to_owned()));
    let label = thread
        .waiting
        .as_ref()
        .map(|waiting| waits::label(waiting, Kind::Thread));
    let place = thread.waiting.as_ref().and_then(waits::place);
    let place = place
        .zip(label.as_deref())
        .map(|(frame, label)| Place { frame, label });
    let doing = plain(&thread.doing.to_string());
    excerpt::render(("exit", &doing), place.as_slice(), &notes)
}

/// The function that the end of the process has called: the outermost of the user's that `exit` leads to.
fn called(thread: &StuckThread) -> Option<String> {
    let is_exit =
        |frame: &Frame| frame.function == "exit" || frame.function == "std::process::exit";
    let stack = thread.stack();
    let inside = stack.iter().position(is_exit).unwrap_or(stack.len());
    let outermost = stack[..inside]
        .iter()
        .rev()
        .find(|frame| frame.owner != CodeOwner::Internal)?;
    let function = short(&outermost.function);
    Some(match at(outermost) {
        Some(place) => format!("{place} {function}"),
        None => function,
    })
}
