//! A test binary that is called as the standard library is.

#[path = "../leaves.rs"]
mod leaves;
