//! From a group of raw resources to a finding: where it was made, why it is usually so, and how to accept it.

mod accept;
mod blocked;
mod depends;
mod fingerprint;
mod hang;
mod holding;
mod lacking;
mod naps;
mod numbered;
mod own_handle;
mod runtimes;
mod search;
mod suspended;
mod waiting;

pub(crate) use blocked::{Handed, blocks_on_a_handle, is_blocked, place as thread_place};
pub(crate) use hang::{body_waiting, ending_thread, stuck_thread};
pub(crate) use holding::{lacks_holders, name_holders, name_statics, name_users};
pub(crate) use lacking::lacks_keepers;
pub(crate) use naps::{Naps, are_at_rest};
pub(crate) use numbered::join as join_numbered;
pub(crate) use runtimes::fold;
pub(crate) use search::{Beside, Others};
pub(crate) use waiting::Places;

use std::time::Duration;

use leakcheck_introspect::{HandleUse, Task, TaskList};

use self::search::Search;
use crate::{
    base::model::{
        Kind, Leak, Level, Note, Resource, RuntimeRelation, TimerKind, TimerSite, Unreadable,
        Waiting,
    },
    observe::{
        capture::{self, Names, Trace},
        diff::{self, Group},
        sources::{panics::Panicked, timers},
    },
};

/// One finding per kind, creation path and name. `own` is the token of the check's own runtime.
pub(crate) fn findings(
    resources: &[Resource],
    lists: &[&TaskList],
    beside: Beside<'_>,
    own: Option<u32>,
    package_dir: Option<&str>,
) -> Vec<Leak> {
    let search = Search::of(lists, beside.others, resources).after(beside.naps);
    let find = |id: &u64| lists.iter().find_map(|list| list.find(*id));
    let mut found: Vec<(Leak, Vec<&Task>, u32)> = Vec::new();
    for group in diff::groups(resources, own) {
        let tasks: Vec<&Task> = group.tasks.iter().filter_map(find).collect();
        let of_tasks = |tasks: &[&Task], polls| {
            waiting::of(tasks, &search, package_dir).map(|waiting| waiting.polled(polls))
        };
        let waiting = match &group.activity {
            Some(activity) => {
                let waiting = blocked::of(activity, group.count, package_dir);
                Some(blocked::without_doubt(waiting, activity, group.origin))
            }
            None => of_tasks(&tasks, group.polls),
        };
        let leak = finding(&group, waiting, package_dir);
        match found.iter_mut().find(|(known, ..)| known.is_like(&leak)) {
            Some((known, all, _)) => {
                known.absorb(&leak);
                all.extend(tasks);
                if group.activity.is_none() {
                    known.waiting = of_tasks(all, known.polls);
                }
            }
            None => found.push((leak, tasks, group.origin)),
        }
    }
    let tell = |(leak, tasks, origin): (Leak, Vec<&Task>, u32)| {
        let is_detached = are_all(&tasks, |task| !task.has_join_handle());
        Leak {
            depends: depends::of(&tasks, &search, package_dir),
            is_detached,
            is_given_up: is_detached && gives_up_handles(origin, &leak),
            is_aborted: are_all(&tasks, Task::is_aborted),
            ..leak
        }
    };
    let mut found: Vec<Leak> = found.into_iter().map(tell).collect();
    found.sort_by_key(|leak| leak.kind);
    found
}

fn are_all(tasks: &[&Task], is_so: impl Fn(&Task) -> bool) -> bool {
    !tasks.is_empty() && tasks.iter().all(|task| is_so(task))
}

/// Whether the function where a task was spawned gives its handle into a time limit, or a choice.
fn gives_up_handles(origin: u32, leak: &Leak) -> bool {
    let site = leak.created_at.as_ref();
    let address = site.and_then(|site| capture::address_of(origin, site));
    let line = site.and_then(|site| site.line);
    address
        .zip(line)
        .is_some_and(|(address, line)| matches!(HandleUse::of_spawn(address, line), Ok(Some(_))))
}

/// Reads a group's creation path and says what is known about it.
fn finding(group: &Group, waiting: Option<Waiting>, package_dir: Option<&str>) -> Leak {
    let mut trace = capture::trace(group.origin, package_dir);
    let accept = accept::rule(group, &trace);
    let note = note(group, &trace);
    if trace.site.is_none() && accept::starter(group, &trace).is_some() {
        trace.site = Some(trace.callers.remove(0));
    }
    Leak {
        kind: group.kind,
        level: Level::Deny,
        count: group.count,
        accept,
        fingerprint: fingerprint::of(group.kind, group.name.as_deref(), &trace),
        note,
        panic: None,
        name: group.name.clone(),
        created_at: trace.site,
        created_through: trace.through,
        created_by: trace.callers,
        stack: trace.stack,
        age: group.oldest_ms.map(Duration::from_millis),
        polls: group.polls,
        tid: group.tid.filter(|tid| *tid != 0),
        facts: group.facts.clone(),
        timer: group.timer,
        relation: group.relation,
        tasks: group.tasks.iter().copied().take(Leak::MOST_IDS).collect(),
        threads: group.threads.clone(),
        others: group.others.clone(),
        held: group.held.clone(),
        waiting,
        depends: Vec::new(),
        is_detached: false,
        is_given_up: false,
        is_aborted: false,
        cancelled: Vec::new(),
        ancestry: trace.ancestry,
    }
}

/// What a reader of this finding should know.
fn note(group: &Group, trace: &Trace) -> Option<Note> {
    let has_closure = || group.activity.as_deref().is_some_and(blocks_on_a_handle);
    match group.kind {
        Kind::Thread if group.relation == RuntimeRelation::Member => Some(Note::RuntimeThread),
        // What it prints comes before the report.
        Kind::Thread | Kind::BlockingTask if has_closure() => Some(Note::RuntimeShutdownPanic),
        Kind::Timer if group.timer != Some(TimerKind::Posix) => Some(Note::OrphanTimers {
            site: if group.origin != 0 || timers::HAS_TIMER_SITES {
                TimerSite::Told
            } else {
                TimerSite::Untold
            },
        }),
        Kind::Fd | Kind::Timer | Kind::TempFile if trace.site.is_none() && is_unread(group) => {
            Some(Note::OwnerUnread(unreadable(group.origin)))
        }
        Kind::Fd if trace.site.is_none() => Some(Note::OpenedOnPool),
        _ => None,
    }
}

/// Whether no name tells whose it is.
fn is_unread(group: &Group) -> bool {
    capture::names(group.origin) == Names::Unread
}

/// Why something is charged to a test whose it may not be.
fn unreadable(origin: u32) -> Unreadable {
    match (origin, capture::unreadable()) {
        (0, _) => Unreadable::NoStack,
        (_, Some(why)) => Unreadable::Because(why),
        (_, None) => Unreadable::NoNames,
    }
}

/// Tasks that a runtime counts and nobody named.
pub(crate) fn unnamed_tasks(count: usize) -> Leak {
    Leak {
        fingerprint: fingerprint::of(Kind::Task, None, &Trace::default()),
        ..Leak::unknown(Kind::Task, count)
    }
}

/// Those that panicked when nobody could ask for their result any more.
pub(crate) fn panicked(seen: &[Panicked], package_dir: Option<&str>) -> Vec<Leak> {
    let mut found: Vec<Leak> = Vec::new();
    for Panicked {
        who,
        message,
        place,
    } in seen
    {
        let panic = match place {
            Some((file, line)) => {
                // After several lines that would seem to be a part of the last.
                let before = if message.contains('\n') { "\n" } else { ", " };
                format!("{message}{before}at {file}:{line}")
            }
            None => message.clone(),
        };
        for leak in findings(
            std::slice::from_ref(who),
            &[],
            Beside::default(),
            None,
            package_dir,
        ) {
            let leak = Leak {
                panic: Some(panic.clone()),
                note: Some(Note::HandleDropped),
                age: None,
                accept: None,
                ..leak
            };
            match found.iter_mut().find(|known| known.is_like(&leak)) {
                Some(known) => known.absorb(&leak),
                None => found.push(leak),
            }
        }
    }
    found
}
