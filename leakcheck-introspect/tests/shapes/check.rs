//! Lets tasks come to rest, and compares them with what the shapes say.

use std::{collections::BTreeMap, fmt::Write};

use leakcheck_introspect::{Error, FrameKind, State, Task, TaskList};
use tokio::task::yield_now;

use crate::{
    shape::{Area, Stage},
    text::Writer,
};

/// Looks at the tasks until they rest.
const LOOKS: u32 = 200;
/// Turns that the tasks are given before each look.
const TURNS: u32 = 64;

/// Spawns all shapes, and reads their tasks once all of them are parked.
pub(crate) async fn spawned(
    areas: &[&Area],
    stage: &mut Stage,
    read: impl Fn() -> Result<TaskList, Error>,
) -> TaskList {
    for shape in areas.iter().flat_map(|area| area.shapes) {
        (shape.spawn)(stage);
    }
    loop {
        let list = parked(&read).await;
        if !stage.advance() {
            return list;
        }
    }
}

/// Waits until every task was polled and is idle, and two looks in a row have seen the same.
pub(crate) async fn parked(read: impl Fn() -> Result<TaskList, Error>) -> TaskList {
    let mut before = None;
    let mut restless = String::new();
    for _ in 0..LOOKS {
        for _ in 0..TURNS {
            yield_now().await;
        }
        let list = read().expect("this program has debug info");
        let is_parked = |task: &&Task| {
            let is_new = task
                .root()
                .is_some_and(|root| root.kind() == FrameKind::Unresumed);
            task.state() == State::Idle && !is_new
        };
        if let Some(task) = list.tasks().iter().find(|task| !is_parked(task)) {
            restless = format!("{} is {:?}", task.future(), task.state());
            before = None;
            continue;
        }
        if let Some(gap) = list.gap() {
            gap.clone_into(&mut restless);
            before = None;
            continue;
        }
        let seen: Vec<_> = list
            .tasks()
            .iter()
            .map(|task| (task.id(), task.root().cloned()))
            .collect();
        if before.as_ref() == Some(&seen) {
            return list;
        }
        "what is awaited changes".clone_into(&mut restless);
        before = Some(seen);
    }
    panic!("the tasks do not come to rest: {restless}");
}

/// The names of shapes, and how their tasks must read.
pub(crate) fn written(areas: &[&Area]) -> impl Iterator<Item = (&'static str, &'static str)> {
    areas
        .iter()
        .flat_map(|area| area.shapes)
        .map(|shape| (shape.name, shape.tasks))
}

/// Panics with every difference between the tasks of a list and what is written of them.
pub(crate) fn compare<'e>(
    written: impl IntoIterator<Item = (&'e str, &'e str)>,
    stage: &Stage,
    list: &TaskList,
) {
    let mut texts = Writer::new(list, stage).texts();
    let mut differences = String::new();
    for (shape, tasks) in written {
        for (name, expected) in blocks(tasks) {
            let seen = texts.remove(&name).unwrap_or_default();
            if seen != expected {
                let _ = write!(differences, "\n\n== {shape}");
                difference(&expected, &seen, &mut differences);
            }
        }
    }
    for text in texts.into_values() {
        let _ = write!(differences, "\n\n== not in any shape");
        difference("", &text, &mut differences);
    }
    assert!(
        differences.is_empty(),
        "what was read (+) is not what the shapes say (-){differences}"
    );
}

/// The tasks of one expectation: each begins at a line that is indented less than the rest of it.
fn blocks(tasks: &str) -> Vec<(String, String)> {
    let lines = || tasks.lines().filter(|line| !line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start().len();
    let margin = lines().map(indent).min().unwrap_or(0);
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in lines() {
        if indent(line) == margin {
            let name = line.split_once(" [").map_or(line, |(name, _)| name);
            blocks.push((name.trim().to_owned(), line.trim().to_owned()));
        } else if let Some((_, block)) = blocks.last_mut() {
            let _ = write!(block, "\n{}", line[margin..].trim_end());
        }
    }
    blocks
}

/// Writes two texts line by line, with what both have once.
fn difference(expected: &str, seen: &str, out: &mut String) {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), seen.lines().collect());
    // Lengths of the longest common ends.
    let mut common: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let length = |common: &BTreeMap<_, _>, at| common.get(&at).copied().unwrap_or(0);
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let longest = if old[i] == new[j] {
                1 + length(&common, (i + 1, j + 1))
            } else {
                length(&common, (i + 1, j)).max(length(&common, (i, j + 1)))
            };
            common.insert((i, j), longest);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let (sign, line) = match (old.get(i), new.get(j)) {
            (Some(old), Some(new)) if old == new => {
                i += 1;
                j += 1;
                (' ', old)
            }
            (Some(old), new)
                if new.is_none() || length(&common, (i + 1, j)) >= length(&common, (i, j + 1)) =>
            {
                i += 1;
                ('-', old)
            }
            (_, Some(new)) => {
                j += 1;
                ('+', new)
            }
            (_, None) => break,
        };
        let _ = write!(out, "\n{sign} {line}");
    }
}
