//! Named re-exports for generated code, and nothing else; not part of the public interface.

pub use tokio;

pub use crate::{
    entry::{Rounds, ShouldPanic, TestMeta},
    probe::{AnyOutcome, Ends, Outcome, ResultOutcome},
    runtime::{
        BuildRuntime, TestRuntime, boxed, layer, repeat_async, repeat_sync, run_async, run_sync,
        run_within,
    },
    watchdog::TestBody,
};
