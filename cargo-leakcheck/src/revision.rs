//! Of which commit and branch a run is.

use std::{env, fs, path::Path, process::Command};

use leakcheck_report::baseline::field;

use crate::{error::Error, output};

/// The file of a run that has it.
const FILE: &str = "revision";

/// Digits of a commit that tell it.
const DIGITS: usize = 12;

/// Where CI says which branch it has checked out without its name.
const BRANCHES: [&str; 3] = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"];

/// What was tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    /// The first digits of the commit, with a `+` where files differ from it; `-` without git.
    pub(crate) commit: String,
    /// The branch, or `-`.
    pub(crate) branch: String,
}

impl Revision {
    /// What is checked out in a folder now.
    pub(crate) fn of(folder: &Path) -> Self {
        let commit = git(folder, &["rev-parse", "--verify", "-q", "HEAD"]);
        let is_edited = git(folder, &["diff", "--no-ext-diff", "--quiet", "HEAD", "--"]).is_none();
        let branch = git(folder, &["symbolic-ref", "--short", "-q", "HEAD"]);
        let variable = |name: &&str| env::var(name).ok().filter(|name| !name.is_empty());
        let branch = branch.or_else(|| BRANCHES.iter().find_map(variable));
        Self {
            commit: commit.map_or_else(none, |commit| {
                let digits: String = commit.chars().take(DIGITS).collect();
                if is_edited { digits + "+" } else { digits }
            }),
            branch: branch.map_or_else(none, |branch| field(&branch)),
        }
    }

    /// Notes it in the folder of a run.
    pub(crate) fn note(&self, run: &Path) -> Result<(), Error> {
        output::write(
            &run.join(FILE),
            format!("{} {}\n", self.commit, self.branch),
        )
    }

    /// What was noted there.
    pub(crate) fn noted(run: &Path) -> Option<Self> {
        let text = fs::read_to_string(run.join(FILE)).ok()?;
        let (commit, branch) = text.trim_end().split_once(' ')?;
        Some(Self {
            commit: field(commit),
            branch: field(branch),
        })
    }
}

fn none() -> String {
    "-".to_owned()
}

/// What git prints; none where it fails, or is not there.
fn git(folder: &Path, args: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(folder)
        .args(args)
        .env("GIT_OPTIONAL_LOCKS", "0");
    let ended = git.output().ok().filter(|ended| ended.status.success())?;
    Some(String::from_utf8_lossy(&ended.stdout).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_that_of_the_checkout() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        assert_eq!(Revision::of(path).commit, "-");
        let run = |args: &[&str]| git(path, args).expect("git");
        run(&["init", "-q", "-b", "a-branch"]);
        fs::write(path.join("a"), "1").expect("it is written");
        run(&["add", "a"]);
        run(&[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-qm",
            "a",
        ]);
        let clean = Revision::of(path);
        assert_eq!((clean.commit.len(), &*clean.branch), (DIGITS, "a-branch"));
        fs::write(path.join("a"), "2").expect("it is written");
        let edited = Revision::of(path);
        assert_eq!(edited.commit, clean.commit + "+");
        edited.note(path).expect("it is written");
        assert_eq!(Revision::noted(path), Some(edited));
        assert_eq!(Revision::noted(&path.join("gone")), None);
    }
}
