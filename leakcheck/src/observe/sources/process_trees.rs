//! What the child processes of a test have started: looked at once, at the end of its check.
//!
//! What runs below a child that is there is told with that child. What has outlived its parents is known by what it has open: a
//! pipe or socket that the test has made, or the output of a process that a runner has made for one test. Nothing is said of any
//! other, and nothing is done to it.

mod pipes;
mod table;

use std::collections::{HashMap, HashSet};

use table::{NO_CHILD, Table, orphan_id};

use super::processes;
use crate::{
    base::model::{
        Below, Creator, Detail, Fact, Held, HeldStream, Kind, OtherResource, ProcessState,
        Resource, ResourceId,
    },
    observe::scope::ScopeId,
    sys::{
        child::{Given, Open, Process, StreamKind},
        children,
    },
};

pub(crate) use pipes::describe_pipes;

/// The highest number of a standard stream.
const LAST_STANDARD: i32 = 2;

/// A process that has outlived its parents and holds something of the test.
#[derive(Clone, Debug)]
pub(crate) struct Orphan {
    process: Process,
    given: Given,
    held: Held,
    below: Option<Below>,
}

/// Says of those children that were found what runs below them.
pub(crate) fn describe_below(found: &mut [Resource]) {
    let mut facts = found
        .iter_mut()
        .filter_map(|found| match (found.id, &mut found.detail) {
            (ResourceId::Other(Kind::Process, id), Detail::Other(thing)) if id & NO_CHILD == 0 => {
                Some((
                    thing.number.and_then(|pid| u32::try_from(pid).ok())?,
                    &mut thing.facts,
                ))
            }
            _ => None,
        });
    let Some(first) = facts.next() else { return };
    let table = Table::read();
    for (pid, facts) in std::iter::once(first).chain(facts) {
        facts.extend(table.below(pid).map(Fact::Below));
    }
}

/// Ends the processes that were found, and what runs below them: the numbers of those that are, and of those that could not be.
pub(crate) fn end<'f>(found: impl Iterator<Item = &'f Resource>) -> [Vec<u32>; 2] {
    let table = Table::read();
    let top: HashSet<u32> = found
        .filter_map(|found| Some(table.find(found)?.pid))
        .collect();
    let is_meant = |process: &&Process| {
        let mut line = std::iter::once(*process).chain(table.above(process));
        process.state == ProcessState::Running && line.any(|process| top.contains(&process.pid))
    };
    let mut all: Vec<&Process> = table.of.values().filter(is_meant).collect();
    // The outermost first, so that nobody starts another in the place of one.
    all.sort_unstable_by_key(|process| (process.start, process.pid));
    let (ended, mut left): (Vec<&Process>, Vec<&Process>) =
        all.into_iter().partition(|process| children::end(process));
    // One may end with another that was ended.
    left.retain(|process| children::runs(process));
    [ended, left].map(|processes| processes.iter().map(|process| process.pid).collect())
}

/// Those that hold what `scope` has given to its children. Where it has given nothing, nobody is asked.
pub(crate) fn orphans(scope: ScopeId) -> Vec<Orphan> {
    let given = evidence(children::given(scope.index()));
    let Some(since) = given.values().map(|given| given.since).min() else {
        return Vec::new();
    };
    let table = Table::read();
    let is_asked = |process: &&Process| {
        process.start >= since && process.state == ProcessState::Running && !table.is_ours(process)
    };
    let asked = table.of.values().filter(is_asked);
    let mut found: Vec<Orphan> = asked
        .filter_map(|process| Orphan::of(process, &given))
        .collect();
    let holders: HashSet<u32> = found.iter().map(|orphan| orphan.process.pid).collect();
    // The outermost of several stands for those below it.
    found.retain(|orphan| {
        let mut above = table.above(&orphan.process);
        !above.any(|parent| holders.contains(&parent.pid))
    });
    for orphan in &mut found {
        orphan.below = table.below(orphan.process.pid);
    }
    found.sort_unstable_by_key(|orphan| (orphan.given.number, orphan.process.pid));
    found
}

/// What tells whose a process is that has it open, by its identity.
fn evidence(given: Vec<Given>) -> HashMap<u64, Given> {
    let mut of: HashMap<u64, Given> = HashMap::new();
    let mut unfit = HashSet::new();
    for given in given {
        // A child of another test may have it, or somebody listens to more than this process by it.
        let is_alone = || children::is_made_for_this(given.identity);
        if given.is_shared || given.standard.is_some() && !is_alone() {
            unfit.insert(given.identity);
        }
        let known = of.entry(given.identity).or_insert(given);
        known.since = known.since.min(given.since);
        if known.origin != given.origin {
            // Several children may have started it: which of them is not known.
            known.origin = 0;
        }
    }
    of.retain(|identity, _| !unfit.contains(identity));
    of
}

impl Orphan {
    /// What it holds, if that is anything of this. A copy of this process may have it only for the moment before it runs another
    /// program, and is not asked.
    fn of(process: &Process, given: &HashMap<u64, Given>) -> Option<Self> {
        if children::is_copy(process.pid) {
            return None;
        }
        let mut open = children::open_streams(process);
        // What has another number may have come through a socket, from anybody.
        open.retain(|open| open.fd <= LAST_STANDARD);
        let first = open.iter().filter_map(|open| given.get(&open.identity));
        let given = *first.min_by_key(|given| given.number)?;
        Some(Self {
            process: *process,
            given,
            held: Held {
                what: what(&given),
                fds: numbers(&open, &given),
            },
            below: None,
        })
    }

    /// Whether it is still there and holds the same.
    pub(crate) fn holds(&self) -> bool {
        let open = children::open_streams(&self.process);
        open.iter().any(|open| open.identity == self.given.identity)
    }

    /// As something that was found.
    pub(crate) fn resource(&self) -> Resource {
        let pid = self.process.pid;
        let mut facts = vec![Fact::Process(pid), Fact::State(self.process.state)];
        facts.extend(processes::words(pid.into()).map(Fact::Command));
        facts.push(Fact::Holds(self.held.clone()));
        facts.extend(self.below.clone().map(Fact::Below));
        Resource {
            id: ResourceId::Other(Kind::Process, orphan_id(&self.process)),
            origin: self.given.origin,
            age_ms: None,
            detail: Detail::Other(OtherResource {
                number: Some(pid.into()),
                name: children::program(pid),
                facts,
                creator: self.given.standard.is_none().then_some(Creator {
                    thread: self.given.thread,
                    runtime: self.given.runtime,
                    is_selector: false,
                }),
                ..OtherResource::default()
            }),
        }
    }
}

const fn what(given: &Given) -> HeldStream {
    match (given.standard, given.kind) {
        (Some(1), _) => HeldStream::Output,
        (Some(_), _) => HeldStream::Error,
        (None, StreamKind::Pipe) => HeldStream::Pipe,
        (None, StreamKind::Socket) => HeldStream::Socket,
    }
}

fn numbers(open: &[Open], given: &Given) -> Vec<i32> {
    let same = open.iter().filter(|open| open.identity == given.identity);
    same.map(|open| open.fd).collect()
}

#[cfg(all(
    test,
    target_os = "linux",
    target_env = "gnu",
    not(miri),
    not(leakcheck_loom)
))]
mod tests;
