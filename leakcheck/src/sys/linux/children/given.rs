//! Pipes and sockets that a scope had open when it started a child: who has one of them open later has it from that child.
//!
//! They are kept when they are closed here, because it is then that others keep them open.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::sys::{
    StaticTable,
    child::{Given, StreamKind},
    context::Context,
    imp::fds::{self, Stream, file},
    scope_counters,
    table::Records,
};

/// What is known of one, by its identity.
#[derive(Debug, Default)]
struct Facts {
    scope: AtomicU64,
    identity: AtomicU64,
    stream: AtomicU32,
    origin: AtomicU32,
    runtime: AtomicU32,
    thread: AtomicU64,
    since: AtomicU64,
    is_shared: AtomicU32,
    /// Number of a standard stream, or 0.
    standard: AtomicU32,
}

static GIVEN: Records<Facts> = Records::new(StaticTable::new());

/// Identities of standard output and standard error where a runner has made them for one test alone, or 0.
static OUTPUTS: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Their numbers.
const STANDARD: [i32; 2] = [1, 2];

/// A child that was started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) scope: u64,
    pub(super) origin: u32,
    /// By the kernel's clock; 0 where unknown.
    pub(super) since: u64,
}

/// Learns which standard streams are those of one test: nextest gives each test a process, and each process pipes of its own.
pub(super) fn learn() {
    static LEARNT: std::sync::Once = std::sync::Once::new();
    LEARNT.call_once(|| {
        if std::env::var_os("NEXTEST_EXECUTION_MODE").is_some_and(|mode| mode == "process-per-test")
        {
            for (identity, fd) in OUTPUTS.iter().zip(STANDARD) {
                let file = file::of(fd).filter(|file| file.stream == Some(StreamKind::Pipe));
                identity.store(file.map_or(0, |file| file.identity), Ordering::Relaxed);
            }
        }
    });
}

/// Notes what a child may have got that was started just now.
pub(super) fn note(start: Start) {
    fds::streams(|stream| {
        // Every program has it that anybody runs meanwhile.
        let is_shared = stream.is_shared || file::is_inherited(stream.fd);
        if stream.scope == start.scope {
            let stream = &Stream {
                is_shared,
                ..*stream
            };
            put(start, stream, 0);
        }
        if is_shared {
            share(stream.identity);
        }
        is_shared
    });
    for (identity, fd) in OUTPUTS.iter().zip(STANDARD) {
        let identity = identity.load(Ordering::Relaxed);
        if identity != 0 {
            put(start, &output(start, identity), fd);
        }
    }
}

/// A standard stream stands for the line where the child was started.
fn output(start: Start, identity: u64) -> Stream {
    Stream {
        scope: start.scope,
        fd: 0,
        identity,
        kind: StreamKind::Pipe,
        origin: start.origin,
        thread: 0,
        runtime: 0,
        is_shared: false,
    }
}

fn put(start: Start, stream: &Stream, standard: i32) {
    if start.scope == Context::UNCHECKED.scope || start.since == 0 {
        return;
    }
    let key = stream.identity;
    let is_it = |given: &Given| {
        given.identity == key && (given.standard.is_none() || given.origin == stream.origin)
    };
    let mut known = GIVEN.with_key(key, Facts::read);
    if known.any(|seen| seen.scope == start.scope && is_it(&seen.facts)) {
        return;
    }
    GIVEN.make_room(key, |facts| {
        !scope_counters::is_open(facts.scope.load(Ordering::Relaxed))
    });
    let Some(claim) = GIVEN.claim(key) else {
        return;
    };
    claim.publish(key, start.scope, |facts| {
        facts.store(start, stream, standard);
    });
}

/// A child of another scope may have it.
fn share(identity: u64) {
    let share = |facts: &Facts| facts.is_shared.store(1, Ordering::Relaxed);
    GIVEN.with_key(identity, share).for_each(drop);
}

/// Those of `scope`.
pub(crate) fn of(scope: u64) -> Vec<Given> {
    GIVEN
        .live(Some(scope), Facts::read)
        .map(|seen| Given {
            number: seen.number,
            ..seen.facts
        })
        .collect()
}

/// The check of `scope` is over.
pub(crate) fn forget(scope: u64) {
    for seen in GIVEN.live(Some(scope), |_| ()) {
        // They are in nobody's count.
        let _ended = GIVEN.end(seen.number);
    }
}

/// Whether a standard stream is this process's alone: its parent, which has made it, has it not for its own.
pub(crate) fn is_made_for_this(identity: u64) -> bool {
    // SAFETY: the call has no preconditions.
    let parent = unsafe { libc::getppid() };
    let of_parent = |fd: i32| {
        let path = std::ffi::CString::new(format!("/proc/{parent}/fd/{fd}")).ok()?;
        // SAFETY: the path is a C string.
        unsafe { file::at(path.as_ptr()) }
    };
    let files = [0, 1, 2].map(of_parent);
    files
        .iter()
        .all(|file| file.is_some_and(|file| file.identity != identity))
}

/// How many found no place.
pub(super) fn missed() -> usize {
    GIVEN.missed()
}

pub(super) fn clear() {
    GIVEN.clear();
}

impl Facts {
    fn store(&self, start: Start, stream: &Stream, standard: i32) {
        self.scope.store(start.scope, Ordering::Relaxed);
        self.identity.store(stream.identity, Ordering::Relaxed);
        let kind = StreamKind::to_word(Some(stream.kind));
        self.stream.store(kind, Ordering::Relaxed);
        self.origin.store(stream.origin, Ordering::Relaxed);
        self.runtime.store(stream.runtime, Ordering::Relaxed);
        self.thread.store(stream.thread, Ordering::Relaxed);
        self.since.store(start.since, Ordering::Relaxed);
        self.is_shared
            .store(u32::from(stream.is_shared), Ordering::Relaxed);
        self.standard
            .store(standard.unsigned_abs(), Ordering::Relaxed);
    }

    fn read(&self) -> Given {
        let standard = self.standard.load(Ordering::Relaxed);
        Given {
            number: 0,
            identity: self.identity.load(Ordering::Relaxed),
            kind: StreamKind::of_word(self.stream.load(Ordering::Relaxed))
                .unwrap_or(StreamKind::Pipe),
            origin: self.origin.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            since: self.since.load(Ordering::Relaxed),
            is_shared: self.is_shared.load(Ordering::Relaxed) != 0,
            standard: i32::try_from(standard)
                .ok()
                .filter(|standard| *standard != 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{os::fd::AsRawFd as _, process::Command};

    use super::*;
    use crate::sys::{
        self,
        context::{Context, Switch},
    };

    /// A pipe that every program has which is run.
    fn inherited_pipe() -> [i32; 2] {
        let mut ends = [0; 2];
        // SAFETY: there is room for both ends.
        assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
        ends
    }

    fn close(ends: [i32; 2]) {
        for end in ends {
            // SAFETY: the descriptor is the test's own.
            assert_eq!(unsafe { libc::close(end) }, 0);
        }
    }

    fn start_child() {
        assert!(
            Command::new("true")
                .status()
                .expect("there is `true`")
                .success()
        );
    }

    fn enter(scope: u64) -> Switch {
        Switch::to(Context { scope, origin: 0 })
    }

    fn given(scope: u64) -> Vec<(u64, bool)> {
        let given = of(scope).into_iter();
        given
            .map(|given| (given.identity, given.is_shared))
            .collect()
    }

    #[test]
    fn what_is_open_when_a_child_is_started_is_kept_until_it_is_forgotten() {
        sys::arm();
        sys::creation_stack::enable(true);
        let kept = scope_counters::open().unwrap();
        let inside = enter(kept);
        drop(std::io::pipe().unwrap());
        let ends = std::io::pipe().unwrap();
        let identity = file::of(ends.0.as_raw_fd()).unwrap().identity;
        assert_eq!(given(kept), [], "no child was started");
        start_child();
        drop(ends);
        drop(std::io::pipe().unwrap());
        drop(inside);
        assert_eq!(given(kept), [(identity, false)]);
        forget(kept);
        assert_eq!(given(kept), []);
    }

    #[test]
    fn what_programs_have_that_are_run_is_shared() {
        sys::arm();
        sys::creation_stack::enable(true);
        let (one, other) = (
            scope_counters::open().unwrap(),
            scope_counters::open().unwrap(),
        );
        let (inherited, own) = {
            let _inside = enter(one);
            (inherited_pipe(), std::io::pipe().unwrap())
        };
        let start_in = |scope: u64| {
            let _inside = enter(scope);
            start_child();
        };
        let shared = |scope: u64| {
            given(scope)
                .iter()
                .filter(|(_, is_shared)| *is_shared)
                .count()
        };
        start_in(one);
        assert_eq!((given(one).len(), shared(one)), (2, 1));
        start_in(other);
        assert_eq!((given(one).len(), shared(one)), (2, 1));
        forget(one);
        start_in(one);
        assert_eq!((given(one).len(), shared(one)), (2, 1));
        assert_eq!(given(other), []);
        close(inherited);
        drop(own);
    }
}
