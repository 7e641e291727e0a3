//! A test binary that is called as the harness is.

#[path = "../leaves.rs"]
mod leaves;
