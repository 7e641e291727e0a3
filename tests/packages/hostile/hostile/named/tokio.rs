//! A test binary that is called as the runtime is.

#[path = "../leaves.rs"]
mod leaves;
