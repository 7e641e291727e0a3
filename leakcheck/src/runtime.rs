//! The three ways in which the attributes run a test: a plain function, a future on a runtime of our own, a future on
//! a runtime of somebody else's.

use std::{
    future::{Future, poll_fn},
    io,
    panic::{self, AssertUnwindSafe},
    pin::{Pin, pin},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    check::{Check, Watched},
    entry::TestMeta,
    env::{self, Env},
    model::Verdict,
    options::{Level, Options},
    outcome::{Outcome, refuse},
    output,
    probe::Ends,
    scope::{ScopeId, outside},
    sources::tasks::{self, Token},
    subject::Whom,
    sys::{
        context::{Context, Switch},
        fds,
    },
};

/// A runtime that a test's attribute built.
pub trait TestRuntime {
    /// Its handle.
    fn handle(&self) -> &Handle;
    /// Runs a future to its end.
    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>);
    /// Stops it; waits no longer than `limit` for what cannot be stopped.
    fn shutdown(self: Box<Self>, limit: Duration);
}

/// Builds the runtime that an attribute asks for, after `prepare` has seen the builder.
pub type BuildRuntime = fn(prepare: &dyn Fn(&mut Builder)) -> io::Result<Box<dyn TestRuntime>>;

impl TestRuntime for Runtime {
    fn handle(&self) -> &Handle {
        Runtime::handle(self)
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        Runtime::block_on(self, future);
    }

    fn shutdown(self: Box<Self>, limit: Duration) {
        if self.metrics().num_alive_tasks() == 0 {
            return self.shutdown_timeout(limit);
        }
        // Dropping a task runs the user's code, which may block for ever: let another thread wait for it.
        let (done, wait) = std::sync::mpsc::channel();
        let stop = move || {
            self.shutdown_timeout(limit);
            // Nobody listens any more where it took too long.
            let _ = done.send(());
        };
        let started = outside(|| {
            thread::Builder::new()
                .name("leakcheck-shutdown".to_owned())
                .spawn(stop)
        });
        if started.is_ok() {
            let _ = wait.recv_timeout(limit * 2);
        }
    }
}

/// Wraps the usual runtime.
pub fn boxed(runtime: Runtime) -> Box<dyn TestRuntime> {
    Box::new(runtime)
}

/// Lets leak checks know the tasks of a runtime that a test builds itself.
///
/// The runtime becomes known when one of its threads starts or goes to sleep for the first time; with
/// `--cfg tokio_unstable`, by the builder's task hooks. Its threads become known as such. Call it last: it replaces
/// callbacks that were set with `on_thread_start` and `on_thread_park`, or with `on_thread_start`, `on_task_spawn`,
/// `on_before_task_poll`, `on_after_task_poll` and `on_task_terminate`, and is replaced by later ones.
///
/// ```
/// let mut builder = tokio::runtime::Builder::new_current_thread();
/// let runtime = leakcheck::instrument(&mut builder).build()?;
/// # drop(runtime);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn instrument(builder: &mut Builder) -> &mut Builder {
    tasks::instrument_foreign(builder, Token::new());
    builder
}

/// Puts one layer of options on another.
pub fn layer(below: Options, above: Options) -> Options {
    below.merge(above)
}

/// Runs a plain test function.
pub fn run_sync<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &Ends<R>,
    body: impl FnOnce() -> R,
) -> R {
    let Some(mut session) = Session::open(meta, options) else {
        return Outcome::of(body, ends)
            .judge(meta, ends)
            .finish(false, Level::Off);
    };
    let outcome = {
        let _inside = session.scope.enter();
        Outcome::of(body, ends).judge(meta, ends)
    };
    session.in_check(|check| {
        if !check.is_clean_now() {
            check.settle_blocking();
        }
    });
    session.conclude(outcome)
}

/// Runs an async test function on a runtime of its own.
pub fn run_async<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &Ends<R>,
    build: BuildRuntime,
    body: Pin<&mut dyn Future<Output = R>>,
) -> R {
    let Some(mut session) = Session::open(meta, options) else {
        let runtime = build(&|_| {}).unwrap_or_else(|error| no_runtime(&error));
        return block_on(&*runtime, body, ends)
            .judge(meta, ends)
            .finish(false, Level::Off);
    };
    let token = Token::new();
    let inside = session.scope.enter();
    let runtime = {
        // Its handle outlives it, and with it what the handle keeps open.
        let _aside = fds::aside();
        build(&|builder| tasks::instrument(builder, token))
            .unwrap_or_else(|error| no_runtime(&error))
    };
    session
        .check
        .watch(Watched::owned(runtime.handle(), token, session.scope));
    let outcome = block_on(&*runtime, body, ends).judge(meta, ends);
    session.in_check(|check| {
        if !check.is_clean_now() {
            // A runtime that shut itself down cannot be driven any more, which leaves no task to wait for.
            let settle = AssertUnwindSafe(|| runtime.block_on(pin!(check.settle_in_runtime())));
            let _ = panic::catch_unwind(settle);
        }
        let start = Instant::now();
        runtime.shutdown(check.stop_limit());
        if !check.is_gone() {
            check.settle_stopped(start.elapsed());
        }
    });
    drop(inside);
    session.conclude(outcome)
}

/// Runs an async test function on the runtime that polls it, which the check neither built nor ends.
pub async fn run_within<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &Ends<R>,
    body: impl Future<Output = R>,
) -> R {
    let Some(mut session) = Session::open(meta, options) else {
        return caught(body, ends)
            .await
            .judge(meta, ends)
            .finish(false, Level::Off);
    };
    if let Ok(handle) = Handle::try_current() {
        session.check.watch(Watched::foreign(handle));
    }
    let here = Context {
        scope: session.scope.index(),
        origin: 0,
    };
    let mut work = pin!(caught(body, ends));
    // The scope is this future's, not the thread's: between its polls the thread works for others.
    let outcome = poll_fn(|cx| {
        let _inside = Switch::to(here);
        work.as_mut().poll(cx)
    })
    .await
    .judge(meta, ends);
    if !session.check.is_clean_now() {
        session.check.settle_in_runtime().await;
    }
    session.conclude(outcome)
}

fn block_on<R>(
    runtime: &dyn TestRuntime,
    body: Pin<&mut dyn Future<Output = R>>,
    ends: &Ends<R>,
) -> Outcome<R> {
    let mut outcome = None;
    let driven = panic::catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(pin!(async { outcome = Some(caught(body, ends).await) }));
    }));
    match (outcome, driven) {
        (Some(outcome), _) => outcome,
        // The runtime itself gave up, as `unhandled_panic = "shutdown_runtime"` makes it.
        (None, Err(payload)) => Outcome::Panicked(payload),
        (None, Ok(())) => Outcome::Panicked(Box::new(
            "the runtime returned before the test ended".to_owned(),
        )),
    }
}

/// The outcome of a future; a panic of it is caught where it happens, so that its runtime lives on.
async fn caught<R>(body: impl Future<Output = R>, ends: &Ends<R>) -> Outcome<R> {
    let mut body = pin!(body);
    let polled =
        poll_fn(
            |cx| match panic::catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
                Err(payload) => Poll::Ready(Err(payload)),
            },
        )
        .await;
    match polled {
        Ok(value) => Outcome::returned(value, ends),
        Err(payload) => Outcome::Panicked(payload),
    }
}

fn no_runtime(error: &io::Error) -> ! {
    output::print(&format!(
        "leakcheck: failed to build the test's runtime: {error}"
    ));
    panic::resume_unwind(Box::new("leakcheck: no runtime".to_owned()))
}

/// A check and what surrounds it.
struct Session {
    check: Check,
    env: &'static Env,
    level: Level,
    scope: ScopeId,
}

impl Session {
    /// Begins a check, or `None` where it is switched off.
    fn open(meta: &'static TestMeta, options: &dyn Fn() -> Options) -> Option<Self> {
        let start = Instant::now();
        let opened = env::get().and_then(|env| {
            let options = options().merge(env.options());
            let level = options.chosen_level();
            if level == Level::Off {
                return Ok(None);
            }
            let Some(scope) = ScopeId::open() else {
                return Ok(None);
            };
            let mut check = Check::begin(Whom::Test(meta), options, env, scope)?;
            check.spend(start.elapsed());
            Ok(Some(Self {
                check,
                env,
                level,
                scope,
            }))
        });
        opened.unwrap_or_else(|error| refuse(&error))
    }

    /// Runs a part of the check and counts its time, without what it waited.
    fn in_check<R>(&mut self, part: impl FnOnce(&mut Check) -> R) -> R {
        let start = Instant::now();
        let waited = self.check.waited();
        let result = part(&mut self.check);
        let waited = self.check.waited().saturating_sub(waited);
        self.check.spend(start.elapsed().saturating_sub(waited));
        result
    }

    fn conclude<R>(self, outcome: Outcome<R>) -> R {
        // A forked child that returned from the body is not the process that is checked.
        if crate::sys::fork::in_child() {
            return outcome.finish(false, Level::Off);
        }
        let may_skip = self.check.found_nothing() && !self.check.writes_always();
        if may_skip {
            return outcome.finish(false, self.level);
        }
        let report = self.check.conclude(outcome.body());
        output::publish(&report, self.env);
        outcome.finish(report.verdict() == Verdict::Leaked, self.level)
    }
}
