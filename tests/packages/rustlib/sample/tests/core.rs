//! The same programs in another package.

#[path = "../../../hostile/hostile/leaves.rs"]
mod leaves;
