//! Named re-exports for generated code, and nothing else; not part of the public interface.

pub use tokio;

#[cfg(feature = "harness")]
pub use inventory;

pub use crate::{
    __leakcheck_collect as collect, __leakcheck_main as main,
    at_exit::{AtExit, begin},
    entry::{Place, Rounds, ShouldPanic, TestMeta},
    probe::{AnyOutcome, Ends, Outcome, ResultOutcome},
    runtime::{
        BuildRuntime, TestRuntime, boxed, layer, repeat_async, repeat_sync, run_async, run_sync,
        run_within,
    },
    suite::{Suite, When},
    watchdog::TestBody,
};

#[cfg(feature = "harness")]
pub use crate::harness::{Registered, run_all, worked};
