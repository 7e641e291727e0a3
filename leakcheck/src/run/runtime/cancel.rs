//! A test whose body runs again after it has passed, and is dropped at one of its awaits each time.

mod body;
mod gathered;
mod one_run;
mod runs;

use self::{
    body::{Counted, MakeBody},
    one_run::Test,
    runs::{Runs, Stopped},
};
use super::{
    BuildRuntime,
    session::{Session, Wanted, block_on, no_runtime},
};
use crate::{
    base::{
        model::{Body, CancelExtent, Report},
        test_meta::TestMeta,
    },
    observe::sources::timers,
    report::output,
    run::{outcome::Outcome, return_value::ReturnKind},
    settings::options::{Level, Options},
};

/// Runs an async test function on a runtime of its own, and then again on others, where it is cancelled; once where nothing is
/// checked, or nothing is to be cancelled.
pub fn cancel_async<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &ReturnKind<R>,
    build: BuildRuntime,
    body: MakeBody<'_, R>,
) -> R {
    let Some(mut session) = Session::open_to_cancel(meta, options) else {
        let runtime = build(&|_| {}).unwrap_or_else(|error| no_runtime(&error));
        return block_on(&*runtime, Counted::of(body).pinned(), ends, None)
            .judge(meta, ends)
            .finish(None, Level::Off);
    };
    let _listening = timers::listen();
    let mut counted = {
        let _inside = session.scope.enter();
        Counted::of(body)
    };
    let outcome = session.run_async(meta, ends, build, counted.pinned());
    let outcome = outcome.judge(meta, ends);
    let awaits = counted.awaits();
    let asked = session.check.cancel();
    let (numbers, is_spread) = asked.map_or_else(Default::default, |asked| asked.numbers(awaits));
    if numbers.is_empty() || outcome.body() != Body::Passed || session.check.is_of_parent() {
        return session.conclude(outcome);
    }
    let (env, level, limit) = (session.env, session.level, session.check.cancel_limit());
    let Some(report) = session.report(Body::Passed, Wanted::InAnyCase) else {
        return outcome.finish(None, level);
    };
    if report.fails() && level == Level::Deny {
        output::publish(&report, env);
        return outcome.finish(Some(report.verdict()), level);
    }
    let test = Test {
        meta,
        options,
        ends,
        build,
        body,
    };
    let mut runs = Runs::new(test, report, awaits, limit);
    let extent = if is_spread {
        CancelExtent::Spread
    } else {
        CancelExtent::All
    };
    let outcome: Outcome<R> = match runs.all((&numbers, extent)) {
        Ok(()) => outcome,
        // The body itself has passed, and a warning fails nothing.
        Err(Stopped::Failed(_)) if level == Level::Warn => outcome,
        Err(Stopped::Failed(failed)) => failed,
        Err(Stopped::Forked) => return outcome.finish(None, Level::Off),
    };
    let report = Report {
        body: outcome.body(),
        ..runs.report()
    };
    output::publish(&report, env);
    outcome.finish(report.fails().then(|| report.verdict()), level)
}
