//! What the compiler has refused in earlier trials, so that it is not asked again for what has not changed.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    trial::{
        candidate::{Candidate, Left},
        mirror,
        plan::Plan,
    },
};

/// A test that was refused.
#[derive(Debug, Serialize, Deserialize)]
struct Refused {
    file: PathBuf,
    /// Of the text of the file, and of this program.
    hash: u64,
    name: String,
    why: String,
}

/// Takes the attribute from what was refused before in the same words of source.
pub(crate) fn recall(path: &Path, plan: &mut Plan) {
    let before = fs::read(path).unwrap_or_default();
    let before: Vec<Refused> = serde_json::from_slice(&before).unwrap_or_default();
    for refused in before {
        if hash(plan, &refused.file) == Some(refused.hash) {
            let is_meant = |candidate: &Candidate| {
                candidate.file == refused.file && candidate.name == refused.name
            };
            plan.take(is_meant, &Left::Refused(refused.why.clone()));
        }
    }
}

/// Keeps what was refused.
pub(crate) fn keep(path: &Path, plan: &Plan) -> Result<(), Error> {
    let refused: Vec<Refused> = plan
        .candidates
        .iter()
        .filter_map(|candidate| match &candidate.left {
            Some(Left::Refused(why)) => Some(Refused {
                file: candidate.file.clone(),
                hash: hash(plan, &candidate.file)?,
                name: candidate.name.clone(),
                why: why.clone(),
            }),
            _ => None,
        })
        .collect();
    mirror::put(
        path,
        serde_json::to_string(&refused)
            .unwrap_or_default()
            .as_bytes(),
    )
}

fn hash(plan: &Plan, file: &Path) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    plan.source(file)?.hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::plan::tests::plan;

    #[test]
    fn what_was_refused_is_known_until_its_file_changes() {
        let text = "#[test] fn a() {}\n#[test] fn b() {}\n";
        let (folder, mut first) = plan(text);
        let path = folder.path().join("refused.json");
        let refused = Left::Refused("no".to_owned());
        first.take(|candidate| candidate.name == "a", &refused);
        keep(&path, &first).expect("it is kept");
        let left = |text: &str| {
            let (_folder, mut plan) = plan(text);
            recall(&path, &mut plan);
            let candidates = plan.candidates.into_iter();
            candidates
                .map(|candidate| candidate.left)
                .collect::<Vec<_>>()
        };
        assert_eq!(left(text), [Some(refused), None]);
        assert_eq!(left(&text.replace("{}", "{ }")), [None, None]);
    }
}
