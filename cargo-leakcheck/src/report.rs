//! The JSON files that the library writes, one for each check, and a folder of them.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{error::Error, escape};

/// The newest form that is understood.
const FORMAT_VERSION: u64 = 1;

/// In bytes: what is longer is no report.
const LONGEST: u64 = 256 << 20;

/// One check, as far as it matters here. What a later library adds is passed over.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) package: Option<String>,
    #[serde(default)]
    pub(crate) binary: String,
    pub(crate) test: String,
    pub(crate) location: Location,
    pub(crate) verdict: Verdict,
    pub(crate) body: Body,
    /// Which checks have one in its folder.
    #[serde(default)]
    pub(crate) written: Written,
    pub(crate) hang: Option<Hang>,
    #[serde(default)]
    waited_ms: u64,
    #[serde(default)]
    check_us: u64,
    #[serde(default)]
    pub(crate) leaks: Vec<Leak>,
    /// Left as well, but accepted by the library for standing in the baseline.
    #[serde(default)]
    pub(crate) known: Vec<Leak>,
    #[serde(default)]
    pub(crate) ignored: Vec<Ignored>,
}

/// Which checks have reports: of clean ones there may be none.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Written {
    Dirty,
    #[default]
    #[serde(other)]
    All,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Clean,
    Lingering,
    Leaked,
    #[serde(other)]
    Inconclusive,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body {
    Passed,
    Panicked,
    TimedOut,
    Ignored,
    #[serde(other)]
    Failed,
}

/// A body that did not end.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hang {
    #[serde(default)]
    pub(crate) after_ms: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Location {
    pub(crate) file: String,
    pub(crate) line: u32,
}

/// A place on a stack. Its file is relative to the package of the test where it is inside of that.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Frame {
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
    #[serde(default)]
    pub(crate) function: String,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    #[default]
    Deny,
    Warn,
}

/// Things that are alike: of one kind, from one place.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Leak {
    #[serde(deserialize_with = "kind")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) level: Level,
    #[serde(default = "one")]
    pub(crate) count: usize,
    pub(crate) name: Option<String>,
    pub(crate) created_at: Option<Frame>,
    #[serde(default)]
    pub(crate) waits_at: Vec<Frame>,
    /// The one of these that the library's own text shows.
    pub(crate) waits_in: Option<Frame>,
    pub(crate) waits_for: Option<Awaited>,
    pub(crate) panic: Option<String>,
    pub(crate) fingerprint: String,
}

fn one() -> usize {
    1
}

fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    Ok(escape::kind(&text).to_owned())
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Awaited {
    pub(crate) what: String,
}

/// What a rule has accepted.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Ignored {
    #[serde(default = "one")]
    pub(crate) count: usize,
    #[serde(default)]
    pub(crate) built_in: bool,
    /// Where the rule stands, if not in the code of the test.
    pub(crate) source: Option<String>,
    /// For which functions it was, as far as is known.
    #[serde(default)]
    pub(crate) sites: Vec<Accepted>,
    /// How many things were of functions beyond those.
    #[serde(default)]
    pub(crate) unlisted: usize,
}

/// A function for which a rule has accepted something.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Accepted {
    /// The key of a rule that would name the function.
    pub(crate) by: String,
    #[serde(flatten)]
    pub(crate) frame: Frame,
}

impl Report {
    /// The report in a text. The path is for the error.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let failed = |cause| Error::Json {
            path: path.to_owned(),
            cause,
        };
        let value: Value = serde_json::from_str(text).map_err(failed)?;
        match value.get("format_version").and_then(Value::as_u64) {
            None => {
                return Err(Error::Foreign {
                    path: path.to_owned(),
                });
            }
            Some(version) if version > FORMAT_VERSION => {
                return Err(Error::NewerReport {
                    path: path.to_owned(),
                    version,
                });
            }
            Some(_) => {}
        }
        // Once more from the text: only there an error has a place.
        serde_json::from_str(text).map_err(failed)
    }

    /// Whether its findings fail the test.
    pub(crate) fn fails(&self) -> bool {
        self.verdict == Verdict::Leaked && self.leaks.iter().any(|leak| leak.level == Level::Deny)
    }

    /// Whether the test fails with or without findings.
    pub(crate) fn fails_by_itself(&self) -> bool {
        !matches!(self.body, Body::Passed | Body::Ignored)
    }

    /// Whether what it does not show was not there.
    pub(crate) fn is_whole(&self) -> bool {
        self.body == Body::Passed && self.verdict != Verdict::Inconclusive
    }

    /// Whether checks that found nothing have no report.
    pub(crate) fn is_of_dirty_only(&self) -> bool {
        self.written == Written::Dirty
    }

    /// How long the check took, without waiting.
    pub(crate) fn spent(&self) -> Duration {
        Duration::from_micros(self.check_us)
    }

    /// How long it waited for things to end.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_millis(self.waited_ms)
    }
}

/// All reports of a folder in the order of their names, and one error for each file that is none. Whatever is no file is
/// passed over: who opens it may wait for ever.
pub(crate) fn read(folder: &Path) -> (Vec<Report>, Vec<Error>) {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect(),
        Err(cause) => {
            let path = folder.to_owned();
            return (Vec::new(), vec![Error::Read { path, cause }]);
        }
    };
    paths.sort_unstable();
    let (mut reports, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        if fs::metadata(&path).is_ok_and(|about| !about.is_file()) {
            continue;
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => {}
            Some("part") => {
                errors.push(Error::Unfinished { path });
                continue;
            }
            _ => continue,
        }
        let report = text(&path)
            .map_err(|cause| Error::Read {
                path: path.clone(),
                cause,
            })
            .and_then(|text| Report::parse(&text, &path));
        match report {
            Ok(report) => reports.push(report),
            Err(error) => errors.push(error),
        }
    }
    (reports, errors)
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(LONGEST + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other("it is longer than any report"));
    }
    Ok(text)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A report of the given test with the given leaks, each `fingerprint kind count file:line`.
    pub(crate) fn sample(test: &str, leaks: &[&str]) -> Report {
        let leaks: Vec<Value> = leaks.iter().map(|leak| sample_leak(leak)).collect();
        let verdict = if leaks.is_empty() { "clean" } else { "leaked" };
        let report = serde_json::json!({
            "format_version": 1, "package": "my_app", "binary": "pool", "test": test,
            "location": { "file": "tests/pool.rs", "line": 12 },
            "verdict": verdict, "body": "passed", "waited_ms": 40, "check_us": 1500,
            "leaks": leaks, "lingered": [], "ignored": [], "coverage": {}, "notes": [],
        });
        Report::parse(&report.to_string(), Path::new("sample.json")).expect("a report")
    }

    fn sample_leak(leak: &str) -> Value {
        let words: Vec<&str> = leak.split(' ').collect();
        let at = words[3].split_once(':').map(|(file, line)| {
            serde_json::json!({
                "file": file, "line": line.parse::<u32>().expect("a line"), "column": 9,
                "function": "my_app::pool::Pool::connect",
            })
        });
        serde_json::json!({
            "kind": words[1], "count": words[2].parse::<usize>().expect("a count"),
            "name": format!("my_app::pool::{}", words[0]), "created_at": at,
            "waits_at": [], "waits_for": null, "fingerprint": words[0],
        })
    }

    #[test]
    fn what_is_broken_loses_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = r#"{"format_version": 1, "test": "a", "location": {"file": "a.rs", "line": 1}, "verdict": "clean", "body": "passed"}"#;
        for (name, text) in [
            ("a.json", whole),
            ("b.json", &whole[..30]),
            ("c.json", "{}"),
            ("d.json", "[1]"),
            ("e.json", r#"{"format_version": 2}"#),
            ("f.json", r#"{"format_version": 1}"#),
            ("g.json.part", ""),
            ("h.txt", "?"),
            ("i.json", whole),
            ("j.json", "\u{0}"),
        ] {
            fs::write(folder.path().join(name), text).expect("it is written");
        }
        let (reports, errors) = read(folder.path());
        assert_eq!(reports.len(), 2);
        let shown: Vec<String> = errors
            .iter()
            .map(|error| {
                error
                    .to_string()
                    .replace(&format!("{}/", folder.path().display()), "")
            })
            .collect();
        assert_eq!(
            shown,
            [
                "failed to read b.json:1:30: EOF while parsing a value",
                "failed to read c.json: it is JSON, but no report of leakcheck; keep other files out of the folder",
                "failed to read d.json: it is JSON, but no report of leakcheck; keep other files out of the folder",
                "failed to read e.json: it has format 2, which is newer than this cargo-leakcheck; update it",
                "failed to read f.json:1:21: missing field `test`",
                "failed to read g.json.part: it was not written to its end, because its process ended before",
                "failed to read j.json:1:1: expected value",
            ]
        );
    }

    #[test]
    fn only_what_is_denied_fails() {
        let mut report = sample("a", &["f1 task 1 src/a.rs:1"]);
        assert!(report.fails() && !report.fails_by_itself());
        report.leaks[0].level = Level::Warn;
        assert!(!report.fails());
        report.body = Body::TimedOut;
        assert!(report.fails_by_itself());
    }
}
