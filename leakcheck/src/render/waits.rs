//! Where a task is suspended and what for, or where a thread is blocked, in words.

use super::{
    escape::plain,
    frame::{place as at, short},
    plural,
};
use crate::model::{Awaited, Frame, Holder, Home, Kind, State, Waiting};

/// Callers of the place where it waits that are shown.
const CALLERS: usize = 4;

/// The innermost line of the user's own, or of a dependency where none is.
pub(super) fn place(waiting: &Waiting) -> Option<&Frame> {
    let of = |home| {
        waiting
            .stack
            .iter()
            .find(move |frame| frame.home == home && frame.line.is_some())
    };
    of(Home::User).or_else(|| of(Home::Dependency))
}

/// What stands under that line.
pub(super) fn label(waiting: &Waiting, kind: Kind) -> String {
    match &waiting.state {
        State::Blocked(call) => return format!("waits here: {}", plain(call)),
        State::Running if kind != Kind::Task => return "runs here".to_owned(),
        // Only the outer ones were read.
        _ if kind == Kind::Task && waiting.unread.is_some() => {
            return "awaits further futures here".to_owned();
        }
        _ => {}
    }
    let inner = waiting.stack.first().filter(|first| {
        place(waiting).is_some_and(|place| place != *first) && !first.function.is_empty()
    });
    match inner {
        Some(inner) => format!("waits here: {}", called(&inner.function)),
        None => "waits here".to_owned(),
    }
}

/// A method with its type, or a type by itself.
fn called(function: &str) -> String {
    let last = function.rsplit("::").next().unwrap_or(function);
    if last.starts_with(char::is_uppercase) {
        plain(last)
    } else {
        short(function)
    }
}

/// What it waits for, who could help, and how it came there.
pub(super) fn notes(waiting: &Waiting, kind: Kind) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    for (index, event) in waiting.events.iter().enumerate() {
        let last = index + 1 == waiting.events.len();
        let mut text = awaited(event);
        if waiting.is_forever && last {
            text.push_str(if waiting.events.len() == 1 {
                ", so this can never happen"
            } else {
                "; none of this can ever happen"
            });
        }
        notes.push((if index == 0 { "waits for" } else { "or for" }, text));
    }
    let is_all = waiting.stack.len() == 1 && kind == Kind::Task;
    let inside: Vec<String> = waiting
        .stack
        .iter()
        // Nothing awaits a task's own future.
        .filter(|frame| !is_all || frame.line.is_some())
        .filter(|frame| frame.home != Home::Machinery)
        .filter(|frame| Some(*frame) != place(waiting))
        .map(|frame| match at(frame) {
            Some(place) => format!("{place} {}", short(&frame.function)),
            None => plain(&frame.function),
        })
        .collect();
    if !inside.is_empty() {
        let mut shown = inside[..inside.len().min(CALLERS)].to_vec();
        if inside.len() > CALLERS {
            shown.push(plural::of(
                inside.len() - CALLERS,
                "more frame",
                "more frames",
            ));
        }
        let by = match (&waiting.state, kind) {
            (State::Blocked(_), _) => "called by",
            (_, Kind::Task) => "awaited by",
            _ => "called by",
        };
        notes.push((by, shown.join("  <-  ")));
    }
    if let Some(why) = &waiting.unread {
        let what = match kind {
            Kind::Task => "where it waits could not be read",
            _ => "its stack cannot be shown",
        };
        notes.push(("note", format!("{what}: {}", plain(why))));
    }
    notes
}

fn awaited(event: &Awaited) -> String {
    let mut text = plain(&event.what);
    if event.held_by.is_empty() && event.has_holders {
        text.push_str("; who could make it happen was not found among the tasks");
    }
    for (index, by) in event.held_by.iter().enumerate() {
        let perhaps = if by.is_certain { "" } else { "perhaps " };
        let (before, after) = match (event.has_holders, index) {
            (true, 0) => (", ", "held by "),
            (true, _) => (" and ", "by "),
            (false, 0) => (": ", ""),
            (false, _) => (", ", ""),
        };
        for part in [before, perhaps, after] {
            text.push_str(part);
        }
        text.push_str(&holder(by));
    }
    text
}

fn holder(holder: &Holder) -> String {
    let who = match (holder.is_itself, holder.is_body) {
        (true, true) => "the body itself".to_owned(),
        (true, false) => "this same task".to_owned(),
        (false, true) => "the test's body".to_owned(),
        (false, false) => format!("task {} `{}`", holder.task, plain(&holder.name)),
    };
    let local = holder
        .local
        .as_deref()
        .filter(|local| !local.is_empty())
        .map(|local| format!(" in `{}`", plain(local)))
        .unwrap_or_default();
    let place = holder
        .at
        .as_ref()
        .and_then(at)
        .map(|place| format!(" ({place})"))
        .unwrap_or_default();
    format!("{who}{local}{place}")
}
