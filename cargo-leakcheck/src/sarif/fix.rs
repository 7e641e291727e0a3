//! The rule that accepts a finding, as an edit of the file that holds for its package.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::Serialize;

use super::parts::{ArtifactLocation, Message, artifact, message};
use crate::{finding::Finding, pasted_rule::PastedRule, repository::Repository};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Place,
    inserted_content: Message,
}

/// A place between two characters: nothing is deleted.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// A file to which rules can be added.
struct RulesFile {
    name: String,
    /// Behind the last character of its last line.
    end: Place,
    line_end: &'static str,
    is_empty: bool,
}

impl RulesFile {
    /// Reads a file; none is one that is not TOML with a rule at its end.
    fn read(path: &PathBuf, repository: &Repository) -> Option<Self> {
        let name = repository.name_of(path)?;
        let text = fs::read_to_string(path).ok()?;
        let longer = format!("{text}\n[[ignore]]\n");
        longer.parse::<toml::Table>().ok()?;
        let last = text.lines().next_back().unwrap_or_default();
        let (line, column) = (text.lines().count().max(1), last.chars().count() + 1);
        Some(Self {
            name,
            end: Place {
                start_line: line,
                start_column: column,
                end_line: line,
                end_column: column,
            },
            line_end: if text.contains("\r\n") { "\r\n" } else { "\n" },
            is_empty: text.is_empty(),
        })
    }
}

/// Edits that accept findings. Each file is read once.
pub(super) struct Fixes<'r> {
    repository: &'r Repository,
    files: BTreeMap<PathBuf, Option<RulesFile>>,
}

impl<'r> Fixes<'r> {
    pub(super) fn new(repository: &'r Repository) -> Self {
        Self {
            repository,
            files: BTreeMap::new(),
        }
    }

    /// The edit that accepts a finding; none where there is no file that can be edited, or no rule.
    pub(super) fn of(&mut self, finding: &Finding) -> Option<Fix> {
        let rule = PastedRule::of(finding.accept.as_deref()?)?;
        let path = self.repository.rules_of(finding.test.package.as_deref()?)?;
        let repository = self.repository;
        let file = self.files.entry(path);
        let file = file.or_insert_with_key(|path| RulesFile::read(path, repository));
        let file = file.as_ref()?;
        let mut text = rule.toml.trim_end().replace('\n', file.line_end);
        if !file.is_empty {
            text.insert_str(0, &file.line_end.repeat(2));
        }
        Some(Fix {
            description: message("accept it by a rule, and say in it why it may stay"),
            artifact_changes: [ArtifactChange {
                artifact_location: artifact(&file.name),
                replacements: [Replacement {
                    deleted_region: file.end,
                    inserted_content: Message { text },
                }],
            }],
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{repository::tests::sample, summary::tests as summaries};

    /// A finding with a rule.
    fn finding(accept: &str) -> Finding {
        let mut finding = summaries::small().findings.remove(0);
        finding.accept = Some(accept.to_owned());
        finding
    }

    const RULE: &str = "ignore_created_by(\"my_app::pool::*\")";

    /// The file after the edit.
    fn edited(text: &str) -> Option<String> {
        let (folder, repository) = sample();
        let path = folder.path().join("rust/leakcheck.toml");
        fs::write(&path, text).expect("it is written");
        let fix = Fixes::new(&repository).of(&finding(RULE))?;
        let change = &fix.artifact_changes[0];
        assert_eq!(change.artifact_location.uri, "rust/leakcheck.toml");
        let replacement = &change.replacements[0];
        let place = replacement.deleted_region;
        let lines = text.split_inclusive('\n').take(place.start_line - 1);
        let before: usize = lines.map(str::len).sum();
        let of_line = text[before..].chars().take(place.start_column - 1);
        let at = before + of_line.map(char::len_utf8).sum::<usize>();
        Some(format!(
            "{}{}{}",
            &text[..at],
            replacement.inserted_content.text,
            &text[at..]
        ))
    }

    #[test]
    fn a_rule_is_added_at_the_end() {
        let rule = "[[ignore]]\ncreated_by = \"my_app::pool::*\"\nreason = \"say why it may stay\"";
        for (text, expected) in [
            ("", rule.to_owned()),
            ("settle = \"1s\"\n", format!("settle = \"1s\"\n\n{rule}\n")),
            ("# an \u{e9}nd", format!("# an \u{e9}nd\n\n{rule}")),
            (
                "[levels]\r\nfds = \"off\"\r\n",
                format!("[levels]\n\nfds = \"off\"\n\n{rule}\n")
                    .replace("\n\nfds", "\nfds")
                    .replace('\n', "\r\n"),
            ),
        ] {
            let edited = edited(text).expect(text);
            assert_eq!(edited, expected);
            let read: toml::Table = edited.parse().expect("TOML");
            assert_eq!(read["ignore"].as_array().map(Vec::len), Some(1));
        }
        let two = edited("[[ignore]]\nthread_name = \"a\"\nreason = \"b\"\n").expect("a rule");
        let read: toml::Table = two.parse().expect("TOML");
        assert_eq!(read["ignore"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn what_cannot_be_edited_stays() {
        for text in ["ignore = []\n", "[[ignore]\n", "a = \"\"\"\n"] {
            assert_eq!(edited(text), None, "{text}");
        }
        let (folder, repository) = sample();
        let none = |finding: &Finding| Fixes::new(&repository).of(finding).is_none();
        assert!(none(&finding(RULE)), "there is no file");
        // What stands above the workspace holds for none of its packages.
        let above = folder.path().join("leakcheck.toml");
        fs::write(above, "").expect("it is written");
        assert!(none(&finding(RULE)));
        let path: &Path = &folder.path().join("rust/my_app/leakcheck.toml");
        fs::write(path, "").expect("it is written");
        assert!(!none(&finding(RULE)));
        assert!(none(&finding("ignore_everything()")));
        let mut strange = finding(RULE);
        strange.test.package = Some("other".to_owned());
        assert!(none(&strange));
    }
}
