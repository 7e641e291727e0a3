//! What `init` tells.

use std::path::{Path, PathBuf};

use leakcheck_report::plural;

use crate::{
    edit::CrateFile,
    escape::plain,
    init::{
        attributes::{Attributes, Left},
        record::Undone,
    },
    workspace::{Member, Workspace},
};

pub(crate) const NOTHING: &str =
    "leakcheck: there is nothing to add: each test that can have the attribute has it\n";
pub(crate) const UNASKED: &str = "leakcheck: nothing was changed: --yes makes these changes\n";
pub(crate) const REFUSED: &str = "leakcheck: nothing was changed\n";

/// What was found in the sources.
#[derive(Debug)]
pub(crate) struct Told {
    root: PathBuf,
    /// Tests that the changes cover.
    covered: usize,
    /// Attributes that are put.
    attributes: usize,
    /// Whether tests are checked already.
    pub(crate) is_checked: bool,
    /// What is not covered, a line each.
    left: Vec<String>,
}

impl Told {
    pub(crate) fn new(workspace: &Workspace) -> Self {
        Self {
            root: workspace.root.clone(),
            covered: 0,
            attributes: 0,
            is_checked: false,
            left: Vec::new(),
        }
    }

    /// Takes in a file; false if it gets no attributes.
    pub(crate) fn add(
        &mut self,
        file: &CrateFile,
        member: &Member,
        attributes: &Attributes,
    ) -> bool {
        let at = seen(&file.path, &self.root);
        if let Err(error) = &file.content {
            self.left.push(format!(
                "{at}: it is not understood: {}",
                plain(&error.to_string())
            ));
            return false;
        }
        self.is_checked |= file.text.contains("leak_checked");
        if member.is_of_2015 {
            if attributes.covered > 0 {
                self.left
                    .push(format!("{at}: the attribute does not work in edition 2015"));
            }
            return false;
        }
        let left = attributes.left.iter();
        self.left.extend(left.map(|left| line(&at, left)));
        self.covered += attributes.covered;
        self.attributes += attributes.changes.len();
        true
    }

    /// What is not covered.
    pub(crate) fn left(&self) -> String {
        if self.left.is_empty() {
            return String::new();
        }
        let lines = self.left.iter().map(|line| format!("  {line}\n"));
        "leakcheck: this is left as it is\n".to_owned() + &lines.collect::<Vec<_>>().concat()
    }

    /// What was done.
    pub(crate) fn done(&self, files: usize) -> String {
        let files = plural::of(files, "file was changed", "files were changed");
        let tests = plural::of(
            self.covered,
            "more test is checked",
            "more tests are checked",
        );
        let by = plural::of(self.attributes, "attribute", "attributes");
        let tests = match self.covered {
            0 => String::new(),
            _ => format!(", and {tests}, by {by}"),
        };
        format!("leakcheck: {files}{tests}; to take it back: cargo leakcheck init --undo\n")
    }
}

/// `src/a.rs:12 odd: its attribute is imported; write it with its path, such as #[tokio::test]`
fn line(
    at: &str,
    Left {
        line,
        name,
        refused,
    }: &Left,
) -> String {
    let why = match refused {
        Some(why) => format!("it does not compile with the attribute: {}", plain(why)),
        None => {
            "its attribute is imported; write it with its path, such as #[tokio::test]".to_owned()
        }
    };
    format!("{at}:{line} {}: {why}", plain(name))
}

pub(crate) fn question(files: usize) -> String {
    let files = plural::of(files, "file", "files");
    format!("leakcheck: change {files} like this? [y/N] ")
}

/// What became of each file that was changed.
pub(crate) fn undone(undone: &[Undone], root: &Path) -> String {
    let as_before = undone
        .iter()
        .filter(|undone| matches!(undone, Undone::AsBefore(_)));
    let files = plural::of(
        as_before.count(),
        "file is as it was",
        "files are as they were",
    );
    let edited = undone.iter().filter_map(|undone| match undone {
        Undone::Edited(path) => Some(format!(
            "  {}: it was edited since, and stays as it is\n",
            seen(path, root)
        )),
        Undone::AsBefore(_) => None,
    });
    format!("leakcheck: {files}\n") + &edited.collect::<Vec<_>>().concat()
}

fn seen(path: &Path, root: &Path) -> String {
    plain(
        &path
            .strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::golden;

    #[test]
    fn each_sentence_fits_its_number() {
        let told = |number| Told {
            root: "/w".into(),
            covered: number,
            attributes: number,
            is_checked: false,
            left: vec!["src/a.rs: the attribute does not work in edition 2015".to_owned(); number],
        };
        let path = |name: &str| Path::new("/w").join(name);
        let mut text = [NOTHING, UNASKED, REFUSED].concat();
        for number in 0..3 {
            text += &(told(number).left()
                + &told(number).done(number + 1)
                + &question(number + 1)
                + "\n");
        }
        text += &undone(&[Undone::AsBefore(path("a"))], Path::new("/w"));
        let mixed = [
            Undone::AsBefore(path("a")),
            Undone::Edited(path("src/b.rs")),
            Undone::AsBefore(path("c")),
        ];
        text += &undone(&mixed, Path::new("/w"));
        for refused in [None, Some("nothing here runs an `async fn`".to_owned())] {
            let left = Left {
                line: 12,
                name: "odd".to_owned(),
                refused,
            };
            text += &(line("src/a.rs", &left) + "\n");
        }
        golden("init_told.txt", &text);
    }
}
