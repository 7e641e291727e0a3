//! Leaks that are known: `leakcheck.baseline` beside `leakcheck.toml`. All that is to know of its format is in this file.
//!
//! ```text
//! # leakcheck baseline, version 1
//! 9f31c0ffee000001 task pool::reconnects src/pool.rs:88
//! ```
//!
//! One sorted line for each known leak: `<fingerprint> <kind> <test> <site>`. The first three tell it, the site is for
//! people. White space inside a word is written as `%20`, a site that is not known as `-`. Order and duplicates do not
//! matter when it is read.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use crate::error::Error;

/// What the file is called where none is given.
pub(crate) const NAME: &str = "leakcheck.baseline";

/// Where the library looks for known leaks.
pub(crate) const VARIABLE: &str = "LEAKCHECK_BASELINE";

const TITLE: &str = "# leakcheck baseline, version ";
const VERSION: u64 = 1;

/// One known leak.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) fingerprint: String,
    pub(crate) kind: String,
    pub(crate) test: String,
    pub(crate) site: String,
}

impl Entry {
    /// An entry for what was found, whose words may have any characters.
    pub(crate) fn new(fingerprint: &str, kind: &str, test: &str, site: Option<&str>) -> Self {
        Self {
            fingerprint: word(fingerprint),
            kind: word(kind),
            test: word(test),
            site: site.map_or_else(|| "-".to_owned(), word),
        }
    }

    /// Whether both are the same leak, which may have moved.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.fingerprint, &self.kind, &self.test)
            == (&other.fingerprint, &other.kind, &other.test)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace().map(str::to_owned);
        let entry = Self {
            fingerprint: words.next()?,
            kind: words.next()?,
            test: words.next()?,
            site: words.next()?,
        };
        words.next().is_none().then_some(entry)
    }
}

/// The text as one word.
fn word(text: &str) -> String {
    let word: String = text
        .chars()
        .map(|c| {
            if c.is_whitespace() || c.is_control() {
                "%20".to_owned()
            } else {
                c.to_string()
            }
        })
        .collect();
    if word.is_empty() {
        "-".to_owned()
    } else {
        word
    }
}

/// The known leaks of a workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    entries: BTreeSet<Entry>,
}

impl Baseline {
    /// Reads a file. None at all knows no leaks; lines that are not understood are errors, and the others are kept.
    pub(crate) fn read(path: &Path) -> (Self, Vec<Error>) {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => (Self::default(), Vec::new()),
            Err(cause) => {
                let path = path.to_owned();
                (Self::default(), vec![Error::Read { path, cause }])
            }
        }
    }

    fn parse(text: &str, path: &Path) -> (Self, Vec<Error>) {
        let path = || PathBuf::from(path);
        let first = text.lines().next().unwrap_or_default().trim_end();
        let version = first
            .strip_prefix(TITLE)
            .and_then(|version| version.parse().ok());
        match version {
            None => return (Self::default(), vec![Error::NoBaseline { path: path() }]),
            Some(version) if version > VERSION => {
                let path = path();
                return (
                    Self::default(),
                    vec![Error::NewerBaseline { path, version }],
                );
            }
            Some(_) => {}
        }
        let (mut entries, mut errors) = (BTreeSet::new(), Vec::new());
        for (at, line) in text.lines().enumerate().skip(1) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match Entry::parse(line) {
                Some(entry) => {
                    entries.insert(entry);
                }
                None => errors.push(Error::BaselineLine {
                    path: path(),
                    line: at + 1,
                    text: line.to_owned(),
                }),
            }
        }
        (Self { entries }, errors)
    }

    /// Whether a leak is among them.
    pub(crate) fn knows(&self, leak: &Entry) -> bool {
        self.entries.iter().any(|entry| entry.is_same(leak))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn text(&self) -> String {
        let mut text = format!("{TITLE}{VERSION}\n");
        for entry in &self.entries {
            let Entry {
                fingerprint,
                kind,
                test,
                site,
            } = entry;
            let _ = writeln!(text, "{fingerprint} {kind} {test} {site}");
        }
        text
    }

    /// Writes the file whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let draft = path.with_extension("baseline.part");
        fs::write(&draft, self.text())
            .and_then(|()| fs::rename(&draft, path))
            .map_err(|cause| Error::Write {
                path: path.to_owned(),
                cause,
            })
    }
}

impl FromIterator<Entry> for Baseline {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Vec<Entry>, Vec<String>) {
        let (baseline, errors) = Baseline::parse(text, Path::new("x.baseline"));
        (
            baseline.entries().cloned().collect(),
            errors.iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn it_reads_what_it_writes() {
        let entries = [
            Entry::new("b", "task", "src/lib.rs - f (line 3)", Some("src/a b.rs:1")),
            Entry::new("a", "thread", "t", None),
        ];
        let text = Baseline::from_iter(entries.clone()).text();
        assert_eq!(
            text,
            "# leakcheck baseline, version 1\na thread t -\nb task src/lib.rs%20-%20f%20(line%203) src/a%20b.rs:1\n"
        );
        let (mut read, errors) = parsed(&text);
        read.reverse();
        assert_eq!(
            (read.as_slice(), errors.as_slice()),
            (&entries[..], &[][..])
        );
    }

    #[test]
    fn order_and_duplicates_do_not_matter() {
        let (entries, errors) = parsed(
            "# leakcheck baseline, version 1\r\nb task t x:1\r\n\n# a note\na task t x:1\nb task t x:1\n",
        );
        assert_eq!(entries.len(), 2);
        assert_eq!(errors, [""; 0]);
    }

    #[test]
    fn what_moved_is_known() {
        let baseline = Baseline::from_iter([Entry::new("a", "task", "t", Some("x:1"))]);
        assert!(baseline.knows(&Entry::new("a", "task", "t", Some("y:2"))));
        assert!(!baseline.knows(&Entry::new("a", "task", "u", Some("x:1"))));
        assert!(!baseline.knows(&Entry::new("b", "task", "t", Some("x:1"))));
    }

    #[test]
    fn a_line_that_is_not_understood_loses_no_other() {
        let (entries, errors) =
            parsed("# leakcheck baseline, version 1\na task\nb task t x:1\nc task t x:1 y\n");
        assert_eq!(entries.len(), 1);
        assert_eq!(
            errors,
            [
                "failed to read x.baseline:2: expected `<fingerprint> <kind> <test> <site>`, found \"a task\"",
                "failed to read x.baseline:4: expected `<fingerprint> <kind> <test> <site>`, found \"c task t x:1 y\"",
            ]
        );
    }

    #[test]
    fn a_newer_or_a_foreign_file_is_one_error() {
        for (text, expected) in [
            (
                "# leakcheck baseline, version 2\n?\n",
                "failed to read x.baseline:1: it has version 2, which is newer than this cargo-leakcheck; update it",
            ),
            (
                "a task t x:1\n",
                "failed to read x.baseline:1: a baseline begins with `# leakcheck baseline, version 1`; write one with --bless",
            ),
            (
                "",
                "failed to read x.baseline:1: a baseline begins with `# leakcheck baseline, version 1`; write one with --bless",
            ),
        ] {
            let (entries, errors) = parsed(text);
            assert!(entries.is_empty());
            assert_eq!(errors, [expected]);
        }
    }
}
