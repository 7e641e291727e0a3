//! The tests under `leakcheck::main!`.

#![forbid(unsafe_code)]

include!("cases.rs");
