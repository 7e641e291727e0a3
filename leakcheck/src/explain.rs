//! From a group of raw resources to a finding: where it was made, why it is usually so, and how to accept it.

mod holding;
mod waiting;

pub(crate) use holding::name_holders;
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
        let waiting = waiting::of(&tasks, &graph, package_dir);
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
        note: note(group, &trace),
        name: group.name.clone(),
        created_at: trace.site,
        created_through: trace.through,
        created_by: trace.callers,
        stack: trace.stack,
        age: group.oldest_ms.map(Duration::from_millis),
        polls: group.polls,
        tid: group.tid,
        facts: group.facts.clone(),
        tie: group.tie,
        tasks: group.tasks.iter().copied().take(Leak::MOST_IDS).collect(),
        waiting,
        ancestry: trace.ancestry,
    }
}

/// What a reader of this finding should know.
fn note(group: &Group, trace: &Trace) -> Option<String> {
    let text = match group.kind {
        _ if group.tie == Tie::Member => {
            "it is a thread of the test's own runtime and did not end with it: a blocking task still runs on it; the \
             site is where the thread was started, and a pool thread may have taken later tasks as well"
        }
        Kind::Fd if trace.site.is_none() => {
            "it was opened on a thread of a pool; what it was opened for is not known, only what started the thread"
        }
        _ => return group.held.clone(),
    };
    Some(text.to_owned())
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
        facts: Vec::new(),
        tie: Tie::None,
        tasks: Vec::new(),
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
        let verb = match leak.kind {
            Kind::Fd => ("opened", "opens"),
            _ => ("started", "starts"),
        };
        return Some(format!(
            "`{}` {} it inside this call: use its shutdown or close method and wait for it, or look for a release \
             that ends what it {}",
            package.unwrap_or("a dependency"),
            verb.0,
            verb.1,
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
        Kind::Thread if leak.tie == Tie::Member => {
            "a blocking closure cannot be cancelled: make what it waits for end, and await its `JoinHandle`"
        }
        Kind::Thread => {
            "dropping a `JoinHandle` does not end its thread: tell it to stop, then `join()` it, or use `thread::scope`"
        }
        Kind::Fd if is_held_by_a_task(leak) => "it closes when that task ends",
        Kind::Fd => {
            "drop what owns it before the test ends: something keeps it in a static, in a task or thread that still \
             runs, or by `mem::forget` or `into_raw_fd`"
        }
        Kind::Runtime => {
            "drop the runtime or call `shutdown_timeout` before the test ends; a runtime of the whole process belongs \
             in a `LazyLock` or `OnceLock`"
        }
        Kind::Custom => "drop what the registration stands for before the test ends",
        _ => "end it before the test does",
    };
    Some(text.to_owned())
}

/// Whether a task is known to hold it.
fn is_held_by_a_task(leak: &Leak) -> bool {
    leak.note
        .as_deref()
        .is_some_and(|note| note.starts_with(holding::BY_A_TASK))
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
        (_, Some(name)) if group.kind == Kind::Thread => {
            Some(format!("ignore_thread_name(\"{name}\")"))
        }
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
