//! Where live things are found, one file per kind. Sources list; they do not judge.

pub(crate) mod blocking;
pub(crate) mod stacks;
pub(crate) mod tasks;
pub(crate) mod threads;

use std::collections::HashSet;

use crate::model::{Resource, ResourceId};

/// Identities of everything that is alive in the process, whoever made it.
pub(crate) fn everything() -> HashSet<ResourceId> {
    let tasks = tasks::list(None);
    let threads = threads::list(None);
    tasks
        .iter()
        .chain(&threads)
        .map(|resource: &Resource| resource.id)
        .collect()
}
