//! What the macros call: who builds and stops the runtime of a test, watches its body, and fails it.

pub(crate) mod at_exit;
pub(crate) mod background;
pub(crate) mod effective_options;
pub(crate) mod exit_watch;
#[cfg(feature = "harness")]
pub(crate) mod harness;
pub(crate) mod outcome;
pub mod private;
pub(crate) mod process_check;
pub(crate) mod register_macros;
pub(crate) mod return_value;
pub(crate) mod runtime;
pub(crate) mod watchdog;
