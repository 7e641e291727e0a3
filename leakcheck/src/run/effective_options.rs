//! What a check is asked to do by all layers together, and a word where a file switches it off.

use std::sync::Once;

use crate::{
    base::error::{Error, Repr},
    report::output,
    settings::{config, env::Env, options::Options},
};

/// The options of all layers; see [`config::layered`].
///
/// # Errors
///
/// Where a file of the project is not understood.
pub(crate) fn options(
    options: Options,
    env: &Env,
    package: Option<&str>,
) -> Result<Options, Error> {
    static SAID: Once = Once::new();
    let layered = config::layered(options, env, package)?;
    if let Some(why) = layered.silenced {
        // Who looks at a passing test does not see what the harness has captured.
        SAID.call_once(|| output::print_directly(&format!("leakcheck: {why}")));
    }
    Ok(layered.options)
}

/// The options of all layers where a test has no attribute.
///
/// # Errors
///
/// As [`options`], and where a budget or a rate is asked for, which only a test with an attribute can have.
pub(crate) fn of_caller(own: Options, env: &Env) -> Result<Options, Error> {
    if own.has_budgets() {
        return Err(Repr::NoBudget.into());
    }
    if own.has_rates() {
        return Err(Repr::NoRate.into());
    }
    options(own, env, None)
}
