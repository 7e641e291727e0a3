//! Named re-exports for generated code, and nothing else; not part of the public interface.

pub use tokio;

#[cfg(feature = "harness")]
pub use inventory;

pub use crate::{
    base::test_meta::{BinarySite, Rounds, ShouldPanic, Stop, TestMeta},
    run::{
        at_exit::{AtExit, begin},
        register_macros::{collect, main},
        return_value::{AnyOutcome, Outcome, ResultOutcome, ReturnKind},
        runtime::{
            BuildRuntime, TestRuntime, boxed, cancel_async, layer, lent, repeat_async, repeat_sync,
            run_async, run_sync, run_within,
        },
        watchdog::TestBody,
    },
};

#[cfg(feature = "harness")]
pub use crate::{
    run::harness::{Registered, run_all, worked},
    settings::suite::{Suite, When},
};
