//! Named re-exports for generated code, and nothing else; not part of the public interface.

pub use tokio;

#[cfg(feature = "harness")]
pub use inventory;

pub use crate::{
    at_exit::{AtExit, begin},
    collect::{collect, main},
    entry::{Place, Rounds, ShouldPanic, Stop, TestMeta},
    probe::{AnyOutcome, Ends, Outcome, ResultOutcome},
    runtime::{
        BuildRuntime, TestRuntime, boxed, layer, repeat_async, repeat_sync, run_async, run_sync,
        run_within,
    },
    watchdog::TestBody,
};

#[cfg(feature = "harness")]
pub use crate::{
    harness::{Registered, run_all, worked},
    suite::{Suite, When},
};
