//! Threads of a scope, and whether they can be seen at all.

use std::{
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

use crate::{
    base::model::{Detail, Resource, ResourceId, Seen},
    observe::scope::{Scope, ScopeId},
    sys,
};

/// The live threads of `scope`, or of the whole process, oldest first.
///
/// Where no check is under way, a scope is what this thread and its descendants started: tests that run in parallel
/// are on threads of their own.
pub(crate) fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = sys::clock::now_ms();
    let mut threads = sys::threads::live(scope.map(ScopeId::index));
    if let Some(scope) = scope {
        let (own, _) = sys::threads::own_numbers();
        let is_this = |number| !scope.is_checked() && number == own;
        threads.retain(|thread| scope.covers(thread.root) && !is_this(thread.number));
    }
    threads.sort_unstable_by_key(|thread| thread.number);
    threads
        .into_iter()
        .map(|thread| Resource {
            id: ResourceId::Thread(thread.number),
            origin: thread.origin,
            age_ms: Some(now.saturating_sub(thread.born_ms)),
            detail: Detail::Thread {
                tid: thread.tid,
                name: thread.name,
                runtime: thread.runtime,
                parent: thread.creator,
                activity: None,
                place: 0,
                closure: None,
            },
        })
        .collect()
}

/// The calling thread, if it was made in the scope.
pub(crate) fn own(scope: ScopeId) -> Option<Resource> {
    let (own, _) = sys::threads::own_numbers();
    let mut made = if own == 0 {
        Vec::new()
    } else {
        list(Some(scope))
    };
    made.retain(|thread| thread.id == ResourceId::Thread(own));
    made.pop()
}

/// Whether a thread of this process has just been made, and has had no processor to speak of.
#[cfg_attr(
    tokio_unstable,
    allow(dead_code, reason = "the hooks tell of new runtimes")
)]
pub(crate) fn are_beginning() -> bool {
    const HARDLY: Duration = Duration::from_millis(1);
    let is_beginning = |tid: i32| {
        let had = sys::proc_threads::cpu_time(tid);
        tid == 0 || had.is_some_and(|had| had < HARDLY) && sys::proc_threads::wants_to_run(tid)
    };
    let mut threads = sys::threads::live(None).into_iter();
    threads.any(|thread| is_beginning(thread.tid))
}

/// How much is seen. Believed only while a planted thread is found, which is tried once per process.
pub(crate) fn coverage() -> Seen {
    static PROBED: OnceLock<Result<(), String>> = OnceLock::new();
    if let Some(why) = sys::threads::unavailable() {
        return Seen::Nothing(why.to_owned());
    }
    match PROBED.get_or_init(probe) {
        Ok(()) => sys::threads::gap().map_or(Seen::Full, Seen::Partial),
        Err(why) => Seen::Nothing(why.clone()),
    }
}

/// Plants a thread and looks for it, alive and ended.
fn probe() -> Result<(), String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let scope = kept.id();
    let (release, wait) = mpsc::channel::<()>();
    let planted = {
        let _inside = scope.enter();
        thread::Builder::new()
            .name("leakcheck-probe".to_owned())
            .spawn(move || wait.recv())
            .map_err(|error| format!("the planted thread did not start: {error}"))?
    };
    let alive = list(Some(scope)).len();
    drop(release);
    // The thread's own result says only that the channel was closed.
    let _ = planted.join();
    let ended = list(Some(scope)).len();
    match (alive, ended) {
        (1, 0) => Ok(()),
        (0, _) => Err(
            "`pthread_create` of this program is not the one that leakcheck defines, so no thread is recorded"
                .to_owned(),
        ),
        _ => Err(format!("a planted thread was recorded as {alive} alive and {ended} ended")),
    }
}
