//! The `main` of a test binary without the language's harness: runs the registered tests, then checks the process.

mod arguments;
mod registered;

pub use registered::{Registered, worked};

use std::{
    any::Any,
    collections::HashSet,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    thread,
};

use libtest_mimic::{Failed, Trial};

use crate::{
    base::model::ExitBegan,
    report::output,
    run::{
        exit_watch,
        process_check::{self, ProcessVerdict},
    },
    settings::suite::{self, Suite, When},
};
use arguments::Asked;
use registered::How;

/// What the language's harness exits with where a test has failed.
const FAILED: u8 = 101;

/// Why a test without an attribute of ours was not run.
const MISSED: &str = "this test has no attribute of leakcheck, and without the language's harness the compiler removes it: \
                      put `#[leak_checked]` above it, or above its module";

/// Runs the tests of this binary as the command line says.
///
/// # Panics
///
/// Where no suite is registered, which `main!` does.
pub fn run_all() -> ExitCode {
    let suite = suite::registered().expect("`main!` registers a suite");
    let asked = Asked::of_process();
    let is_list = asked.arguments.list;
    if asked.arguments.test_threads == Some(0) {
        output::print("error: argument for --test-threads must not be 0");
        return ExitCode::from(FAILED);
    }
    if is_list {
        return libtest_mimic::run(&asked.arguments, trials(suite, &asked)).exit_code();
    }
    exit_watch::arm_binary(suite.place, suite.options);
    let code = run(suite, &asked);
    (suite.clean_up)(code.into());
    ExitCode::from(code)
}

/// Runs the tests between the suite's hooks, then checks the process.
fn run(suite: &'static Suite, asked: &Asked) -> u8 {
    if !calls(suite.set_up) {
        output::print("leakcheck: `set_up` panicked, so no test was run");
        return FAILED;
    }
    let has_failed = libtest_mimic::run(&asked.arguments, trials(suite, asked)).has_failed();
    exit_watch::begins(ExitBegan::TestsOver);
    if !calls(suite.tear_down) {
        output::print("leakcheck: `tear_down` panicked, and that fails the tests");
        return FAILED;
    }
    let whole = if has_failed && suite.when == When::Passed {
        Ok(ProcessVerdict::Passed)
    } else {
        exit_watch::pauses();
        let whole = process_check::verify(&suite.place, (suite.options)());
        exit_watch::goes_on();
        whole
    };
    match whole {
        Ok(ProcessVerdict::Passed) if !has_failed => 0,
        Ok(_) => FAILED,
        Err(error) => {
            output::print(&format!("leakcheck: {error}"));
            FAILED
        }
    }
}

/// Whether a hook returns; its panic was printed.
fn calls(hook: fn()) -> bool {
    panic::catch_unwind(hook).is_ok()
}

/// The tests that are asked for, in the order of their names.
fn trials(suite: &Suite, asked: &Asked) -> Vec<Trial> {
    let tests = inventory::iter::<Registered>.into_iter();
    let mut tests: Vec<(String, bool, How)> = tests
        .map(|test| (test.name(), test.ignored, test.how))
        .collect();
    tests.extend(missed(suite, &tests));
    tests.retain(|(name, ..)| asked.wants(name));
    tests.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let on_main = asked.arguments.test_threads == Some(1);
    let trial = |(name, ignored, how): (String, bool, How)| {
        let thread = name.clone();
        Trial::test(name, move || match how {
            How::Call(run) if on_main => ended(panic::catch_unwind(AssertUnwindSafe(run))),
            How::Call(run) => on_its_thread(thread, run),
            How::Refused(by) => Err(refusal(by).into()),
            How::Missed => Err(MISSED.into()),
        })
        .with_ignored_flag(ignored)
    };
    tests.into_iter().map(trial).collect()
}

/// Tests that nobody has registered. An attribute may be ours under the name of another, and then it has.
fn missed(suite: &Suite, registered: &[(String, bool, How)]) -> Vec<(String, bool, How)> {
    let names: HashSet<&str> = registered.iter().map(|(name, ..)| name.as_str()).collect();
    let missed = suite
        .missed
        .iter()
        .filter(|(name, _)| !names.contains(name));
    missed
        .map(|(name, ignored)| ((*name).to_owned(), *ignored, How::Missed))
        .collect()
}

/// Runs a test on a thread with its name, as the language's harness does.
fn on_its_thread(name: String, run: fn() -> bool) -> Result<(), Failed> {
    let test = thread::Builder::new().name(name).spawn(run);
    let test = test.map_err(|error| format!("no thread could be started: {error}"))?;
    ended(test.join())
}

/// What a test's end means.
fn ended(end: Result<bool, Box<dyn Any + Send>>) -> Result<(), Failed> {
    match end {
        Ok(true) => Ok(()),
        Ok(false) => Err("the test returned an error".into()),
        Err(payload) => Err(match payload.downcast::<String>() {
            Ok(text) => (*text).into(),
            Err(payload) => payload
                .downcast_ref::<&str>()
                .map_or_else(Failed::without_message, Failed::from),
        }),
    }
}

/// Why a test could not be run.
fn refusal(by: &str) -> String {
    format!(
        "`#[{by}]` gives this test to the language's own harness only, so `leakcheck::main!` cannot run it: write it with \
         `#[leakcheck::test]` or `#[rstest]`, or move it to a test target with that harness"
    )
}
