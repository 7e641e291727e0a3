//! The text that a decoded task is compared as.
//!
//! ```text
//! mpsc::ping                                      the name of the task, and in brackets what is special about it
//!   mpsc::ping @ping  rx: Receiver<u32>           a frame, the marker on the line of its await, and its locals
//!     mpsc::inner @inner                          what it awaits
//!   holds rx: receiver of mpsc                    what its locals hold
//!   waits for message of mpsc (1 sender) <- mpsc::pong `tx`      what could wake it, and who holds that where
//! ```
//!
//! A task is named for its future; several of one future are numbered in the order of their ids. In brackets stand its
//! state, unless it is idle, `stuck` where it provably waits for ever, and `open` where its waits may not be all. A
//! question mark stands behind a local that may have been moved out of.

use std::{collections::BTreeMap, fmt::Write};

use leakcheck_introspect::{
    Certainty, Class, Event, Frame, FrameKind, Graph, Location, Queued, Role, State, Task,
    TaskList, Wait, Waker,
};
use tokio::time::Instant;

use crate::{
    AREAS, normal,
    shape::{Area, HOUR, Stage},
};

/// Writes the tasks of one list.
pub(crate) struct Writer<'l> {
    list: &'l TaskList,
    stage: &'l Stage,
    graph: Graph<'l>,
    names: BTreeMap<u64, String>,
}

impl<'l> Writer<'l> {
    pub(crate) fn new(list: &'l TaskList, stage: &'l Stage) -> Self {
        Self {
            list,
            stage,
            graph: Graph::new([list]),
            names: names(list),
        }
    }

    /// The text of every task, by its name.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let tasks = self.list.tasks().iter();
        tasks
            .map(|task| (self.name(task).to_owned(), self.text(task)))
            .collect()
    }

    fn name(&self, task: &Task) -> &str {
        self.names
            .get(&task.id())
            .map_or("a task of another list", String::as_str)
    }

    fn text(&self, task: &Task) -> String {
        let mut text = self.name(task).to_owned();
        let special = self.special(task);
        if !special.is_empty() {
            let _ = write!(text, " [{}]", special.join(", "));
        }
        if let Some(root) = task.root().filter(|root| normal::counts(root)) {
            frame_lines(root, 1, &mut text);
        }
        let holds = task
            .holds()
            .iter()
            .filter(|hold| normal::is_shown(hold))
            .map(|hold| {
                let doubt = doubt(hold.certainty());
                let object = object(hold.role(), hold.object().class());
                let parked = if hold.is_parked() { "parked " } else { "" };
                let queued = match hold.queued() {
                    None => "",
                    Some(Queued::ToReceive) => " in a queue",
                    Some(Queued::Sent) => " in a queue of others",
                };
                format!("{}{doubt}: {parked}{object}{queued}", hold.local())
            });
        let holds = sorted(holds);
        if !holds.is_empty() {
            let _ = write!(text, "\n  holds {}", holds.join(", "));
        }
        for wait in sorted(task.waits().iter().map(|wait| self.wait(task, wait))) {
            let _ = write!(text, "\n  {wait}");
        }
        text
    }

    fn special(&self, task: &Task) -> Vec<String> {
        let mut special = Vec::new();
        match task.state() {
            State::Idle => {}
            State::Scheduled => special.push("scheduled".to_owned()),
            State::Running => special.push("running".to_owned()),
            State::Complete => special.push("complete".to_owned()),
        }
        if let Some(why) = task.unread() {
            special.push(format!("unread: {why}"));
        }
        if self.graph.is_stuck(task) {
            special.push("stuck".to_owned());
        }
        if task.root().is_some() && !task.is_complete() {
            special.push("open".to_owned());
        }
        special
    }

    fn wait(&self, task: &Task, wait: &Wait) -> String {
        let verb = match wait.certainty() {
            Certainty::Certain => "waits",
            Certainty::Possible => "may wait",
        };
        let class = wait
            .object()
            .map_or("nothing", |object| class_name(object.class()));
        let event = match wait.event() {
            Event::Message { senders } => format!("message of {class}{}", counted(*senders)),
            Event::Capacity => format!("capacity of {class}"),
            Event::Closed => format!("close of {class}"),
            Event::Change { senders } => format!("change of {class}{}", counted(*senders)),
            Event::Permit => format!("permit of {class}"),
            Event::Notification => format!("notification of {class}"),
            Event::Arrivals => format!("arrivals at {class}"),
            Event::End => format!("end of {class}"),
            Event::Cancellation { left } => format!("cancellation of {class}{}", left_to(*left)),
            Event::Deadline(Some(at)) => return format!("{verb} for {}", hours(*at)),
            Event::Readiness => {
                let number = wait.object().map_or(u64::MAX, |object| object.address());
                return format!(
                    "{verb} for {class} `{}`",
                    self.stage.descriptor_name(number)
                );
            }
            Event::Exit => format!("exit of {class}"),
            Event::Signal(number) => return format!("{verb} for signal {number:?}"),
            Event::Never => return format!("{verb} for nothing"),
            other => return format!("{verb} for {other:?} of {class}"),
        };
        let wakers = self.graph.wakers(task, wait);
        let wakers = sorted(wakers.iter().map(|waker| self.waker(waker)));
        let wakers = if wakers.is_empty() {
            "nobody found".to_owned()
        } else {
            wakers.join(", ")
        };
        format!("{verb} for {event} <- {wakers}")
    }

    fn waker(&self, waker: &Waker<'_>) -> String {
        let name = self.name(waker.task().unwrap());
        match waker.hold {
            None => name.to_owned(),
            Some(hold) if normal::is_own(hold.function()) => {
                format!("{name} `{}`{}", hold.local(), doubt(hold.certainty()))
            }
            Some(_) => format!("{name} inside a dependency"),
        }
    }
}

/// The names of all tasks of a list, by their ids.
fn names(list: &TaskList) -> BTreeMap<u64, String> {
    let mut by_future: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for task in list.tasks() {
        by_future
            .entry(normal::path(task.future()))
            .or_default()
            .push(task.id());
    }
    let mut names = BTreeMap::new();
    for (future, ids) in by_future {
        match &ids[..] {
            [only] => _ = names.insert(*only, future.to_owned()),
            several => names.extend(
                several
                    .iter()
                    .enumerate()
                    .map(|(index, id)| (*id, format!("{future}#{index}"))),
            ),
        }
    }
    names
}

/// One frame, and those inside it.
fn frame_lines(frame: &Frame, depth: usize, text: &mut String) {
    let _ = write!(
        text,
        "\n{:1$}{2}",
        "",
        depth * 2,
        normal::path(frame.function())
    );
    if normal::is_own(frame.function()) {
        let _ = match frame.kind() {
            FrameKind::Suspended => Ok(()),
            FrameKind::Unresumed => write!(text, " (not started)"),
            FrameKind::Finished => write!(text, " (finished)"),
            FrameKind::Future => write!(text, " (hand-written)"),
            FrameKind::Unfollowed => write!(text, " (not followed)"),
        };
        if let Some(location) = frame.location() {
            let _ = write!(text, " {}", marker(location));
        }
        let locals = frame.locals().iter();
        let locals =
            locals.map(|local| format!("{}: {}", local.name(), normal::type_name(local.ty())));
        let locals = sorted(locals);
        if !locals.is_empty() {
            let _ = write!(text, "  {}", locals.join(", "));
        }
    }
    for inner in normal::inside(frame) {
        frame_lines(inner, depth + 1, text);
    }
}

/// The marker on a line of this crate or alone on the line above, else the line itself.
fn marker(location: &Location) -> String {
    let at = |area: &&&Area| {
        location
            .file()
            .ends_with(&format!("tests/shapes/{}", area.file))
    };
    let Some(area) = AREAS.iter().find(at) else {
        return format!("@{location}");
    };
    let before = location.line().saturating_sub(2) as usize;
    let mut lines = area.source.lines().skip(before).map(str::trim);
    let above = lines.next().and_then(|line| line.strip_prefix("// @"));
    let line = lines.next().unwrap_or_default();
    match line.split_once("// @").map(|(_, marker)| marker).or(above) {
        Some(marker) => format!("@{marker}"),
        None => format!("@{}:{} `{line}`", area.file, location.line()),
    }
}

fn sorted(parts: impl Iterator<Item = String>) -> Vec<String> {
    let mut parts: Vec<_> = parts.collect();
    parts.sort_unstable();
    parts
}

/// The mark of what may have been moved away.
fn doubt(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "",
        Certainty::Possible => "?",
    }
}

fn object(role: Role, class: Class) -> String {
    let class = class_name(class);
    match role {
        Role::Sender => format!("sender of {class}"),
        Role::Receiver => format!("receiver of {class}"),
        Role::Guard => format!("guard of {class}"),
        Role::Owner => class.to_owned(),
        Role::Waiter => format!("waiter for {class}"),
    }
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Mpsc => "mpsc",
        Class::Channel => "channel",
        Class::Pipe => "pipe",
        Class::Oneshot => "oneshot",
        Class::Watch => "watch",
        Class::Broadcast => "broadcast",
        Class::Mutex => "mutex",
        Class::RwLock => "rwlock",
        Class::Semaphore => "semaphore",
        Class::Notify => "notify",
        Class::Barrier => "barrier",
        Class::Task => "task",
        Class::CancellationToken => "token",
        Class::Timer => "timer",
        Class::Descriptor => "descriptor",
        Class::Process => "process",
        Class::Signal => "signal",
        _ => "something new",
    }
}

fn counted(senders: Option<u64>) -> String {
    match senders {
        None => String::new(),
        Some(1) => " (1 sender)".to_owned(),
        Some(several) => format!(" ({several} senders)"),
    }
}

/// How many could cancel a token.
fn left_to(left: Option<u64>) -> String {
    left.map_or_else(String::new, |left| format!(" (left to {left})"))
}

/// A deadline, to the nearest hour: no test takes half of one.
fn hours(at: std::time::Instant) -> String {
    let left = Instant::from_std(at).saturating_duration_since(Instant::now()) + HOUR / 2;
    format!("timer in {} h", left.as_secs() / HOUR.as_secs())
}
