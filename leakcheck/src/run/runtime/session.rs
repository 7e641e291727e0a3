//! A check and what surrounds it: from the options to the report, with the body in between.

use std::{
    any::Any,
    future::poll_fn,
    io,
    panic::{self, AssertUnwindSafe},
    pin::{Pin, pin},
    task::Poll,
    time::Instant,
};

use tokio::runtime::{Builder, Handle, RuntimeFlavor};

use super::{BuildRuntime, TestRuntime};
use crate::{
    base::{
        error::Repr,
        model::{Body, Report},
        test_meta::TestMeta,
    },
    check::{Check, Hung, Round, WatchedRuntime, target::CheckTarget},
    observe::{
        scope::{Scope, ScopeId},
        sources::tasks::{self, Token},
    },
    report::output,
    run::{
        background, effective_options, exit_watch,
        outcome::{Outcome, refuse},
        return_value::ReturnKind,
        watchdog::{self, Among, Parks, TestBody, Watch},
    },
    settings::{
        env::{self, Env},
        options::{Level, Options},
        suite,
    },
    sys::{fds, timeline::When},
};
#[cfg(feature = "heap")]
use crate::{
    observe::sources::heap,
    sys::{allocations::Standpoint, heap_block::Span},
};

pub(super) fn block_on<R>(
    runtime: &dyn TestRuntime,
    body: Pin<&mut dyn TestBody<R>>,
    ends: &ReturnKind<R>,
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
pub(super) async fn caught<R>(
    mut body: Pin<&mut (impl TestBody<R> + ?Sized)>,
    ends: &ReturnKind<R>,
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
            Ok(Poll::Ready(value)) => {
                watch.as_deref_mut().map(Watch::ends);
                Poll::Ready(Outcome::returned(value, ends))
            }
            Err(payload) => {
                watch.as_deref_mut().map(Watch::ends);
                Poll::Ready(Outcome::Panicked(payload))
            }
        }
    })
    .await
}

pub(super) fn no_runtime(error: &io::Error) -> ! {
    output::print(&format!(
        "leakcheck: failed to build the test's runtime: {error}"
    ));
    panic::resume_unwind(Box::new("leakcheck: no runtime".to_owned()))
}

/// Counts the tasks of the runtime whose thread this is, and notes which have ended.
fn count_tasks(scope: ScopeId) {
    tasks::look(scope, When::Due);
    if let Ok(handle) = Handle::try_current() {
        tasks::count_alive(scope, handle.metrics().num_alive_tasks());
    }
}

/// How often a body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runs {
    Once,
    /// And again to be cancelled, where that is asked for.
    ToBeCancelled,
    InRounds,
}

/// Whether a report is wanted that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    IfAny,
    InAnyCase,
}

/// A check and what surrounds it.
pub(super) struct Session {
    pub(super) check: Check,
    pub(super) env: &'static Env,
    pub(super) level: Level,
    pub(super) scope: ScopeId,
    /// How the body hung, if it was given up.
    pub(super) hung: Option<Hung>,
    /// Whether the next body is that of a measured round.
    pub(super) is_measured: bool,
}

impl Session {
    /// Begins the check of a body that runs once, or `None` where it is switched off.
    pub(super) fn open(meta: &'static TestMeta, options: &dyn Fn() -> Options) -> Option<Self> {
        Self::open_for(meta, options, Runs::Once)
    }

    /// The same of a body that runs in rounds.
    pub(super) fn open_to_repeat(
        meta: &'static TestMeta,
        options: &dyn Fn() -> Options,
    ) -> Option<Self> {
        Self::open_for(meta, options, Runs::InRounds)
    }

    /// The same of a body that may be run again.
    pub(super) fn open_to_cancel(
        meta: &'static TestMeta,
        options: &dyn Fn() -> Options,
    ) -> Option<Self> {
        Self::open_for(meta, options, Runs::ToBeCancelled)
    }

    fn open_for(
        meta: &'static TestMeta,
        options: &dyn Fn() -> Options,
        runs: Runs,
    ) -> Option<Self> {
        let start = Instant::now();
        // From here on: what is read first, and given back, must seem to lead nowhere.
        #[cfg(feature = "heap")]
        let watch = heap::watch();
        let opened = env::get().and_then(|env| {
            let options = options();
            if runs != Runs::ToBeCancelled && options.asks_to_cancel() {
                return Err(Repr::NotCancellable.into());
            }
            if runs != Runs::InRounds && options.has_rates() {
                return Err(Repr::NoRounds.into());
            }
            let options = suite::options().merge(options);
            let options = effective_options::options(options, env, meta.manifest_dir)?;
            let level = options.chosen_level();
            if level == Level::Off {
                return Ok(None);
            }
            exit_watch::arm(|| exit_watch::site_of(meta), &options);
            let kept = Scope::open()?;
            kept.limit(|limited| options.budget(limited));
            if runs == Runs::InRounds {
                kept.rate(|limited| options.rate_of(limited));
            }
            if env.writes_always() {
                kept.keep_times(tasks::current);
            }
            let scope = kept.id();
            let mut check = Check::begin(CheckTarget::Test(meta), options, env, kept)?;
            #[cfg(feature = "heap")]
            check.note_allocations(watch);
            check.look_at_all_sets();
            background::accept(scope);
            check.listen();
            check.spend(start.elapsed());
            Ok(Some(Self {
                check,
                env,
                level,
                scope,
                hung: None,
                is_measured: false,
            }))
        });
        opened.unwrap_or_else(|error| refuse(&error))
    }

    /// Runs a plain body under a watch.
    pub(super) fn run<R>(
        &mut self,
        meta: &'static TestMeta,
        body: impl FnOnce() -> R,
        ends: &ReturnKind<R>,
    ) -> Outcome<R> {
        let mut watch = self.watch(Among::Others);
        let round = self.round();
        let outcome = Outcome::of(body, ends);
        round.into_iter().for_each(Round::end);
        watch.ends();
        self.check.body_has_ended();
        let hung = watch.end();
        let outcome = outcome.unless_late(hung.as_ref(), meta);
        self.hung = hung;
        outcome
    }

    /// Watches the body, which is to begin now.
    pub(super) fn watch(&self, among: Among) -> Watch<'_> {
        self.check.body_begins();
        Watch::begin(&self.check, among)
    }

    /// The round that is to begin now, if it is measured and anything is asked of it.
    fn round(&self) -> Option<Round> {
        let has_rates = self.is_measured && self.scope.counters().counts_rates();
        has_rates.then(|| Round::begin(&self.check))
    }

    /// Builds the test's own runtime, which is looked at from here on.
    pub(super) fn build(&mut self, build: BuildRuntime) -> Box<dyn TestRuntime> {
        let token = Token::new();
        let (counts_tasks, scope) = (self.check.counts_tasks(), self.scope);
        let prepare = |builder: &mut Builder| {
            tasks::instrument(builder, token);
            if counts_tasks {
                builder.on_thread_park(move || {
                    count_tasks(scope);
                    watchdog::parks();
                });
            } else {
                builder.on_thread_park(watchdog::parks);
            }
        };
        let runtime = {
            // Its handle outlives it, and with it what the handle keeps open.
            let _untracked = fds::untracked();
            build(&prepare).unwrap_or_else(|error| no_runtime(&error))
        };
        self.check
            .watch(WatchedRuntime::owned(runtime.handle(), token, self.scope));
        runtime
    }

    /// Runs an async body on a runtime of its own, which has stopped then, and looks at what it leaves.
    pub(super) fn run_async<R>(
        &mut self,
        meta: &'static TestMeta,
        ends: &ReturnKind<R>,
        build: BuildRuntime,
        body: Pin<&mut dyn TestBody<R>>,
    ) -> Outcome<R> {
        let _inside = self.scope.enter();
        let runtime = self.build(build);
        let outcome = self.drive(&*runtime, meta, body, ends);
        self.in_check(|check| {
            if !check.is_clean_now() {
                // A runtime that shut itself down cannot be driven any more, which leaves no task to wait for.
                let settle = AssertUnwindSafe(|| runtime.block_on(pin!(check.settle_in_runtime())));
                let _ = panic::catch_unwind(settle);
            }
            let limit = check.stop_limit();
            let stopping = check.stop();
            stopping.settle(runtime.shutdown(limit));
        });
        outcome
    }

    /// Runs a body on that runtime, and ends what it has declared as background work.
    pub(super) fn drive<R>(
        &mut self,
        runtime: &dyn TestRuntime,
        meta: &'static TestMeta,
        mut body: Pin<&mut dyn TestBody<R>>,
        ends: &ReturnKind<R>,
    ) -> Outcome<R> {
        let parks = match runtime.handle().runtime_flavor() {
            RuntimeFlavor::CurrentThread => Parks::WhenAllWait,
            _ => Parks::WhenItWaits,
        };
        let mut watch = self.watch(Among::Own(parks));
        let round = self.round();
        let outcome = block_on(runtime, body.as_mut(), ends, Some(&mut watch));
        round.into_iter().for_each(Round::end);
        self.check.body_has_ended();
        let hung = watch.end();
        #[cfg(feature = "heap")]
        self.give_up_ended(body, &outcome);
        let outcome = outcome.unless_late(hung.as_ref(), meta);
        self.hung = hung;
        let panic = stop_background(runtime, self);
        outcome.and_background(panic, meta)
    }

    /// Drops the future of a body that has returned: what it has in memory then is what it had.
    #[cfg(feature = "heap")]
    fn give_up_ended<R>(&mut self, mut body: Pin<&mut dyn TestBody<R>>, outcome: &Outcome<R>) {
        let has_returned = matches!(outcome, Outcome::Returned { .. });
        if has_returned && self.check.notes_allocations() {
            body.as_mut().give_up();
            let start = std::ptr::from_ref(&*body).addr();
            let end = start + size_of_val(&*body);
            self.check.body_was_in(Some(Span::new(start, end)));
        }
    }

    /// Runs a part of the check and counts its time, without what it waited.
    pub(super) fn in_check<R>(&mut self, part: impl FnOnce(&mut Check) -> R) -> R {
        let start = Instant::now();
        let waited = self.check.waited();
        let result = part(&mut self.check);
        let waited = self.check.waited().saturating_sub(waited);
        self.check.spend(start.elapsed().saturating_sub(waited));
        result
    }

    pub(super) fn conclude<R>(mut self, outcome: Outcome<R>) -> R {
        // A forked child that returned from the body is not the process that is checked.
        if self.check.is_of_parent() {
            return outcome.finish(None, Level::Off);
        }
        let (env, level, body) = (self.env, self.level, outcome.body());
        // To move all of it would be a good part of what a clean test pays.
        if self.has_nothing_to_say(body) {
            return outcome.finish(None, level);
        }
        let report = self.whole_report(body);
        output::publish(&report, env);
        outcome.finish(report.fails().then(|| report.verdict()), level)
    }

    /// The report of a check whose body ended so; none where it is not wanted.
    pub(super) fn report(mut self, body: Body, wanted: Wanted) -> Option<Report> {
        let is_wanted = !self.has_nothing_to_say(body) || wanted == Wanted::InAnyCase;
        is_wanted.then(|| self.whole_report(body))
    }

    fn has_nothing_to_say(&mut self, body: Body) -> bool {
        self.check.collect_panics(body);
        self.check.collect_process_trees();
        self.check.collect_temp_files();
        #[cfg(feature = "heap")]
        self.check.collect_heap(&Standpoint::here());
        self.hung = self.hung.take().filter(|_| body == Body::TimedOut);
        self.hung.is_none() && self.check.found_nothing() && !self.check.writes_always()
    }

    fn whole_report(self, body: Body) -> Report {
        let hang = self
            .hung
            .map(|hung| Box::new(self.check.explain_hang(&hung)));
        Report {
            hang,
            ..self.check.conclude(body)
        }
    }
}
