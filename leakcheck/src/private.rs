//! Named re-exports for generated code, and nothing else; not part of the public interface.

pub use tokio;

pub use crate::{
    entry::{ShouldPanic, TestMeta},
    probe::{AnyOutcome, Ends, Outcome, ResultOutcome},
    runtime::{BuildRuntime, TestRuntime, boxed, layer, run_async, run_sync, run_within},
    watchdog::TestBody,
};
