//! The text that a task is compared as: its frames with the markers of their lines, and who could end its waits.
//!
//! Of tokio's frames neither lines nor locals count: they change with every release.

use std::{collections::BTreeMap, fmt::Write, time::Instant};

use leakcheck_introspect::{Event, Frame, Graph, Location, Task, TaskList, Timer, TimerList, Wait};

use crate::shapes::{self, HOUR};

/// A path without this program's own part of it.
fn own(path: &str) -> &str {
    path.strip_prefix(shapes::HOME)
        .and_then(|rest| rest.strip_prefix("::"))
        .unwrap_or(path)
}

/// The texts of all tasks, by the name of their future.
pub(crate) fn texts(list: &TaskList) -> BTreeMap<String, String> {
    let graph = Graph::new([list]);
    let tasks = list.tasks().iter();
    tasks
        .map(|task| (own(task.future()).to_owned(), text(&graph, task)))
        .collect()
}

fn text(graph: &Graph<'_>, task: &Task) -> String {
    let mut text = own(task.future()).to_owned();
    if let Some(why) = task.unread() {
        let _ = write!(text, " (unread: {why})");
    }
    if let Some(root) = task.root() {
        frame(root, 1, &mut text);
    }
    let mut waits: Vec<_> = task
        .waits()
        .iter()
        .map(|wait| describe(graph, task, wait))
        .collect();
    waits.sort_unstable();
    for wait in waits {
        let _ = write!(text, "\n  waits for {wait}");
    }
    text
}

/// One frame, and those inside it.
fn frame(frame: &Frame, depth: usize, text: &mut String) {
    let function = frame.function();
    let _ = write!(text, "\n{:1$}{2}", "", depth * 2, own(function));
    if own(function) != function {
        let place = frame.location().map(marker).unwrap_or_default();
        let _ = write!(text, " @{place}");
    }
    for inner in frame.inner() {
        self::frame(inner, depth + 1, text);
    }
}

/// The marker at the end of a line or alone on the line above, else the place itself.
fn marker(location: &Location) -> String {
    let line = location.line() as usize;
    let source = location
        .file()
        .ends_with("shapes.rs")
        .then_some(shapes::SOURCE);
    let marker = |line: Option<&'static str>| Some(line?.split_once("// @")?.1);
    let at = |line: Option<usize>| source.and_then(|source| source.lines().nth(line?));
    let above = at(line.checked_sub(2)).filter(|line| line.trim_start().starts_with("//"));
    marker(at(line.checked_sub(1)))
        .or_else(|| marker(above))
        .map_or_else(|| location.to_string(), str::to_owned)
}

fn describe(graph: &Graph<'_>, task: &Task, wait: &Wait) -> String {
    let class = wait
        .object()
        .map(|object| format!("{:?}", object.class()).to_lowercase());
    let class = class.unwrap_or_else(|| "nothing".to_owned());
    let counted = |senders: &Option<u64>| match senders {
        None => String::new(),
        Some(1) => " (1 sender)".to_owned(),
        Some(several) => format!(" ({several} senders)"),
    };
    let event = match wait.event() {
        Event::Message { senders } => format!("message of {class}{}", counted(senders)),
        Event::Change { senders } => format!("change of {class}{}", counted(senders)),
        // A moment that lies ahead, by less than twice what all of them wait.
        Event::Deadline(Some(at)) => {
            let left = at.saturating_duration_since(std::time::Instant::now());
            return format!(
                "{class} {}",
                if (1..7200).contains(&left.as_secs()) {
                    "ahead"
                } else {
                    "far off"
                }
            );
        }
        other => format!("{other:?} of {class}").to_lowercase(),
    };
    let mut wakers: Vec<_> = graph
        .wakers(task, wait)
        .iter()
        .map(|waker| {
            let held = waker.hold.map(|hold| format!(" `{}`", hold.local()));
            format!("{}{}", own(waker.task().unwrap().future()), held.unwrap_or_default())
        })
        .collect();
    wakers.sort_unstable();
    if wakers.is_empty() {
        return event;
    }
    format!("{event} <- {}", wakers.join(", "))
}

/// Whether a moment lies ahead, by less than twice what every timer was set to.
fn moment(at: Instant) -> &'static str {
    let left = at.saturating_duration_since(Instant::now());
    if (1..2 * HOUR.as_secs()).contains(&left.as_secs()) {
        "ahead"
    } else {
        "at another time"
    }
}

/// The armed timers, and the tasks that they wake.
pub(crate) fn timers(timers: &TimerList, list: &TaskList) -> String {
    let describe = |timer: &Timer| {
        let moment = timer.deadline().map_or("at no time", moment);
        let is_woken = |task: &&Task| Some(task.address()) == timer.wakes();
        let woken = list.tasks().iter().find(is_woken).map(Task::future);
        format!("\n  {moment} wakes {}", own(woken.unwrap_or("nobody")))
    };
    let mut lines: Vec<_> = timers.timers().iter().map(describe).collect();
    lines.sort_unstable();
    format!("timers{}", lines.concat())
}

/// `tokio-1.2.3`, as the files of its frames are called.
pub(crate) fn release(list: &TaskList) -> String {
    fn find(frame: &Frame) -> Option<&str> {
        let own = || {
            let mut parts = frame.location()?.file().split('/');
            parts.find(|part| part.starts_with("tokio-1."))
        };
        own().or_else(|| frame.inner().iter().find_map(find))
    }
    let mut roots = list.tasks().iter().filter_map(Task::root);
    let found = roots.find_map(find);
    found.unwrap_or("an unknown release").to_owned()
}

/// What is expected of each task, by its name: a task begins at a line that is indented less than the rest of it.
pub(crate) fn blocks(tasks: &str) -> BTreeMap<String, String> {
    let lines = || tasks.lines().filter(|line| !line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start().len();
    let margin = lines().map(indent).min().unwrap_or(0);
    let mut blocks = BTreeMap::new();
    let mut name = String::new();
    for line in lines() {
        if indent(line) == margin {
            line.trim().clone_into(&mut name);
        }
        let block: &mut String = blocks.entry(name.clone()).or_default();
        if !block.is_empty() {
            block.push('\n');
        }
        block.push_str(line[margin..].trim_end());
    }
    blocks
}

/// Tasks that differ, in full.
pub(crate) fn difference(
    expected: &BTreeMap<String, String>,
    seen: &BTreeMap<String, String>,
) -> String {
    let mut out = String::new();
    let mut note = |sign: char, text: Option<&String>| {
        for line in text.into_iter().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "{sign} {line}");
        }
    };
    let names = expected
        .keys()
        .chain(seen.keys().filter(|name| !expected.contains_key(*name)));
    for name in names.filter(|name| expected.get(*name) != seen.get(*name)) {
        note('-', expected.get(name));
        note('+', seen.get(name));
    }
    out
}
