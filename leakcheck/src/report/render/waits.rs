//! Where a task is suspended and what for, or where a thread is blocked, in words.

use std::fmt::Write as _;

use leakcheck_report::plural;

use super::{
    escape::plain,
    frame::{place as at, short},
    holder::{task, variables},
    numbers::Numbers,
};
use crate::base::model::{
    Awaited, CodeOwner, Event, Frame, Holder, HolderKind, Kind, Missing, State, Waiting,
};

/// Callers of the place where it waits that are shown.
const CALLERS: usize = 4;

/// The innermost line of the user's own, or of a dependency where none is.
pub(super) fn place(waiting: &Waiting) -> Option<&Frame> {
    let of = |owner| {
        waiting
            .stack
            .iter()
            .find(move |frame| frame.owner == owner && frame.line.is_some())
    };
    of(CodeOwner::User).or_else(|| of(CodeOwner::Dependency))
}

/// What stands under that line.
pub(super) fn label(waiting: &Waiting, kind: Kind) -> String {
    match &waiting.state {
        State::Blocked(call) => return format!("waits here: {}", plain(&call.to_string())),
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

/// What so many wait for, who could help, and how they came there.
pub(super) fn notes(
    waiting: &Waiting,
    kind: Kind,
    (count, numbers): (usize, &Numbers<'_>),
) -> Vec<(&'static str, String)> {
    let mut texts: Vec<String> = Vec::new();
    for event in &waiting.events {
        let never_comes = waiting.is_forever || event.is_in_vain;
        let mut text = awaited(event, never_comes, (count, numbers));
        if event.is_in_vain && !waiting.is_forever {
            text.push_str(", so this can never happen");
        }
        // Several timers, say.
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let is_one = texts.len() == 1;
    if let Some(last) = texts.last_mut().filter(|_| waiting.is_forever) {
        last.push_str(if is_one {
            ", so this can never happen"
        } else {
            "; none of this can ever happen"
        });
    }
    let next = if waiting.are_joined {
        "and for"
    } else {
        "or for"
    };
    let labels = std::iter::once("waits for").chain(std::iter::repeat(next));
    let mut notes: Vec<(&'static str, String)> = labels.zip(texts).collect();
    let is_all = waiting.stack.len() == 1 && kind == Kind::Task;
    let inside: Vec<String> = waiting
        .stack
        .iter()
        // Nothing awaits a task's own future.
        .filter(|frame| !is_all || frame.line.is_some())
        .filter(|frame| frame.owner != CodeOwner::Internal)
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

/// What so many wait for, and who has the other end.
pub(super) fn awaited(
    event: &Awaited,
    is_forever: bool,
    (count, numbers): (usize, &Numbers<'_>),
) -> String {
    let mut text = plain(&event.to_string());
    let ends = blocking(&event.tasks, numbers);
    if event.held_by.is_empty()
        && event.event.has_holders()
        && (is_forever || event.missing.is_none())
    {
        text.push_str(if is_forever {
            "; nobody else is left who could make it happen"
        } else {
            "; who could make it happen was not found among the tasks"
        });
        if event.has_statics && !is_forever {
            text.push_str(" and statics");
        }
    }
    // Several tasks that hold it in the same way are told together.
    let same = |one: &Holder, other: &Holder| {
        let apart = |holder: &Holder| Holder {
            task: 0,
            ..holder.clone()
        };
        numbers.find(one.task).is_some() == numbers.find(other.task).is_some()
            && apart(one) == apart(other)
    };
    for (index, alike) in event.held_by.chunk_by(same).enumerate() {
        let perhaps = if alike[0].is_certain { "" } else { "perhaps " };
        let (before, after) = match (event.event.has_holders(), index) {
            (true, 0) => (", ", "held by "),
            (true, _) => (" and ", "by "),
            (false, 0) => (": ", ""),
            (false, _) => (", ", ""),
        };
        for part in [before, perhaps, after] {
            text.push_str(part);
        }
        text.push_str(&holders(alike, (count, numbers)));
    }
    if event.unlisted > 0 {
        let _ = write!(text, " and {} more", event.unlisted);
    }
    if let Some(missing) = &event.missing {
        text.push_str(&searched(missing, event));
    }
    text + &ends
}

/// What was looked for in vain, and where.
fn searched(missing: &Missing, event: &Awaited) -> String {
    let what = match (missing.ends, event.held_by.is_empty()) {
        (1, true) if event.event == Event::OneshotValue => "its sender".to_owned(),
        (1, true) => "it".to_owned(),
        (_, true) => "them".to_owned(),
        (1, false) => "the other sender".to_owned(),
        (ends, false) => format!("the {ends} other senders"),
    };
    let mut text = format!("; nothing that was searched leads to {what}: no task, no static");
    if !missing.is_whole {
        text.push_str(", as far as they could be read");
    }
    match missing.threads {
        0 => {}
        1 => text.push_str("; the stack of a thread was not searched"),
        threads => {
            let _ = write!(text, "; the stacks of {threads} threads were not searched");
        }
    }
    text
}

/// Closures of `spawn_blocking` whose end is waited for, and where they are, as far as they are told.
fn blocking(tasks: &[u64], numbers: &Numbers<'_>) -> String {
    let mut text = String::new();
    let told = |task: &u64| Some((*task, numbers.find(*task)?));
    for (index, (task, leak)) in tasks.iter().filter_map(told).enumerate() {
        text.push_str(if index == 0 { ": " } else { ", " });
        let _ = write!(text, "{} {task}", leak.kind.name().replace('_', " "));
        if let Some(name) = &leak.name {
            let _ = write!(text, " `{}`", plain(name));
        }
        if let Some(waiting) = &leak.waiting {
            let _ = write!(text, ", {}", plain(&waiting.state.to_string()));
            if let Some(at) = place(waiting).and_then(at) {
                let _ = write!(text, " at {at}");
            }
        }
    }
    text
}

/// Tasks that hold it in one way.
fn holders(alike: &[Holder], (count, numbers): (usize, &Numbers<'_>)) -> String {
    let holder = &alike[0];
    let local = holder.local.iter().chain(&holder.also);
    let locals: Vec<&str> = local.map(String::as_str).collect();
    let place = holder
        .at
        .as_ref()
        .and_then(at)
        .map(|place| format!(" ({place})"))
        .unwrap_or_default();
    let parked = if holder.is_parked {
        ", in a future that nobody polls"
    } else {
        ""
    };
    let queued = if holder.is_queued {
        ", in a message that nobody has received"
    } else {
        ""
    };
    let how = variables(&locals) + &place + parked + queued;
    match (holder.kind, holder.is_body) {
        (HolderKind::Itself, true) => format!("the body itself{how}"),
        (HolderKind::Itself, false) if count > 1 => format!("each of these tasks itself{how}"),
        (HolderKind::Itself, false) => format!("this same task{how}"),
        (HolderKind::Body, _) => format!("the test's body{how}"),
        (HolderKind::Thread, _) if holder.name.is_empty() => format!("a thread{how}"),
        (HolderKind::Thread, _) => format!("thread \"{}\"{how}", plain(&holder.name)),
        (HolderKind::ThreadLocal, _) => {
            format!("thread-local `{}`{how}", plain(&holder.name))
        }
        (HolderKind::Static, _) => format!("static `{}`{how}", plain(&holder.name)),
        (HolderKind::Task, _) => {
            let ids: Vec<u64> = alike.iter().map(|holder| holder.task).collect();
            task(&ids, &holder.name, &how, numbers)
        }
    }
}
