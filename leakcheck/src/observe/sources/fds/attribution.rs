//! Which descriptors and POSIX timers are the test's own, and which descriptors are parts of a runtime that it left behind.
//!
//! That is read from the functions on a descriptor's creation path, so only where something is to be reported. Return
//! addresses that tell are remembered, so that what passes them again is not even listed.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex},
};

use wildmatch::WildMatch;

use super::pool;
use crate::{
    base::{
        model::{Creator, Detail, Kind, OtherResource, Resource, ResourceId},
        sync::lock_std as lock,
    },
    observe::{
        capture::{
            self, Called, Names,
            tokio_paths::{BUILD, BUILD_CURRENT_THREAD, BUILD_LOCAL, HARNESS, POOL_THREAD},
        },
        sources::process_lifetime::{STATICS, WORKERS, serves_a_static},
    },
    sys::{
        creation_stack::{self, line},
        descriptor::Descriptor,
    },
};

/// Further functions whose descriptors are not the test's.
const ASIDE: [&str; 9] = [
    // Thread-locals end with their thread, which is after the check.
    "std::sys::thread_local::*",
    "thread_local::*",
    // Further initialisers of statics.
    "once_cell::race::*",
    "async_lock::once_cell::*",
    "parking_lot::once::*",
    "spin::once::*",
    "spin::mutex::*",
    "async_once_cell::*",
    // What stands in for a system call, once and for all.
    "getrandom::*",
];
/// The same in the C library: the initialisers of its statics, which C++ uses too, and what its modules keep.
const SYSTEM: [&str; 8] = [
    "pthread_once*",
    "__pthread_once*",
    "getaddrinfo",
    "getnameinfo",
    "gethostby*",
    "getpw*",
    "getgr*",
    "dlopen*",
];

static PATTERNS: LazyLock<Vec<WildMatch>> = LazyLock::new(|| {
    let workers = WORKERS.iter().map(|(pattern, _)| pattern);
    let all = STATICS.iter().chain(workers).chain(&ASIDE);
    all.map(|pattern| WildMatch::new(pattern)).collect()
});
static SYSTEM_PATTERNS: LazyLock<Vec<WildMatch>> = LazyLock::new(|| {
    SYSTEM
        .iter()
        .map(|pattern| WildMatch::new(pattern))
        .collect()
});

/// Return addresses in functions whose descriptors are not the test's.
static PASSED: Mutex<Addresses> = Mutex::new(Addresses(None));
/// Return addresses in the function that builds a runtime.
static BUILDING: Mutex<Addresses> = Mutex::new(Addresses(None));

/// Return addresses, made when there is a first one.
#[derive(Debug)]
struct Addresses(Option<HashSet<usize>>);

impl Addresses {
    fn insert(&mut self, address: usize) {
        self.0.get_or_insert_default().insert(address);
    }

    fn are_on(&self, path: u32) -> bool {
        let is_known = |address: &usize| self.0.as_ref().is_some_and(|all| all.contains(address));
        self.0.is_some() && creation_stack::frames(path).iter().any(is_known)
    }
}

/// Whether a check watches a runtime, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watching {
    Nothing,
    /// The check's own, with its token.
    Own(u32),
    /// Somebody else's, which may have been built within the check.
    Another,
}

/// Whether it is known already that what was made on this path is not the test's.
pub(crate) fn is_known_aside(path: u32) -> bool {
    let passed = lock(&PASSED);
    line(path).any(|path| serves_a_static(path) || passed.are_on(path))
}

/// The same of a descriptor.
pub(super) fn is_descriptor_known_aside(found: &Descriptor) -> bool {
    is_known_aside(found.origin) || !found.is_selector && lock(&BUILDING).are_on(found.origin)
}

/// Leaves those descriptors, timers and temporary files that are certainly the test's, and makes runtimes of those that runtimes are made of.
/// Expects descriptions.
pub(crate) fn charge(resources: &mut Vec<Resource>, watching: Watching) {
    let threads: Vec<u32> = resources
        .iter()
        .filter(|resource| resource.kind() == Kind::Thread)
        .map(|thread| thread.origin)
        .collect();
    resources.retain_mut(|resource| match (resource.id, &resource.detail) {
        (ResourceId::Other(Kind::Fd, number), Detail::Other(thing)) => {
            match owner(resource.origin, thing, watching, &threads) {
                Owner::Test => true,
                Owner::Runtime => {
                    resource.id = ResourceId::Other(Kind::Runtime, number);
                    resource.detail = Detail::Other(OtherResource {
                        creator: thing.creator,
                        ..OtherResource::default()
                    });
                    true
                }
                Owner::Nobody => false,
            }
        }
        // A timer or temporary file is kept by the same kinds of code, and so is the pipe by which a process is known. Of the
        // timers of tokio nobody knows who made them, and children are recorded by themselves.
        (
            ResourceId::Other(Kind::Timer | Kind::TempFile | Kind::Process, _),
            Detail::Other(thing),
        ) if thing.creator.is_some() => {
            owner(resource.origin, thing, watching, &threads) == Owner::Test
        }
        _ => true,
    });
}

/// Whose a descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Test,
    /// One that was built in the test and is still there.
    Runtime,
    /// Nobody's, or nobody's for certain.
    Nobody,
}

fn owner(path: u32, thing: &OtherResource, watching: Watching, threads: &[u32]) -> Owner {
    let (Some(_), Some(creator)) = (&thing.name, thing.creator) else {
        // It was closed meanwhile.
        return Owner::Nobody;
    };
    let by_own = matches!(watching, Watching::Own(token) if token == creator.runtime);
    // A pool thread that an initialiser started may work for the initialiser, or for anybody.
    if let Some(address) = line(path).find_map(|path| capture::address(path, is_passed)) {
        lock(&PASSED).insert(address);
        return Owner::Nobody;
    }
    if let Some(address) = capture::address(path, builds) {
        lock(&BUILDING).insert(address);
        return of_runtime(path, creator, watching, threads);
    }
    let is_of_initialiser =
        |path| line(path).any(|path| capture::address(path, is_passed).is_some());
    if by_own && pool::runs_closure(path) && pool::works_for(is_of_initialiser) {
        return Owner::Nobody;
    }
    // A runtime that tests share works for all of them on each of its threads, and on any that waits for it.
    let is_shared = |called: Called<'_>| match watching {
        Watching::Own(_) => called.is_in(POOL_THREAD),
        Watching::Nothing | Watching::Another => called.is_in(HARNESS),
    };
    if !by_own && capture::address(path, is_shared).is_some() {
        return Owner::Nobody;
    }
    match of_line(path) {
        Names::Internal => Owner::Nobody,
        Names::Somebodys | Names::Unread => Owner::Test,
    }
}

/// Whether what is made under it serves the whole process, or ends later.
fn is_passed(called: Called<'_>) -> bool {
    let is_meant = |patterns: &[WildMatch]| {
        let mut patterns = patterns.iter();
        patterns.any(|pattern| pattern.matches(called.function))
    };
    called.is_genuine && is_meant(&PATTERNS) || called.is_system && is_meant(&SYSTEM_PATTERNS)
}

fn builds(called: Called<'_>) -> bool {
    called.is_in(BUILD)
}

/// Whether the path, or one that led to it, leads through code of the test or of what it uses. Where the names do not tell,
/// it may.
fn of_line(path: u32) -> Names {
    let mut all = if path == 0 {
        Names::Unread
    } else {
        Names::Internal
    };
    for path in line(path) {
        match capture::names(path) {
            Names::Somebodys => return Names::Somebodys,
            Names::Unread => all = Names::Unread,
            Names::Internal => {}
        }
    }
    all
}

/// Whether no name on this path, or on those that led to it, tells whose it is.
pub(crate) fn are_names_unread(path: u32) -> bool {
    of_line(path) == Names::Unread
}

/// Leaves out what a runtime opened for a blocking task that was left behind, and the runtime that a thread built which
/// was left behind: they are parts of those.
pub(crate) fn fold(resources: &mut Vec<Resource>) {
    let threads: HashSet<ResourceId> = resources
        .iter()
        .map(|resource| resource.id)
        .filter(|id| matches!(id, ResourceId::Thread(_)))
        .collect();
    resources.retain(|resource| match &resource.detail {
        Detail::Other(OtherResource {
            creator: Some(creator),
            ..
        }) if threads.contains(&ResourceId::Thread(creator.thread)) => {
            resource.kind() != Kind::Runtime && capture::names(resource.origin) != Names::Internal
        }
        _ => true,
    });
}

/// Of all that a runtime opens, one stands for it. A handle that is kept keeps some of it open, without a runtime.
fn of_runtime(path: u32, creator: Creator, watching: Watching, threads: &[u32]) -> Owner {
    if creator.is_selector && watching != Watching::Another && is_driven(path, threads) {
        Owner::Runtime
    } else {
        Owner::Nobody
    }
}

/// Whether what a runtime waits on, built on this path, is that of one that is still there: on one thread, or with one of the
/// threads that were started on these paths.
pub(crate) fn is_driven(path: u32, threads: &[u32]) -> bool {
    let on_one_thread =
        |called: Called<'_>| called.is_in(BUILD_CURRENT_THREAD) || called.is_in(BUILD_LOCAL);
    capture::address(path, on_one_thread).is_some()
        || threads.iter().any(|thread| built_together(path, *thread))
}

/// Whether a thread was started by the same call that built the runtime.
fn built_together(path: u32, thread: u32) -> bool {
    let outside = |path: u32| {
        let frames = creation_stack::frames(path);
        let place = capture::address(path, builds)?;
        let last = frames.iter().rposition(|frame| *frame == place)?;
        frames.get(last + 1..)
    };
    outside(path).is_some_and(|calls| Some(calls) == outside(thread))
}
