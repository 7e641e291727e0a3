//! The three ways in which the attributes run a test: a plain function, a future on a runtime of our own, a future on
//! a runtime of somebody else's.

mod repeat;

pub use repeat::{repeat_async, repeat_sync};

use std::{
    any::Any,
    future::{Future, poll_fn},
    io,
    panic::{self, AssertUnwindSafe},
    pin::{Pin, pin},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Builder, Handle, Runtime, RuntimeFlavor},
    task::LocalSet,
};

use crate::{
    background,
    check::{Check, Hung, Watched},
    config,
    entry::TestMeta,
    env::{self, Env},
    error::{Error, Repr},
    model::{Body, Report},
    options::{Level, Options},
    outcome::{Outcome, refuse},
    output,
    probe::Ends,
    scope::{ScopeId, outside},
    sources::{
        tasks::{self, Token},
        timers,
    },
    subject::Whom,
    suite,
    sys::{
        context::{Context, Switch},
        fds,
    },
    watchdog::{self, Among, Parks, TestBody, Watch},
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

/// Lets leak checks know the tasks of a `LocalSet`, from here on.
///
/// Nothing leads from a runtime to the `LocalSet`s that run on it, so a check sees those that it was given only. Tasks
/// that are still there when the check looks are left behind: by a test that keeps its set in a `thread_local!` or
/// forgets it, or where a [`checkpoint`](crate::checkpoint()) is verified inside of the set. A set that is dropped ends
/// its tasks.
///
/// It spawns one empty task on the set, which ends when it is run.
///
/// ```
/// let set = tokio::task::LocalSet::new();
/// leakcheck::watch_local(&set)?;
/// set.spawn_local(std::future::pending::<()>());
/// drop(set);
/// leakcheck::verify_none(leakcheck::Options::new());
/// # Ok::<(), leakcheck::Error>(())
/// ```
///
/// # Errors
///
/// Where the debug info of this program does not lead to the tasks of a set.
pub fn watch_local(set: &LocalSet) -> Result<(), Error> {
    tasks::watch_local(set).map_err(|error| {
        Repr::Unreadable {
            why: error.to_string(),
        }
        .into()
    })
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
        let outcome = {
            let _watch = session.watch(Among::Others);
            Outcome::of(body, ends)
        };
        let panic = background::stop_blocking(session.scope, session.check.stop_limit());
        outcome.and_background(panic, meta).judge(meta, ends)
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
    body: Pin<&mut dyn TestBody<R>>,
) -> R {
    let Some(mut session) = Session::open(meta, options) else {
        let runtime = build(&|_| {}).unwrap_or_else(|error| no_runtime(&error));
        return block_on(&*runtime, body, ends, None)
            .judge(meta, ends)
            .finish(false, Level::Off);
    };
    let inside = session.scope.enter();
    let _listening = timers::listen();
    let runtime = session.build(build);
    let outcome = session.drive(&*runtime, meta, body, ends);
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
        return caught(pin!(Some(body)), ends, None)
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
    let (outcome, hung) = {
        let mut watch = session.watch(Among::Others);
        let outcome = {
            let body = pin!(Some(body));
            let mut work = pin!(caught(body, ends, Some(&mut watch)));
            // The scope is this future's, not the thread's: between its polls the thread works for others.
            poll_fn(|cx| {
                let _inside = Switch::to(here);
                work.as_mut().poll(cx)
            })
            .await
        };
        (outcome, watch.end())
    };
    session.hung = hung;
    let panic = background::stop_in_runtime(session.scope, session.check.stop_limit()).await;
    let outcome = outcome.and_background(panic, meta).judge(meta, ends);
    if !session.check.is_clean_now() {
        session.check.settle_in_runtime().await;
    }
    session.conclude(outcome)
}

fn block_on<R>(
    runtime: &dyn TestRuntime,
    body: Pin<&mut dyn TestBody<R>>,
    ends: &Ends<R>,
    watch: Option<&mut Watch<'_>>,
) -> Outcome<R> {
    let mut outcome = None;
    let driven = panic::catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(pin!(async {
            outcome = Some(caught(body, ends, watch).await);
        }));
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

/// Ends what the test has running in the background; returns the first panic of it.
fn stop_background(runtime: &dyn TestRuntime, session: &Session) -> Option<Box<dyn Any + Send>> {
    let mut panic = None;
    let (scope, limit) = (session.scope, session.check.stop_limit());
    // To enter a runtime for nothing would be a good part of what a clean test pays.
    if background::is_none(scope) {
        return None;
    }
    // A runtime that shut itself down has ended its tasks, and cannot be driven any more.
    let driven = panic::catch_unwind(AssertUnwindSafe(|| {
        let stop = async { panic = background::stop_in_runtime(scope, limit).await };
        runtime.block_on(pin!(stop));
    }));
    if driven.is_err() {
        panic = background::stop_blocking(scope, limit);
    }
    panic
}

/// The outcome of a future; a panic of it is caught where it happens, so that its runtime lives on.
async fn caught<R>(
    mut body: Pin<&mut (impl TestBody<R> + ?Sized)>,
    ends: &Ends<R>,
    mut watch: Option<&mut Watch<'_>>,
) -> Outcome<R> {
    poll_fn(|cx| {
        if let Some(watch) = &mut watch {
            if watch.is_given_up() {
                // A panic of what it drops was printed, and the test fails as it is.
                let drop = AssertUnwindSafe(|| body.as_mut().give_up());
                let _ = panic::catch_unwind(drop);
                return Poll::Ready(Outcome::TimedOut);
            }
            watch.begins_poll();
        }
        match panic::catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(cx))) {
            Ok(Poll::Pending) => {
                if let Some(watch) = &mut watch {
                    watch.is_suspended(cx.waker(), || body.as_ref().address());
                }
                Poll::Pending
            }
            Ok(Poll::Ready(value)) => Poll::Ready(Outcome::returned(value, ends)),
            Err(payload) => Poll::Ready(Outcome::Panicked(payload)),
        }
    })
    .await
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
    start: Instant,
    /// How the body hung, if it was given up.
    hung: Option<Hung>,
}

impl Session {
    /// Begins a check, or `None` where it is switched off.
    fn open(meta: &'static TestMeta, options: &dyn Fn() -> Options) -> Option<Self> {
        let start = Instant::now();
        let opened = env::get().and_then(|env| {
            let options = suite::options().merge(options());
            let options = config::layered(options, env, meta.manifest_dir)?;
            let level = options.chosen_level();
            if level == Level::Off {
                return Ok(None);
            }
            let Some(scope) = ScopeId::open() else {
                return Ok(None);
            };
            let mut check = Check::begin(Whom::Test(meta), options, env, scope)?;
            background::accept(scope);
            check.listen();
            check.spend(start.elapsed());
            Ok(Some(Self {
                check,
                env,
                level,
                scope,
                start,
                hung: None,
            }))
        });
        opened.unwrap_or_else(|error| refuse(&error))
    }

    /// Watches the body, which is to begin now.
    fn watch(&self, among: Among) -> Watch<'_> {
        Watch::begin(&self.check, among, self.start)
    }

    /// Builds the test's own runtime, which is looked at from here on.
    fn build(&mut self, build: BuildRuntime) -> Box<dyn TestRuntime> {
        let token = Token::new();
        let prepare = |builder: &mut Builder| {
            tasks::instrument(builder, token);
            builder.on_thread_park(watchdog::parks);
        };
        let runtime = {
            // Its handle outlives it, and with it what the handle keeps open.
            let _aside = fds::aside();
            build(&prepare).unwrap_or_else(|error| no_runtime(&error))
        };
        self.check
            .watch(Watched::owned(runtime.handle(), token, self.scope));
        runtime
    }

    /// Runs a body on that runtime, and ends what it has declared as background work.
    fn drive<R>(
        &mut self,
        runtime: &dyn TestRuntime,
        meta: &'static TestMeta,
        body: Pin<&mut dyn TestBody<R>>,
        ends: &Ends<R>,
    ) -> Outcome<R> {
        let parks = match runtime.handle().runtime_flavor() {
            RuntimeFlavor::CurrentThread => Parks::WhenAllWait,
            _ => Parks::WhenItWaits,
        };
        let mut watch = self.watch(Among::Own(parks));
        let outcome = block_on(runtime, body, ends, Some(&mut watch));
        let hung = watch.end();
        self.hung = hung;
        let panic = stop_background(runtime, self);
        outcome.and_background(panic, meta).judge(meta, ends)
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

    fn conclude<R>(mut self, outcome: Outcome<R>) -> R {
        // A forked child that returned from the body is not the process that is checked.
        if crate::sys::fork::in_child() {
            return outcome.finish(false, Level::Off);
        }
        self.check.hear();
        let given_up = self.hung.filter(|_| outcome.body() == Body::TimedOut);
        let may_skip =
            given_up.is_none() && self.check.found_nothing() && !self.check.writes_always();
        if may_skip {
            return outcome.finish(false, self.level);
        }
        let hang = given_up.map(|hung| Box::new(self.check.explain_hang(&hung)));
        let report = Report {
            hang,
            ..self.check.conclude(outcome.body())
        };
        output::publish(&report, self.env);
        outcome.finish(report.fails(), self.level)
    }
}
