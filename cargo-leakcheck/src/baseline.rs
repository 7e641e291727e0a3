//! Leaks that are known: `leakcheck.baseline`, beside `leakcheck.toml`. All that is to know of its format is in this file;
//! the library reads the same one.
//!
//! ```text
//! leakcheck baseline 1
//! my_app pool pool::reconnects task 9f31c0ffee000001 2 src/pool.rs my_app::pool::Pool::connect
//! ```
//!
//! Below the version, one line for each known leak, sorted: `package binary test kind fingerprint count site`, with one
//! space between them. The first five tell it; in them a space, a `%` and control characters stand as `%` and two digits.
//! The site is for people, has no line numbers and may have spaces. Order does not matter when it is read, and of lines
//! that agree in the first five the highest count counts, so git may keep the lines of both sides.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use leakcheck_report::Kind;

use crate::{error::Error, output};

/// What the file is called where none is given.
pub(crate) const NAME: &str = "leakcheck.baseline";

/// Where the library looks for it, or [`OFF`].
pub(crate) const VARIABLE: &str = "LEAKCHECK_BASELINE";

/// Nothing is known.
pub(crate) const OFF: &str = "off";

const TITLE: &str = "leakcheck baseline ";
const VERSION: u64 = 1;

/// What tells a known leak: the first five fields as they stand in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) package: String,
    pub(crate) binary: String,
    pub(crate) test: String,
    pub(crate) kind: String,
    fingerprint: String,
}

impl Key {
    /// The key of what was found, whose words may have any characters.
    pub(crate) fn new(
        (package, binary, test): (Option<&str>, &str, &str),
        kind: &str,
        fingerprint: &str,
    ) -> Self {
        Self {
            package: field(package.unwrap_or("-")),
            binary: field(binary),
            test: field(test),
            kind: field(kind),
            fingerprint: field(fingerprint),
        }
    }

    /// The key of its test.
    pub(crate) fn of_test(&self) -> Self {
        Self {
            kind: String::new(),
            fingerprint: String::new(),
            ..self.clone()
        }
    }
}

/// How many there are, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) count: usize,
    pub(crate) site: String,
}

/// A text as a field: what would end it is escaped.
fn field(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == ' ' || c == '%' || c.is_ascii_control() {
                format!("%{:02X}", u32::from(c))
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// The known leaks of a workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    entries: BTreeMap<Key, Known>,
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
        let (mut baseline, mut errors) = (Self::default(), Vec::new());
        // One of what git has left is enough: what stands between is known on one side or the other.
        if let Some(at) = text.lines().position(is_mark) {
            let (path, line) = (path(), at + 1);
            errors.push(Error::Merge { path, line });
        }
        let lines = text.lines().enumerate();
        let mut lines = lines.filter(|(_, line)| !is_mark(line)).peekable();
        let first = lines.peek().map(|(at, _)| *at);
        let begins = lines.peek().and_then(|(_, line)| version(line));
        for (at, line) in lines {
            match version(line) {
                Some(version) if version > VERSION => {
                    let error = Error::NewerBaseline {
                        path: path(),
                        line: at + 1,
                        version,
                    };
                    return (Self::default(), vec![error]);
                }
                Some(VERSION) => continue,
                _ if Some(at) == first => break,
                _ if line.trim().is_empty() || line.starts_with('#') => continue,
                _ => {}
            }
            match entry(line) {
                Some((key, known)) => baseline.add(key, known),
                None => errors.push(Error::BaselineLine {
                    path: path(),
                    line: at + 1,
                    text: line.to_owned(),
                }),
            }
        }
        if begins != Some(VERSION) {
            errors.push(Error::NoBaseline { path: path() });
        }
        (baseline, errors)
    }

    /// Adds a known leak; of what is there already the higher number counts.
    pub(crate) fn add(&mut self, key: Key, known: Known) {
        let before = self.entries.entry(key).or_insert_with(|| known.clone());
        if known.count > before.count {
            *before = known;
        }
    }

    /// How many of a leak are known.
    pub(crate) fn count(&self, key: &Key) -> usize {
        self.entries.get(key).map_or(0, |known| known.count)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Key, &Known)> {
        self.entries.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries no file can have, because nobody would understand it: of a kind that is not known, or without a name.
    pub(crate) fn unwritable(&self) -> usize {
        let is_lost = |parts: &(&Key, &Known)| entry(&line(parts.0, parts.1)).is_none();
        self.entries.iter().filter(is_lost).count()
    }

    fn text(&self) -> String {
        let lines = self.entries.iter();
        let mut lines: Vec<String> = lines.map(|(key, known)| line(key, known)).collect();
        lines.sort_unstable();
        let mut text = format!("{TITLE}{VERSION}\n");
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    /// Writes the file whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        output::replace(path, &self.text())
    }
}

fn line(key: &Key, known: &Known) -> String {
    let Key {
        package,
        binary,
        test,
        kind,
        fingerprint,
    } = key;
    let Known { count, site } = known;
    let line = format!("{package} {binary} {test} {kind} {fingerprint} {count} {site}");
    line.trim_end().to_owned()
}

fn version(line: &str) -> Option<u64> {
    line.trim_end().strip_prefix(TITLE)?.parse().ok()
}

/// Whether git has left the line in a merge.
fn is_mark(line: &str) -> bool {
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    marks.iter().any(|mark| line.starts_with(mark))
}

/// What a line says, as strictly as the library takes it.
fn entry(line: &str) -> Option<(Key, Known)> {
    let mut fields = line.splitn(7, ' ');
    let mut next = || fields.next().filter(|field| !field.is_empty());
    let key = Key {
        package: next()?.to_owned(),
        binary: next()?.to_owned(),
        test: next()?.to_owned(),
        kind: next()
            .filter(|kind| Kind::named(kind).is_some())?
            .to_owned(),
        fingerprint: next().filter(|text| is_fingerprint(text))?.to_owned(),
    };
    let count = next()?.parse().ok().filter(|count| *count > 0)?;
    let site = fields.next().unwrap_or_default().to_owned();
    Some((key, Known { count, site }))
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Vec<String>) {
        let (baseline, errors) = Baseline::parse(text, Path::new("x.baseline"));
        let text = baseline.text();
        let lines = text.strip_prefix("leakcheck baseline 1\n");
        (
            lines.expect("the version").to_owned(),
            errors.iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn it_reads_what_it_writes() {
        let mut baseline = Baseline::default();
        let known = |count, site: &str| Known {
            count,
            site: site.to_owned(),
        };
        let key = Key::new((Some("a"), "b", "x y%"), "task", "9f31c0ffee000001");
        baseline.add(key.clone(), known(2, "src/a b.rs f"));
        baseline.add(key.clone(), known(1, ""));
        let bare = Key::new((None, "b", "t"), "thread", "9f31c0ffee000001");
        baseline.add(bare, known(1, ""));
        let text = baseline.text();
        assert_eq!(
            text,
            "leakcheck baseline 1\n- b t thread 9f31c0ffee000001 1\na b x%20y%25 task 9f31c0ffee000001 2 src/a b.rs f\n"
        );
        let (read, errors) = Baseline::parse(&text, Path::new("x"));
        assert!(errors.is_empty());
        assert_eq!(read.entries, baseline.entries);
        assert_eq!(read.count(&key), 2);
    }

    #[test]
    fn what_cannot_be_read_again_is_not_written() {
        let add = |package: &str, kind: &str, fingerprint: &str| {
            let mut baseline = Baseline::default();
            let known = Known {
                count: 1,
                site: String::new(),
            };
            baseline.add(
                Key::new((Some(package), "b", "t"), kind, fingerprint),
                known,
            );
            baseline.unwritable()
        };
        assert_eq!(add("a", "task", "9f31c0ffee000001"), 0);
        assert_eq!(add("a", "socket", "9f31c0ffee000001"), 1);
        assert_eq!(add("", "task", "9f31c0ffee000001"), 1);
        assert_eq!(add("a", "task", "9f31"), 1);
    }

    #[test]
    fn order_and_duplicates_do_not_matter() {
        let (lines, errors) = parsed(
            "leakcheck baseline 1\r\nb b t task 9f31c0ffee000001 1\r\n\n# a note\na b t task 9f31c0ffee000001 3 s\n\
             leakcheck baseline 1\na b t task 9f31c0ffee000001 2 r\n",
        );
        assert_eq!(
            lines,
            "a b t task 9f31c0ffee000001 3 s\nb b t task 9f31c0ffee000001 1\n"
        );
        assert_eq!(errors, [""; 0]);
    }

    #[test]
    fn a_line_that_is_not_understood_loses_no_other() {
        let good = "a b t task 9f31c0ffee000001 1";
        for bad in [
            "a b t task",
            "a  b t task 9f31c0ffee000001 1",
            "a b t tasks 9f31c0ffee000001 1",
            "a b t task 9f31C0FFEE000001 1",
            "a b t task 9f31c0ffee000001 0",
        ] {
            let (lines, errors) = parsed(&format!("leakcheck baseline 1\n{bad}\n{good}\n"));
            assert_eq!(lines, format!("{good}\n"));
            assert_eq!(
                errors,
                [format!(
                    "failed to read x.baseline:2: expected `package binary test kind fingerprint count site`, found {bad:?}"
                )]
            );
        }
    }

    #[test]
    fn a_merge_is_one_error_and_loses_nothing() {
        let [one, two] = ["a", "b"].map(|test| format!("a b {test} task 9f31c0ffee000001 1\n"));
        let sides = format!("<<<<<<< HEAD\n{one}||||||| base\n=======\n{two}>>>>>>> other\n");
        for (text, line) in [
            (format!("leakcheck baseline 1\n{sides}"), 2),
            (
                format!(
                    "<<<<<<< HEAD\nleakcheck baseline 1\n{one}=======\nleakcheck baseline 1\n{two}>>>>>>> other\n"
                ),
                1,
            ),
        ] {
            let (lines, errors) = parsed(&text);
            assert_eq!(lines, format!("{one}{two}"));
            let [error] = &errors[..] else {
                panic!("one error: {errors:?}");
            };
            let expected = format!("failed to read x.baseline:{line}: a merge was left here; ");
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn a_newer_or_a_foreign_file_is_one_error() {
        let foreign = "failed to read x.baseline:1: expected `leakcheck baseline 1`; if it is no baseline, name another file with --baseline";
        let newer = |line| {
            format!(
                "failed to read x.baseline:{line}: it has version 2, which is newer than this cargo-leakcheck; update it"
            )
        };
        for (text, expected) in [
            ("leakcheck baseline 2\n?\n", newer(1)),
            ("leakcheck baseline 1\nleakcheck baseline 2\n", newer(2)),
            ("a b t task 9f31c0ffee000001 1\n", foreign.to_owned()),
            ("leakcheck baseline 0\n", foreign.to_owned()),
            ("", foreign.to_owned()),
        ] {
            assert_eq!(parsed(text), (String::new(), vec![expected]));
        }
    }
}
