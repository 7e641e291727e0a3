//! Puts leakcheck into the sources and manifests of others, as text: what is not meant stays byte for byte as it is.

mod attribute;
mod change;
mod crate_files;
mod imports;
pub(crate) mod manifest;
mod source;

pub(crate) use change::{Change, apply};
pub(crate) use crate_files::{CrateFile, crate_files};
pub(crate) use source::{Body, Module, Origin, Place, TestFn};
