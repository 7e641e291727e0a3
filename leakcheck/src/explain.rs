//! From a group of raw resources to a finding: where it was made, why it is usually so, and how to accept it.

mod blocked;
mod waiting;

pub(crate) use blocked::{Handed, place as thread_place};
pub(crate) use waiting::place;

use std::time::Duration;

use leakcheck_introspect::{Graph, TaskList};

use crate::{
    capture::{self, Trace},
    diff::{self, Group},
    model::{Awaited, Frame, Kind, Leak, Resource, Tie, Waiting},
};

/// One finding per kind, creation path and name. `own` is the token of the check's own runtime.
pub(crate) fn findings(
    resources: &[Resource],
    lists: &[&TaskList],
    own: Option<u32>,
    package_dir: Option<&str>,
) -> Vec<Leak> {
    let graph = Graph::new(lists.iter().copied());
    let find = |id: &u64| lists.iter().find_map(|list| list.find(*id));
    let mut found: Vec<Leak> = Vec::new();
    for group in diff::groups(resources, own) {
        let tasks: Vec<_> = group.tasks.iter().filter_map(find).collect();
        let waiting = match &group.doing {
            Some(doing) => Some(blocked::of(doing, group.count, package_dir)),
            None => waiting::of(&tasks, &graph, package_dir),
        };
        let leak = finding(&group, waiting, package_dir);
        match found.iter_mut().find(|known| known.is_like(&leak)) {
            Some(known) => known.absorb(&leak),
            None => found.push(leak),
        }
    }
    found.sort_by_key(|leak| leak.kind);
    found
}

/// Reads a group's creation path and says what is known about it.
fn finding(group: &Group, waiting: Option<Waiting>, package_dir: Option<&str>) -> Leak {
    let trace = capture::trace(group.origin, package_dir);
    Leak {
        kind: group.kind,
        count: group.count,
        accept: accept(group, &trace),
        fingerprint: fingerprint(group.kind, group.name.as_deref(), &trace),
        note: (group.tie == Tie::Member && group.kind == Kind::Thread).then(|| {
            "it is a thread of the test's own runtime and did not end with it: a blocking task still runs on it; the \
             site is where the thread was started, and a pool thread may have taken later tasks as well"
                .to_owned()
        }),
        name: group.name.clone(),
        created_at: trace.site,
        created_through: trace.through,
        created_by: trace.callers,
        stack: trace.stack,
        age: group.oldest_ms.map(Duration::from_millis),
        polls: group.polls,
        tid: group.tid,
        tie: group.tie,
        tasks: group.tasks.iter().copied().take(Leak::MOST_IDS).collect(),
        threads: group.threads.clone(),
        waiting,
        ancestry: trace.ancestry,
    }
}

/// Tasks that a runtime counts and nobody named.
pub(crate) fn unnamed_tasks(count: usize) -> Leak {
    Leak {
        kind: Kind::Task,
        count,
        name: None,
        created_at: None,
        created_through: Vec::new(),
        created_by: Vec::new(),
        stack: Vec::new(),
        age: None,
        polls: None,
        tid: None,
        note: None,
        tie: Tie::None,
        tasks: Vec::new(),
        threads: Vec::new(),
        waiting: None,
        ancestry: Vec::new(),
        accept: None,
        fingerprint: fingerprint(Kind::Task, None, &Trace::default()),
    }
}

/// What usually leads to a leak of this kind, and what to do; nothing where only the coverage can help.
pub(crate) fn help(leak: &Leak) -> Option<String> {
    if let Some(dependency) = leak.created_through.last() {
        let package = dependency
            .file
            .as_deref()
            .and_then(|file| file.split('/').next());
        return Some(format!(
            "`{}` started it inside this call: use its shutdown or close method and wait for it, or look for a release \
             that ends what it starts",
            package.unwrap_or("a dependency")
        ));
    }
    let text = match leak.kind {
        Kind::Task if leak.waiting.is_none() && leak.stack.is_empty() => return None,
        Kind::Task if keeps_its_own_sender(leak) => {
            "drop the sender that the task keeps, or let it select on a shutdown signal as well"
        }
        Kind::Task => {
            "dropping a `JoinHandle` does not end its task: keep it and `abort()` or await it, use a `JoinSet`, or \
             give the task a shutdown signal"
        }
        Kind::BlockingTask => {
            "a blocking closure cannot be cancelled: make what it waits for end, and await its `JoinHandle`"
        }
        Kind::Thread if leak.tie == Tie::Member => {
            "a blocking closure cannot be cancelled: make what it waits for end, and await its `JoinHandle`"
        }
        Kind::Thread => {
            "dropping a `JoinHandle` does not end its thread: tell it to stop, then `join()` it, or use `thread::scope`"
        }
        _ => "end it before the test does",
    };
    Some(text.to_owned())
}

/// Whether what the tasks wait for could only come from themselves.
fn keeps_its_own_sender(leak: &Leak) -> bool {
    leak.waiting.as_ref().is_some_and(|waiting| {
        let from_itself = |event: &Awaited| {
            event.what.starts_with("a message")
                && event.held_by.iter().all(|holder| holder.is_itself)
        };
        waiting.is_forever && waiting.events.iter().all(from_itself)
    })
}

/// The narrowest rule that accepts the group: by the dependency that started it, else by the user's own function.
fn accept(group: &Group, trace: &Trace) -> Option<String> {
    let is_path =
        |frame: &&Frame| frame.function.contains("::") && !frame.function.starts_with('<');
    let through = trace.through.iter().rev().find(is_path);
    match (through.or(trace.site.as_ref()), &group.name) {
        (Some(site), _) if !site.function.is_empty() => {
            Some(format!("ignore_created_by(\"{}\")", site.function))
        }
        (_, Some(name)) => Some(format!("ignore_thread_name(\"{name}\")")),
        _ => None,
    }
}

/// FNV-1a over what stays the same when lines move: the kind, the name and the functions on the path.
fn fingerprint(kind: Kind, name: Option<&str>, trace: &Trace) -> String {
    let functions = |frames: &[Frame]| -> Vec<String> {
        frames.iter().map(|frame| frame.function.clone()).collect()
    };
    let mut words = vec![kind.name().to_owned(), name.unwrap_or_default().to_owned()];
    words.extend(functions(&trace.through));
    words.extend(functions(trace.site.as_slice()));
    words.extend(functions(&trace.callers));
    let hash = words
        .iter()
        .flat_map(|word| word.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}
