//! One of two runs that are compared.

use std::path::Path;

use crate::{escape::plain, headline, summary::Summary};

/// What a stored run has, and where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'r> {
    pub(crate) folder: &'r Path,
    pub(crate) summary: &'r Summary,
}

impl Run<'_> {
    /// Its folder, as a reader may see it.
    pub(super) fn name(&self) -> String {
        plain(&self.folder.display().to_string())
    }

    /// `target/leakcheck/2026-11-30T12-00-00Z, 142 checked tests in 2 runs`
    pub(super) fn line(&self) -> String {
        let rounds = match self.summary.rounds {
            0 | 1 => String::new(),
            rounds => format!(" in {rounds} runs"),
        };
        let checked = headline::checked(self.summary);
        format!("{}, {checked}{rounds}", self.name())
    }
}
