//! Runs of several machines as one: what each found, with every test once.

mod origin;
mod overlap;
mod shard;

use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use crate::{error::Error, report::Report, workspace::Workspace};
use shard::Shard;

/// The reports of all shards in their rounds, and what is wrong with the shards. So many are expected, if that is known.
pub(crate) fn read(
    folders: &[PathBuf],
    expected: Option<NonZeroUsize>,
    workspace: &Workspace,
) -> (Vec<Vec<Report>>, Vec<Error>) {
    let shards: Vec<Shard> = folders
        .iter()
        .map(|folder| Shard::read(folder, workspace))
        .collect();
    let mut errors = twice(folders);
    // A single folder may be empty: then it says that no test was checked.
    if expected.is_some() || shards.len() > 1 {
        errors.extend(shards.iter().filter_map(Shard::gap));
    }
    errors.extend(missing(&shards, expected));
    let (mut merged, mut unread) = (Vec::new(), Vec::new());
    for shard in shards {
        overlap::add(&mut merged, shard.rounds);
        unread.extend(shard.errors);
    }
    errors.extend(unread);
    (merged, errors)
}

/// Folders that were named before.
fn twice(folders: &[PathBuf]) -> Vec<Error> {
    let mut seen = BTreeSet::new();
    let whole = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folders
        .iter()
        .filter(|folder| !seen.insert(whole(folder)))
        .map(|folder| Error::ShardTwice {
            folder: folder.clone(),
        })
        .collect()
}

/// That there are not as many as there should be, with those that there are.
fn missing(shards: &[Shard], expected: Option<NonZeroUsize>) -> Option<Error> {
    let expected = expected?.get();
    (shards.len() != expected).then(|| Error::Shards {
        expected,
        found: shards
            .iter()
            .map(|shard| (shard.folder.clone(), shard.reports()))
            .collect(),
    })
}

#[cfg(test)]
mod tests;
