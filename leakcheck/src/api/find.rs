//! Looking without an attribute: once, at what this test has made so far.

use std::panic::Location;

use tokio::runtime::Handle;

use crate::{
    base::{
        error::{Error, Repr},
        model::{Body, Kind, Report},
    },
    check::{Check, WatchedRuntime, target::CheckTarget},
    observe::{capture::tokio_paths::BUILD, scope::Scope},
    report::output,
    run::{effective_options, outcome},
    settings::{
        env,
        ignore::Ignore,
        options::{Level, Options},
    },
};

/// Looks for what was left behind, waiting for it to end as the options say.
///
/// Inside a checked test, or while a [`LeakGuard`](crate::LeakGuard) lives, it looks at what was made since that began.
/// Anywhere else it looks at what this thread and its descendants have made. Tasks are looked at on the runtime that
/// is current, if one is.
///
/// ```
/// let report = leakcheck::find(&leakcheck::Options::new())?;
/// assert!(report.is_clean());
/// # Ok::<(), leakcheck::Error>(())
/// ```
///
/// # Errors
///
/// Where a `LEAKCHECK_*` variable is not understood or asks for what cannot be seen, and in async code of a
/// current-thread runtime with live tasks: this call would have to wait on the thread that runs them. Use
/// [`checkpoint`](crate::checkpoint()) there.
#[track_caller]
pub fn find(options: &Options) -> Result<Report, Error> {
    let env = env::get()?;
    let scope = Scope::current();
    let mut options = effective_options::of_caller(options.clone(), env)?;
    if let Ok(handle) = Handle::try_current()
        && !scope.id().is_checked()
    {
        options = options.ignore(workers(&handle));
    }
    let mut check = Check::begin(CheckTarget::caller(Location::caller()), options, env, scope)?;
    if let Ok(handle) = Handle::try_current() {
        check.watch(WatchedRuntime::whole(handle));
    }
    if check.would_block() {
        return Err(Repr::WouldBlock.into());
    }
    check.settle_blocking();
    Ok(check.conclude(Body::Passed))
}

/// Accepts the workers of the runtime that is running now, which this thread may have built before.
fn workers(handle: &Handle) -> Ignore {
    Ignore::created_by(&format!("{BUILD}*"))
        .on(Kind::Thread)
        .at_most(handle.metrics().num_workers())
        .because("the runtime that runs this test is still needed")
}

/// Fails the test if something was left behind: [`find`], print, panic.
///
/// ```
/// leakcheck::verify_none(leakcheck::Options::new());
/// ```
///
/// # Panics
///
/// Where something was left behind, and where [`find`] returns an error.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "reads best with the options built in the call"
)]
pub fn verify_none(options: Options) {
    let layered = env::get().and_then(|env| effective_options::of_caller(options.clone(), env));
    // What is wrong is said by the look.
    let level = layered.map_or(Level::Deny, |options| options.chosen_level());
    if level == Level::Off {
        return;
    }
    match find(&options) {
        Ok(report) => enforce(&report, level),
        Err(error) => outcome::refuse(&error),
    }
}

/// Prints a report and fails the test if it should.
pub(crate) fn enforce(report: &Report, level: Level) {
    if let Ok(env) = env::get() {
        output::publish(report, env);
    }
    if report.fails() && level == Level::Deny {
        outcome::fail(report.verdict())
    }
}
