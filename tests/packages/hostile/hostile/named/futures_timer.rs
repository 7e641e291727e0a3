//! A test binary that is called as a crate whose threads outlive tests is.

#[path = "../leaves.rs"]
mod leaves;
