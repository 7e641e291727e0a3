//! What the compiler has refused in earlier trials, so that it is not asked again for what has not changed.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    trial::{
        candidate::{Cancel, Candidate, Left},
        mirror,
        plan::Plan,
    },
    workspace::Workspace,
};

/// What the compiler does not take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    /// The attribute.
    #[default]
    Attribute,
    /// That the body may be cancelled.
    Cancel,
}

/// A test that was refused.
#[derive(Debug, Serialize, Deserialize)]
struct Refused {
    file: PathBuf,
    /// Of the text of the file, and of this program.
    hash: u64,
    name: String,
    /// The first of its lines.
    line: usize,
    #[serde(default)]
    part: Part,
    why: String,
}

/// What was refused in a workspace.
#[derive(Debug)]
pub(crate) struct Memory {
    path: PathBuf,
    refused: Vec<Refused>,
}

impl Memory {
    /// The one of a workspace, which is empty before its first trial.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self::at(workspace.runs().join("try/refused.json"))
    }

    fn at(path: PathBuf) -> Self {
        let text = fs::read(&path).unwrap_or_default();
        let refused = serde_json::from_slice(&text).unwrap_or_default();
        Self { path, refused }
    }

    /// Takes the attribute from what was refused before, in the same words of source, or lets it run once only.
    pub(crate) fn recall(&self, plan: &mut Plan) {
        for refused in &self.refused {
            if plan.source(&refused.file).map(hash) == Some(refused.hash) {
                let is_meant = |candidate: &Candidate| {
                    candidate.file == refused.file && candidate.name == refused.name
                };
                match refused.part {
                    Part::Attribute => plan.take(is_meant, &Left::Refused(refused.why.clone())),
                    Part::Cancel => plan.spare(is_meant, &refused.why),
                };
            }
        }
    }

    /// Keeps what was refused.
    pub(crate) fn keep(&self, plan: &Plan) -> Result<(), Error> {
        let candidates = plan.candidates.iter();
        let refused: Vec<Refused> = candidates
            .filter_map(|candidate| refused(candidate, plan))
            .collect();
        let text = serde_json::to_string(&refused).unwrap_or_default();
        mirror::put(&self.path, text.as_bytes())
    }

    /// The tests of a file with this text that were refused, by the first of their lines, and why.
    pub(crate) fn in_file(&self, file: &Path, text: &str) -> BTreeMap<usize, String> {
        let is_in = |refused: &&Refused| {
            refused.part == Part::Attribute && refused.file == file && refused.hash == hash(text)
        };
        let refused = self.refused.iter().filter(is_in);
        refused
            .map(|refused| (refused.line, refused.why.clone()))
            .collect()
    }
}

fn refused(candidate: &Candidate, plan: &Plan) -> Option<Refused> {
    let (part, why) = match (&candidate.left, &candidate.cancel) {
        (Some(Left::Refused(why)), _) => (Part::Attribute, why),
        (None, Cancel::Refused(why)) => (Part::Cancel, why),
        _ => return None,
    };
    Some(Refused {
        file: candidate.file.clone(),
        hash: hash(plan.source(&candidate.file)?),
        name: candidate.name.clone(),
        line: *candidate.lines.start(),
        part,
        why: why.clone(),
    })
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (text, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
    hasher.finish()
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
        Memory::at(path.clone()).keep(&first).expect("it is kept");
        let left = |text: &str| {
            let (_folder, mut plan) = plan(text);
            Memory::at(path.clone()).recall(&mut plan);
            let candidates = plan.candidates.into_iter();
            candidates
                .map(|candidate| candidate.left)
                .collect::<Vec<_>>()
        };
        assert_eq!(left(text), [Some(refused), None]);
        let lines = |text: &str| Memory::at(path.clone()).in_file(Path::new("lib.rs"), text);
        assert_eq!(lines(text), [(1, "no".to_owned())].into());
        assert!(lines("").is_empty());
        assert_eq!(left(&text.replace("{}", "{ }")), [None, None]);
    }

    #[test]
    fn a_body_that_cannot_run_again_keeps_the_attribute() {
        let text = "#[tokio::test] async fn a() {}\n#[tokio::test] async fn b() {}\n";
        let (folder, mut first) = plan(text);
        let path = folder.path().join("refused.json");
        first.cancel();
        assert!(first.spare(|candidate| candidate.name == "a", "no"));
        assert!(!first.spare(|candidate| candidate.name == "a", "no"));
        Memory::at(path.clone()).keep(&first).expect("it is kept");
        let (_folder, mut plan) = plan(text);
        plan.cancel();
        Memory::at(path.clone()).recall(&mut plan);
        assert_eq!((plan.covered(), plan.cancelled()), (2, 1));
        // Whoever puts the attribute there for good cancels nothing.
        let told = Memory::at(path).in_file(Path::new("lib.rs"), text);
        assert!(told.is_empty());
    }
}
