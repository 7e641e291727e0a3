//! Tests that their attributes have registered.

use std::process::{ExitCode, Termination};

use crate::base::test_meta::TestMeta;

/// One test of this binary.
#[derive(Clone, Copy, Debug)]
pub struct Registered {
    pub(super) meta: &'static TestMeta,
    pub(super) ignored: bool,
    pub(super) how: How,
}

/// How a test is run.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// By a function that returns whether it worked.
    Call(fn() -> bool),
    /// Not at all: the attribute of this name gives it to the language's harness only.
    Refused(&'static str),
    /// Not at all: the compiler has removed it.
    Missed,
}

inventory::collect!(Registered);

impl Registered {
    /// A test that `run` runs.
    pub const fn new(meta: &'static TestMeta, ignored: bool, run: fn() -> bool) -> Self {
        Self {
            meta,
            ignored,
            how: How::Call(run),
        }
    }

    /// A test that cannot be run.
    pub const fn refused(meta: &'static TestMeta, ignored: bool, by: &'static str) -> Self {
        Self {
            meta,
            ignored,
            how: How::Refused(by),
        }
    }

    /// Its name as the language's harness has it: the path within its crate.
    pub(super) fn name(&self) -> String {
        match self.meta.module.split_once("::") {
            Some((_, module)) => format!("{module}::{}", self.meta.name),
            None => self.meta.name.to_owned(),
        }
    }
}

/// Whether what a test has returned means that it passed; an error is printed.
pub fn worked(returned: impl Termination) -> bool {
    returned.report() == ExitCode::SUCCESS
}
