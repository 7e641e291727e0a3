//! The three ways in which the attributes run a test: a plain function, a future on a runtime of our own, a future on
//! a runtime of somebody else's.

mod cancel;
mod own;
mod repeat;
mod session;

pub use cancel::cancel_async;
pub use own::{BuildRuntime, TestRuntime, boxed};
pub use repeat::{repeat_async, repeat_sync};

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
};

use tokio::{
    runtime::{Builder, Handle},
    task::LocalSet,
};

use self::session::{Session, block_on, caught, no_runtime};
use crate::{
    base::{
        error::{Error, Repr},
        test_meta::TestMeta,
    },
    check::WatchedRuntime,
    observe::sources::{
        tasks::{self, Token},
        timers,
    },
    run::{
        background,
        outcome::Outcome,
        return_value::ReturnKind,
        watchdog::{Among, TestBody},
    },
    settings::{
        ignore::Ignore,
        options::{Level, Options},
    },
    sys::context::{Context, Switch},
};

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
/// Nothing leads from a runtime to the `LocalSet`s that run on it. The check of a test finds those of its own thread all the
/// same; a set of another thread and one that is looked at before the end of a test are seen where they were given. Tasks that
/// are still there when the check looks are left behind: by a test that keeps its set in a `thread_local!` or forgets it, or
/// where a [`checkpoint`](crate::checkpoint()) is verified inside of the set. A set that is dropped ends its tasks.
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

/// Accepts as well what this crate, whose attribute runs the test, has made for the arguments that it lends to it.
pub fn lent(options: Options, by: &str) -> Options {
    options.ignore(Ignore::lent_by(by))
}

/// Runs a plain test function.
pub fn run_sync<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &ReturnKind<R>,
    body: impl FnOnce() -> R,
) -> R {
    let Some(mut session) = Session::open(meta, options) else {
        return Outcome::of(body, ends)
            .judge(meta, ends)
            .finish(None, Level::Off);
    };
    let outcome = {
        let _inside = session.scope.enter();
        let outcome = session.run(meta, body, ends);
        let panic = background::stop_blocking(session.scope, session.check.stop_limit());
        outcome.and_background(panic, meta).judge(meta, ends)
    };
    session.in_check(|check| {
        if !check.is_clean_now() {
            check.settle_blocking();
        }
    });
    #[cfg(feature = "heap")]
    session.check.clear_stack();
    session.conclude(outcome)
}

/// Runs an async test function on a runtime of its own.
pub fn run_async<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &ReturnKind<R>,
    build: BuildRuntime,
    body: Pin<&mut dyn TestBody<R>>,
) -> R {
    let Some(mut session) = Session::open(meta, options) else {
        let runtime = build(&|_| {}).unwrap_or_else(|error| no_runtime(&error));
        return block_on(&*runtime, body, ends, None)
            .judge(meta, ends)
            .finish(None, Level::Off);
    };
    let _listening = timers::listen();
    let outcome = session.run_async(meta, ends, build, body);
    #[cfg(feature = "heap")]
    session.check.clear_stack();
    session.conclude(outcome.judge(meta, ends))
}

/// Runs an async test function on the runtime that polls it, which the check neither built nor ends.
pub async fn run_within<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &ReturnKind<R>,
    body: impl Future<Output = R>,
) -> R {
    let Some(mut session) = Session::open(meta, options) else {
        return caught(pin!(Some(body)), ends, None)
            .await
            .judge(meta, ends)
            .finish(None, Level::Off);
    };
    if let Ok(handle) = Handle::try_current() {
        session.check.watch(WatchedRuntime::foreign(handle));
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
        session.check.body_has_ended();
        (outcome, watch.end())
    };
    let outcome = outcome.unless_late(hung.as_ref(), meta);
    session.hung = hung;
    let panic = background::stop_in_runtime(session.scope, session.check.stop_limit()).await;
    let outcome = outcome.and_background(panic, meta).judge(meta, ends);
    if !session.check.is_clean_now() {
        session.check.settle_in_runtime().await;
    }
    #[cfg(feature = "heap")]
    session.check.clear_stack();
    session.conclude(outcome)
}
