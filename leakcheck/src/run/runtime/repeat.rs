//! A test whose body runs several times, and that fails if each round leaves more behind.

use std::{
    future::Future,
    panic::{self, AssertUnwindSafe},
    pin::{Pin, pin},
};

use super::{
    BuildRuntime,
    session::{Session, block_on, no_runtime},
};
use crate::{
    base::{
        model::Body,
        test_meta::{Rounds, TestMeta},
    },
    check::Growth,
    observe::sources::timers,
    report::output,
    run::{background, outcome::Outcome, return_value::ReturnKind},
    settings::options::{Level, Options},
};

/// What makes the future of one round.
type MakeBody<'b, R> = &'b dyn Fn() -> Pin<Box<dyn Future<Output = R>>>;

/// Runs a plain test function in rounds; once where nothing is checked.
pub fn repeat_sync<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &ReturnKind<R>,
    rounds: Rounds,
    body: &dyn Fn() -> R,
) -> R {
    let Some(mut session) = Session::open_to_repeat(meta, options) else {
        return Outcome::of(body, ends)
            .judge(meta, ends)
            .finish(None, Level::Off);
    };
    let mut growth = Growth::new(rounds);
    let outcome = loop {
        background::accept(session.scope);
        session.is_measured = growth.is_warm();
        let outcome = {
            let _inside = session.scope.enter();
            let outcome = session.run(meta, body, ends);
            let panic = background::stop_blocking(session.scope, session.check.stop_limit());
            outcome.and_background(panic, meta).judge(meta, ends)
        };
        if is_over(&outcome, &growth) {
            break outcome;
        }
        session.in_check(|check| check.measure_blocking(&mut growth));
        if growth.is_whole() {
            break outcome;
        }
    };
    session.check.note_growth(&growth);
    session.conclude(outcome)
}

/// Runs an async test function in rounds, on one runtime of its own; once where nothing is checked.
pub fn repeat_async<R>(
    meta: &'static TestMeta,
    options: &dyn Fn() -> Options,
    ends: &ReturnKind<R>,
    build: BuildRuntime,
    rounds: Rounds,
    body: MakeBody<'_, R>,
) -> R {
    let Some(mut session) = Session::open_to_repeat(meta, options) else {
        let runtime = build(&|_| {}).unwrap_or_else(|error| no_runtime(&error));
        return block_on(&*runtime, pin!(Some(body())), ends, None)
            .judge(meta, ends)
            .finish(None, Level::Off);
    };
    let inside = session.scope.enter();
    let _listening = timers::listen();
    let runtime = session.build(build);
    let mut growth = Growth::new(rounds);
    let outcome = loop {
        background::accept(session.scope);
        session.is_measured = growth.is_warm();
        // The future goes with its round.
        let outcome = session.drive(&*runtime, meta, pin!(Some(body())), ends);
        let outcome = outcome.judge(meta, ends);
        if is_over(&outcome, &growth) {
            break outcome;
        }
        session.in_check(|check| {
            // A runtime that shut itself down has nothing to measure.
            let measure = AssertUnwindSafe(|| {
                runtime.block_on(pin!(check.measure_in_runtime(&mut growth)));
            });
            let _ = panic::catch_unwind(measure);
        });
        if growth.is_whole() {
            break outcome;
        }
    };
    runtime.shutdown(session.check.stop_limit());
    drop(inside);
    session.check.note_growth(&growth);
    session.conclude(outcome)
}

/// Whether a round has failed, which is the last one then.
fn is_over<R>(outcome: &Outcome<R>, growth: &Growth) -> bool {
    if outcome.body() == Body::Passed {
        return false;
    }
    let (round, all) = growth.round();
    output::print(&format!("leakcheck: round {round} of {all} failed"));
    true
}
