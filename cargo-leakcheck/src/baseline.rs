//! The known leaks of a workspace, as its file has them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub(crate) use leakcheck_report::baseline::{Key, Known, NAME};
use leakcheck_report::baseline::{Line, Unread, Why, is_mark, line, text};

use crate::{error::Error, optional_file, output};

/// Where the library looks for it, or [`OFF`].
pub(crate) const VARIABLE: &str = "LEAKCHECK_BASELINE";

/// Nothing is known.
pub(crate) const OFF: &str = "off";

/// The known leaks of a workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    entries: BTreeMap<Key, Known>,
}

impl Baseline {
    /// Reads a file. None at all knows no leaks; lines that are not understood are errors, and the others are kept.
    pub(crate) fn read(path: &Path) -> (Self, Vec<Error>) {
        match optional_file::read(path) {
            Ok(Some(text)) => Self::parse(&text, path),
            Ok(None) => Default::default(),
            Err(error) => (Self::default(), vec![error]),
        }
    }

    fn parse(text: &str, path: &Path) -> (Self, Vec<Error>) {
        let path = || PathBuf::from(path);
        let (mut baseline, mut errors) = (Self::default(), Vec::new());
        // One of what git has left is enough: what stands between is known on one side or the other.
        if let Some(at) = text.lines().position(is_mark) {
            let (path, line, why) = (path(), at + 1, Why::Merge);
            errors.push(Error::BaselineLine { path, line, why });
        }
        let lines = (1..).zip(text.lines());
        let mut has_version = false;
        for (line, text) in lines.filter(|(_, text)| !is_mark(text)) {
            match Line::read(text, !has_version) {
                Ok(Line::Version) => has_version = true,
                Ok(Line::Known(key, known)) => baseline.add(key, known),
                Ok(Line::Nothing) => {}
                Err(Unread { why, .. }) => {
                    let is_newer = matches!(why, Why::Newer(_));
                    if !has_version && !is_newer {
                        break;
                    }
                    let path = path();
                    let error = Error::BaselineLine { path, line, why };
                    if is_newer {
                        return (Self::default(), vec![error]);
                    }
                    errors.push(error);
                }
            }
        }
        if !has_version {
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
        let is_lost = |(key, known): &(&Key, &Known)| {
            !matches!(Line::read(&line(key, known), false), Ok(Line::Known(..)))
        };
        self.entries.iter().filter(is_lost).count()
    }

    /// Writes the file whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        output::replace(path, &text(&self.entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Vec<String>) {
        let (baseline, errors) = Baseline::parse(text, Path::new("x.baseline"));
        let text = super::text(&baseline.entries);
        let lines = text.strip_prefix("leakcheck baseline 1\n");
        (
            lines.expect("the version").to_owned(),
            errors.iter().map(ToString::to_string).collect(),
        )
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
        for (bad, told) in [
            ("a b t task", "a field is missing here: expected "),
            (
                "a  b t task 9f31c0ffee000001 1",
                "a field is missing here: expected ",
            ),
            (
                "a b t tasks 9f31c0ffee000001 1",
                "`tasks` is not a kind: expected `task`, ",
            ),
            (
                "a b t task 9f31C0FFEE000001 1",
                "`9f31C0FFEE000001` is not a fingerprint: ",
            ),
            (
                "a b t task 9f31c0ffee000001 0",
                "`0` is not a number from 1 on",
            ),
        ] {
            let (lines, errors) = parsed(&format!("leakcheck baseline 1\n{bad}\n{good}\n"));
            assert_eq!(lines, format!("{good}\n"));
            let told = format!("failed to read x.baseline:2: {told}");
            assert!(
                errors.len() == 1 && errors[0].starts_with(&told),
                "{errors:?}"
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
            let expected = format!("failed to read x.baseline:{line}: a merge was left here: ");
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn a_newer_or_a_foreign_file_is_one_error() {
        let foreign = "failed to read x.baseline:1: expected `leakcheck baseline 1`; if it is no baseline, name another file with --baseline";
        let newer = |line| format!("failed to read x.baseline:{line}: {}", Why::Newer(2));
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
