//! What one machine has found.

use std::path::{Path, PathBuf};

use super::origin;
use crate::{
    error::Error,
    report::Report,
    run_store::{self, Progress},
    workspace::Workspace,
};

/// The reports of one machine.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) folder: PathBuf,
    pub(super) rounds: Vec<Vec<Report>>,
    /// What could not be read of it.
    pub(super) errors: Vec<Error>,
    progress: Progress,
}

impl Shard {
    /// Reads a folder of reports or of rounds of them.
    pub(super) fn read(folder: &Path, workspace: &Workspace) -> Self {
        let run = run_store::run_in(folder);
        let (mut rounds, errors) = run_store::read(&run);
        for report in rounds.iter_mut().flatten() {
            origin::localize(report, workspace);
        }
        Self {
            folder: folder.to_owned(),
            rounds,
            errors,
            progress: run_store::progress(&run),
        }
    }

    /// How many reports it has.
    pub(super) fn reports(&self) -> usize {
        self.rounds.iter().map(Vec::len).sum()
    }

    /// Why it is not all that its machine would have found. What could not be read is an error by itself.
    pub(super) fn gap(&self) -> Option<Error> {
        let folder = self.folder.clone();
        match (self.reports(), self.progress) {
            (0, _) if self.errors.is_empty() => Some(Error::EmptyShard { folder }),
            (reports, Progress::CutShort) => Some(Error::UnendedShard { folder, reports }),
            _ => None,
        }
    }
}
