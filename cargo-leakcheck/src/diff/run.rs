//! One of two runs that are compared.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use crate::{
    baseline::Baseline, error::Error, run_store, shards, summary::Summary, workspace::Workspace,
};

/// What a stored run has, and where it is.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) folder: PathBuf,
    pub(crate) summary: Summary,
}

impl Run {
    /// Reads the run in a folder, and what is wrong with it: it has to be whole, else what it lacks would pass for gone.
    pub(crate) fn read(
        folder: &Path,
        known: &Baseline,
        workspace: &Workspace,
    ) -> (Self, Vec<Error>) {
        let only = Some(NonZeroUsize::MIN);
        let (rounds, errors) = shards::read(&[folder.to_owned()], only, workspace);
        let run = Self {
            folder: run_store::run_in(folder),
            summary: Summary::of(&rounds, known),
        };
        (run, errors)
    }

    /// Whether this is the same folder.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let whole = |run: &Self| {
            let folder = run.folder.canonicalize();
            folder.unwrap_or_else(|_| run.folder.clone())
        };
        whole(self) == whole(other)
    }
}
