//! The same tests under the language's own harness.

#![forbid(unsafe_code)]

include!("cases.rs");
