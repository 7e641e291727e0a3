//! The check of the whole process at its end: what no test's own check was about.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    base::{error::Error, model::Body, test_meta::BinarySite},
    check::{Check, target::CheckTarget},
    observe::scope::Scope,
    report::output,
    run::effective_options,
    settings::{
        env,
        options::{Level, Options},
    },
};

/// Whether something is left that fails the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessVerdict {
    Passed,
    Failed,
}

/// Whether the process was checked.
static DONE: AtomicBool = AtomicBool::new(false);

/// Looks at what was started outside of any check, on the main thread when everything else has ended, and reports it test by
/// test. What a test with an attribute has made was judged by its own check.
///
/// # Errors
///
/// Where a `LEAKCHECK_*` variable is not understood or asks for what cannot be seen.
pub(crate) fn verify(
    place: &'static BinarySite,
    options: Options,
) -> Result<ProcessVerdict, Error> {
    if DONE.swap(true, Ordering::Relaxed) {
        return Ok(ProcessVerdict::Passed);
    }
    let env = env::get()?;
    let options = effective_options::options(options, env, place.manifest_dir)?;
    if options.chosen_level() == Level::Off {
        return Ok(ProcessVerdict::Passed);
    }
    let whom = CheckTarget::Process(place, None);
    let mut check = Check::begin(whom, options, env, Scope::current())?;
    check.settle_blocking();
    let mut whole = ProcessVerdict::Passed;
    for check in check.by_test() {
        let report = check.conclude(Body::Passed);
        output::publish(&report, env);
        if report.fails() {
            whole = ProcessVerdict::Failed;
        }
    }
    Ok(whole)
}
