//! What runs have left, a line each: `leakcheck.history`, which git can merge line by line.

mod entry;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use leakcheck_report::baseline::is_mark;

use crate::{
    error::{Error, Unread},
    finding::FirstSeen,
    optional_file, output,
    summary::Summary,
};
pub(crate) use entry::Entry;

/// What the file is called where none is given.
pub(crate) const NAME: &str = "leakcheck.history";

/// The first line of the file.
const TITLE: &str = "leakcheck history 1";

/// The lines of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// As they stand there, so that what a later release has added stays.
    lines: BTreeSet<String>,
    entries: BTreeSet<Entry>,
}

impl History {
    /// Reads a file; none at all has no lines. What is not understood is an error, and the rest is read.
    pub(crate) fn read(path: &Path) -> (Self, Vec<Error>) {
        match optional_file::read(path) {
            Ok(Some(text)) => Self::parse(&text, path),
            Ok(None) => Default::default(),
            Err(error) => (Self::default(), vec![error]),
        }
    }

    fn parse(text: &str, path: &Path) -> (Self, Vec<Error>) {
        let (mut history, mut errors) = (Self::default(), Vec::new());
        let mut failed = |line: usize, why: Unread| {
            let path = PathBuf::from(path);
            errors.push(Error::HistoryLine { path, line, why });
        };
        let mut lines = (1..).zip(text.lines());
        if lines.next().is_none_or(|(_, first)| first != TITLE) {
            failed(1, Unread::Title);
            return (history, errors);
        }
        // The title stands twice where git has kept both sides.
        for (number, line) in lines.filter(|(_, line)| !line.is_empty() && *line != TITLE) {
            let read = if is_mark(line) {
                Err(Unread::Merge)
            } else {
                Entry::read(line)
            };
            match read {
                Ok(entry) => {
                    history.lines.insert(line.to_owned());
                    history.entries.insert(entry);
                }
                Err(why) => failed(number, why),
            }
        }
        (history, errors)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The last runs, oldest first.
    pub(crate) fn last(&self, most: usize) -> impl Iterator<Item = &Entry> {
        let hidden = self.entries.len().saturating_sub(most);
        self.entries.iter().skip(hidden)
    }

    /// Adds a run, once. What an earlier run has is not new in it.
    pub(crate) fn add(&mut self, mut entry: Entry) {
        let earlier = |other: &&Entry| other.when <= entry.when && !other.is_of_run(&entry);
        let earlier = self.entries.iter().filter(earlier);
        let seen: BTreeSet<&String> = earlier.flat_map(|other| &other.first).collect();
        entry.first.retain(|maker| !seen.contains(maker));
        self.lines.insert(entry.line());
        self.entries.insert(entry);
    }

    /// Notes of each finding in which run it was first seen.
    pub(crate) fn date(&self, summary: &mut Summary) {
        let mut first: BTreeMap<&str, &Entry> = BTreeMap::new();
        for entry in &self.entries {
            for maker in &entry.first {
                first.entry(maker).or_insert(entry); // They are in order.
            }
        }
        for finding in &mut summary.findings {
            let entry = first.get(&*entry::maker(finding));
            finding.first_seen = entry.map(|entry| FirstSeen {
                when: entry.when.clone(),
                commit: entry.commit.clone(),
            });
        }
    }

    /// Writes the file whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let title = TITLE.to_owned();
        let lines: Vec<String> = std::iter::once(&title)
            .chain(&self.lines)
            .cloned()
            .collect();
        output::replace(path, &(lines.join("\n") + "\n"))
    }

    /// The last runs, for a reader.
    pub(crate) fn render(&self) -> String {
        table::render(&self.entries)
    }
}

#[cfg(test)]
mod tests;
