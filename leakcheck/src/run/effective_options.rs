//! What a check is asked to do by all layers together, and a word where a file switches it off.

use std::sync::Once;

use crate::{
    base::error::Error,
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
