//! Child processes, until somebody has waited for them.

use std::{
    process::{Command, Stdio},
    sync::{LazyLock, OnceLock},
};

use super::source::Source;
use crate::{
    base::model::{Detail, Fact, Kind, OtherResource, Resource, ResourceId, Seen},
    observe::scope::{Scope, ScopeId},
    sys::{self, children, clock},
};

pub(super) const SOURCE: Source = Source {
    kind: Kind::Process,
    list,
    describe,
    coverage,
};

/// Characters of a command line that are shown.
const LONGEST: usize = 120;

/// The children of `scope`, or of the whole process, oldest first.
///
/// Where no check is under way, a scope is what this thread and its descendants started, as with threads.
pub(super) fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = clock::now_ms();
    let mut children = children::live(scope.map(ScopeId::index));
    children.retain(|child| scope.is_none_or(|scope| scope.covers(child.root)));
    children.sort_unstable_by_key(|child| child.number);
    children
        .into_iter()
        .map(|child| Resource {
            id: ResourceId::Other(Kind::Process, child.number),
            origin: child.origin,
            age_ms: Some(now.saturating_sub(child.born_ms)),
            detail: Detail::Other(OtherResource {
                number: Some(child.pid.into()),
                ..OtherResource::default()
            }),
        })
        .collect()
}

fn describe(id: u64, thing: &mut OtherResource) {
    let Some(child) = children::find(id) else {
        return;
    };
    thing.name = if children::is_copy(child.pid) {
        Some("a copy of the test program".to_owned())
    } else {
        children::program(child.pid)
    };
    thing.facts.push(Fact::Process(child.pid));
    if thing.name.is_none() {
        thing.facts.push(Fact::ProgramUnread);
    }
    thing.facts.push(Fact::State(child.state));
    let command = children::command(child.pid);
    thing.facts.extend(line(&command).map(Fact::Command));
}

/// The command line of the process with this number, if it runs.
pub(super) fn words(number: u64) -> Option<String> {
    line(&children::command(u32::try_from(number).ok()?))
}

/// A command line as one would type it, cut where it is long; nothing where there is none.
fn line(words: &[String]) -> Option<String> {
    let is_plain =
        |word: &str| !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c == '"');
    let typed: Vec<String> = words
        .iter()
        .map(|word| match word {
            word if is_plain(word) => word.clone(),
            word => format!("{word:?}"),
        })
        .collect();
    let line = typed.join(" ");
    if line.is_empty() {
        return None;
    }
    Some(match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("`{}..`", &line[..cut]),
        None => format!("`{line}`"),
    })
}

/// How much is seen. Nothing is tried: whoever waits for signals would hear of the child.
fn coverage() -> Seen {
    if let Some(why) = children::unavailable() {
        return Seen::Nothing(why.to_owned());
    }
    if children::is_ours() {
        children::gap()
            .or_else(gap_below)
            .map_or(Seen::Full, Seen::Partial)
    } else {
        Seen::Nothing(
            "`posix_spawnp` of this program is not the one that leakcheck defines, so no child process is recorded"
                .to_owned(),
        )
    }
}

/// Why what children have started may go unseen, if so.
fn gap_below() -> Option<String> {
    // Asked once per process: each look asks for itself.
    static ARE_SHOWN: LazyLock<bool> = LazyLock::new(children::are_shown);
    let why = if !sys::creation_stack::is_enabled() {
        "stacks are switched off, and without them it is not known which pipe is a test's"
    } else if !*ARE_SHOWN {
        "`/proc` does not show the processes that this one knows"
    } else {
        return None;
    };
    Some(format!(
        "what children have started is not looked for: {why}"
    ))
}

/// Whether a child that is planted is found, once per process. Where there is no program to plant, whose function starts
/// programs has to do.
pub(crate) fn planted() -> Seen {
    static PLANTED: OnceLock<Result<(), String>> = OnceLock::new();
    let planted = PLANTED.get_or_init(plant).clone();
    planted.map_or_else(Seen::Nothing, |()| Seen::Full)
}

fn plant() -> Result<(), String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let scope = kept.id();
    let _inside = scope.enter();
    let _aside = sys::fds::untracked();
    let spawned = Command::new("true")
        .stdin(Stdio::inherit())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .spawn();
    let Ok(mut child) = spawned else {
        return Ok(());
    };
    let there = list(Some(scope)).len();
    // That it is gone is looked for.
    let _ = child.wait();
    match (there, list(Some(scope)).len()) {
        (1, 0) => Ok(()),
        (there, left) => Err(format!(
            "a planted process was found {there} times, and {left} times once it had ended"
        )),
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn command_lines_can_be_typed() {
        let of = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            line(&words)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["sleep", "5"]).as_deref(), Some("`sleep 5`"));
        assert_eq!(
            of(&["sh", "-c", "a \"b\"", ""]).as_deref(),
            Some("`sh -c \"a \\\"b\\\"\" \"\"`")
        );
        let long = of(&[&"ä".repeat(200)]).expect("there is a word");
        assert_eq!(long.chars().count(), LONGEST + "`..`".len());
    }
}
