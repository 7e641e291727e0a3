//! A process that does not come to its end: it has begun to exit, or its tests are over, and it is still there after a limit. Then
//! it is told what it is in, and left alone.
//!
//! Nothing is started for that before the process begins to exit; then it is the watchdog that waits, which a process that ends in
//! time takes along.

use std::{
    panic,
    sync::{
        Once, OnceLock,
        atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    base::{
        model::{ExitBegan, HangCause},
        test_meta::{BinarySite, TestMeta},
    },
    check::{Check, Unended, target::CheckTarget},
    observe::scope::{Scope, outside},
    report::output,
    run::{
        effective_options,
        watchdog::{self, Served},
    },
    settings::{
        env,
        options::{DEFAULT_EXIT_LIMIT, Level, Options},
    },
    sys::{self, clock, proc_threads},
};

/// What the process is about.
#[derive(Debug)]
struct Watched {
    place: BinarySite,
    /// What a macro for the whole binary was given.
    options: Option<fn() -> Options>,
    /// In which process that was said.
    generation: u32,
}

static WATCHED: OnceLock<Watched> = OnceLock::new();
/// The longest limit that anybody has set, in milliseconds and one more; 0 where nobody has set any.
static LIMIT: AtomicU64 = AtomicU64::new(0);
/// When it began, in milliseconds of the clock and one more; 0 before that, and while the check of the process works.
static BEGAN: AtomicU64 = AtomicU64::new(0);
/// The thread that ends it.
static TID: AtomicI32 = AtomicI32::new(0);
/// Whether that is because its tests are over: see [`ExitBegan`].
static TESTS_ARE_OVER: AtomicBool = AtomicBool::new(false);

/// Watches the end of a process that has a test with these options.
pub(crate) fn arm(place: impl FnOnce() -> BinarySite, options: &Options) {
    let limit = options.exit_limit();
    raise(limit);
    if WATCHED.get().is_none() {
        watch(place(), None);
    }
    if limit.is_some_and(|limit| !limit.is_zero()) {
        watchdog::start();
    }
}

/// Watches the end of a process of which a macro says what to accept, which is asked when the end has begun.
pub(crate) fn arm_binary(place: BinarySite, options: fn() -> Options) {
    watch(place, Some(options));
}

fn watch(place: BinarySite, options: Option<fn() -> Options>) {
    // Which process this is must be known.
    sys::arm();
    // Whoever else was first says the same.
    let _ = WATCHED.set(Watched {
        place,
        options,
        generation: sys::fork::generation(),
    });
    sys::exit::tell_begin(|| begins(ExitBegan::Exit));
}

fn raise(limit: Option<Duration>) {
    let Some(limit) = limit else { return };
    let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    let limit = limit.saturating_add(1);
    if LIMIT.load(Ordering::Relaxed) < limit {
        LIMIT.fetch_max(limit, Ordering::Relaxed);
    }
}

/// How long it may take; zero where nobody looks.
fn limit() -> Duration {
    let set = LIMIT.load(Ordering::Relaxed).checked_sub(1);
    set.map_or(DEFAULT_EXIT_LIMIT, Duration::from_millis)
}

/// What all layers give the whole binary. Where something is wrong with them, that is said elsewhere.
fn ask(watched: &Watched) {
    let options = watched
        .options
        .and_then(|options| panic::catch_unwind(options).ok());
    let Some((options, env)) = options.zip(env::get().ok()) else {
        return;
    };
    let dir = watched.place.manifest_dir;
    if let Ok(options) = effective_options::options(options, env, dir) {
        let is_off = options.chosen_level() == Level::Off;
        raise(options.exit_limit().or(is_off.then_some(Duration::ZERO)));
    }
}

/// The binary of a test.
pub(crate) fn site_of(meta: &TestMeta) -> BinarySite {
    BinarySite {
        package: meta.package,
        manifest_dir: meta.manifest_dir,
        module: meta.module,
        file: meta.file,
        line: meta.line,
    }
}

/// The process begins to end, on this thread; the first call counts.
pub(crate) fn begins(how: ExitBegan) {
    let Some(watched) = WATCHED.get() else { return };
    if watched.generation != sys::fork::generation() {
        return;
    }
    let tid = proc_threads::tid();
    let is_first = TID.compare_exchange(0, tid, Ordering::Relaxed, Ordering::Relaxed);
    if is_first.is_ok() {
        TESTS_ARE_OVER.store(how == ExitBegan::TestsOver, Ordering::Relaxed);
        began();
        let served = watchdog::call_at(Instant::now(), look);
        if served == Served::ByNobody && may_start_thread(watched, how) {
            // By now the thread-locals of this thread may be gone, so std cannot.
            outside(|| sys::exit::start_thread(wait));
        }
    }
}

/// A thread takes memory, which an exit from a signal handler may never get, and a sandbox may forbid it: none is started where a
/// process just ends that has asked for nothing.
fn may_start_thread(watched: &Watched, how: ExitBegan) -> bool {
    let is_off = || {
        let set = env::get().ok().and_then(|env| env.options().exit_limit());
        set.is_some_and(|limit| limit.is_zero())
    };
    (how == ExitBegan::TestsOver || watched.options.is_some()) && !is_off()
}

/// Looks until there is nothing to wait for.
fn wait() {
    while let Some(at) = look() {
        thread::sleep(at.saturating_duration_since(Instant::now()));
    }
}

/// The check of the process takes the time that it needs.
pub(crate) fn pauses() {
    BEGAN.store(0, Ordering::Relaxed);
}

/// The process goes on to its end.
pub(crate) fn goes_on() {
    if TID.load(Ordering::Relaxed) != 0 {
        began();
    }
}

fn began() {
    BEGAN.store(clock::now_ms() + 1, Ordering::Relaxed);
}

/// Reports where the time is over; else says when it may be.
fn look() -> Option<Instant> {
    /// Between looks while the check of the process works.
    const PAUSE: Duration = Duration::from_millis(500);
    static ASKED: Once = Once::new();
    ASKED.call_once(|| WATCHED.get().into_iter().for_each(ask));
    let limit = limit();
    if limit.is_zero() {
        return None;
    }
    let Some(began) = BEGAN.load(Ordering::Relaxed).checked_sub(1) else {
        return Some(Instant::now() + PAUSE);
    };
    let after = Duration::from_millis(clock::now_ms().saturating_sub(began));
    if after < limit {
        return Instant::now().checked_add(limit.saturating_sub(after));
    }
    let tid = TID.load(Ordering::Relaxed);
    // A main thread that has ended by itself leaves the process to its other threads.
    if proc_threads::sleeps(tid) == Some(true) || proc_threads::wants_to_run(tid) {
        report(tid, after);
    }
    None
}

fn report(tid: i32, after: Duration) -> Option<()> {
    let place = &WATCHED.get()?.place;
    let env = env::get().ok()?;
    let whom = CheckTarget::Process(place, None);
    let check = Check::begin(whom, Options::new(), env, Scope::current()).ok()?;
    let how = if TESTS_ARE_OVER.load(Ordering::Relaxed) {
        ExitBegan::TestsOver
    } else {
        ExitBegan::Exit
    };
    let report = check.of_process_that_does_not_end(&Unended {
        tid,
        cause: HangCause::Exit(how, limit()),
        after,
    });
    output::publish_directly(&report, env);
    Some(())
}
