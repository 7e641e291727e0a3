//! What a user accepts and asks for: rules, options of a test, `leakcheck.toml`, the environment, and how they are merged.

pub(crate) mod cancel;
pub(crate) mod config;
pub(crate) mod env;
pub(crate) mod ignore;
mod limits;
pub(crate) mod max_live;
pub(crate) mod options;
pub(crate) mod rate;
pub(crate) mod setting;
pub(crate) mod suite;
