//! Files beside the sources that say how the suite is run: git's attributes, nextest's profiles, jobs of CI.

use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

use crate::{baseline, error::Error, init::draft::Draft};

/// The same texts as in the README.
const WORKFLOW: &str = include_str!("leaks.yml");
const GITLAB: &str = include_str!("leaks.gitlab-ci.yml");
const PROFILE: &str = include_str!("nextest.toml");

/// Where these files are looked for.
#[derive(Debug)]
pub(crate) struct Beside<'a> {
    /// The root of the repository.
    pub(crate) repository: &'a Path,
    pub(crate) workspace: &'a Path,
    /// Whether nextest is asked for, beside where it is in use.
    pub(crate) wants_nextest: bool,
}

impl Beside<'_> {
    /// Adds what is missing where it is in use.
    pub(crate) fn add(&self, draft: &mut Draft) -> Result<(), Error> {
        if self.repository.join(".git").exists() {
            draft.change(&self.workspace.join(".gitattributes"), merge)?;
        }
        let profiles = self.workspace.join(".config/nextest.toml");
        if self.wants_nextest || profiles.exists() {
            draft.change(&profiles, profile)?;
        }
        self.jobs(draft)
    }

    fn jobs(&self, draft: &mut Draft) -> Result<(), Error> {
        let workflows = self.repository.join(".github/workflows");
        if workflows.is_dir() && !mention(&workflows) {
            let job = || {
                self.in_folder(WORKFLOW, "jobs:\n", |folder| {
                    format!("defaults:\n  run:\n    working-directory: {folder}\n")
                })
            };
            draft.change(&workflows.join("leaks.yml"), |before| {
                before.is_none().then(job)
            })?;
        }
        let gitlab = self.repository.join(".gitlab-ci.yml");
        if gitlab.exists() {
            let job = self.in_folder(GITLAB, "    - cargo install", |folder| {
                format!("    - cd {folder}\n")
            });
            draft.change(&gitlab, |before| {
                appended(before, &job, |text| text.contains("leakcheck"))
            })?;
        }
        Ok(())
    }

    /// A job with the folder of the workspace, where that is not the root: said before a line, and in paths of files.
    fn in_folder(&self, job: &str, before: &str, say: impl Fn(&str) -> String) -> String {
        let folder = self
            .workspace
            .strip_prefix(self.repository)
            .unwrap_or(Path::new(""));
        if folder == Path::new("") {
            return job.to_owned();
        }
        let folder = folder.display().to_string();
        let paths = [
            " sarif_file: target",
            " junit: target",
            "            target",
        ];
        let job = paths.iter().fold(job.to_owned(), |job, path| {
            let whole = path.replace("target", &format!("{folder}/target"));
            job.replace(path, &whole)
        });
        job.replacen(before, &(say(&folder) + before), 1)
    }
}

/// Whether one of the files says the name.
fn mention(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths = entries.map(|entry: std::fs::DirEntry| -> PathBuf { entry.path() });
    paths.any(|path| {
        std::fs::read_to_string(path).is_ok_and(|text| text.contains("cargo leakcheck"))
    })
}

fn merge(text: Option<&str>) -> Option<String> {
    let line = format!("{} merge=union\n", baseline::NAME);
    let text = text.unwrap_or_default();
    let has_it = text
        .lines()
        .any(|line| line.trim_start().starts_with(baseline::NAME));
    (!has_it).then(|| ended(text) + &line)
}

fn profile(text: Option<&str>) -> Option<String> {
    let has_it = |text: &str| {
        let profiles: DocumentMut = text.parse().unwrap_or_default();
        profiles
            .get("profile")
            .is_some_and(|profiles| profiles.get("leaks").is_some())
    };
    appended(text, PROFILE, has_it)
}

/// The text with another behind an empty line, unless it is there.
fn appended(text: Option<&str>, more: &str, has_it: impl Fn(&str) -> bool) -> Option<String> {
    match text {
        None | Some("") => Some(more.to_owned()),
        Some(text) if has_it(text) => None,
        Some(text) => Some(format!("{}\n{more}", ended(text))),
    }
}

/// The text with an end of its last line.
fn ended(text: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{text}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn texts_are_those_of_the_readme() {
        let readme = include_str!("../../README.md");
        for text in [WORKFLOW, PROFILE] {
            assert!(readme.contains(text), "{text}");
        }
    }

    #[test]
    fn only_what_is_in_use_is_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let workspace = root.join("rust");
        let diff = |wants_nextest| {
            let beside = Beside {
                repository: root,
                workspace: &workspace,
                wants_nextest,
            };
            let mut draft = Draft::new(root);
            beside.add(&mut draft).expect("a draft");
            draft.apply().expect("it is written");
            draft.diff()
        };
        fs::create_dir(&workspace).expect("a folder");
        assert_eq!(diff(false), "");
        for (name, text) in [
            (".git/HEAD", ""),
            ("rust/.gitattributes", "* text=auto"),
            (".github/workflows/ci.yml", "name: ci\n"),
            (".gitlab-ci.yml", "test:\n  script: [cargo test]\n"),
        ] {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("it is written");
        }
        crate::golden::golden("init_beside.diff", &diff(true));
        assert_eq!(diff(true), "");
    }
}
