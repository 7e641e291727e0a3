//! The JSON files that the library writes, one for each check, and a folder of them.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

pub(crate) use leakcheck_report::{
    AcceptedSite, FORMAT_VERSION, Frame, Leak, Level, Location, Report, Verdict, Why,
};
use serde_json::Value;

use crate::{error::Error, escape};

/// In bytes: what is longer is no report.
const LONGEST: u64 = 256 << 20;

/// The report in a text. The path is for the error.
pub(crate) fn parse(text: &str, path: &Path) -> Result<Report, Error> {
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
        Some(version) if version > FORMAT_VERSION.into() => {
            return Err(Error::NewerReport {
                path: path.to_owned(),
                version,
            });
        }
        Some(_) => {}
    }
    // Once more from the text: only there an error has a place.
    let mut report: Report = serde_json::from_str(text).map_err(failed)?;
    let hang = report.hang.as_mut();
    let (mut whys, alive) = match hang {
        Some(hang) => (Vec::from_iter(&mut hang.why), &mut hang.alive[..]),
        None => (Vec::new(), &mut [][..]),
    };
    let leaks = report
        .leaks
        .iter_mut()
        .chain(&mut report.known)
        .chain(alive);
    for leak in leaks {
        leak.kind = escape::kind(&leak.kind).to_owned();
        whys.extend(&mut leak.why);
    }
    for breach in &mut report.breaches {
        breach.kind = escape::kind(&breach.kind).to_owned();
    }
    for why in whys {
        why.pattern = escape::pattern(&why.pattern).to_owned();
    }
    Ok(report)
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
            .and_then(|text| parse(&text, &path));
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
        let leaks: Vec<Leak> = leaks.iter().map(|leak| sample_leak(leak)).collect();
        Report {
            format_version: FORMAT_VERSION,
            package: Some("my_app".to_owned()),
            binary: "pool".to_owned(),
            test: test.to_owned(),
            location: Location {
                file: "tests/pool.rs".to_owned(),
                line: 12,
            },
            verdict: if leaks.is_empty() {
                Verdict::Clean
            } else {
                Verdict::Leaked
            },
            waited_ms: 40,
            check_us: 1500,
            leaks,
            ..Report::default()
        }
    }

    fn sample_leak(leak: &str) -> Leak {
        let words: Vec<&str> = leak.split(' ').collect();
        let site = words[3].split_once(':').map(|(file, line)| Frame {
            file: Some(file.to_owned()),
            line: Some(line.parse().expect("a line")),
            column: Some(9),
            function: "my_app::pool::Pool::connect".to_owned(),
        });
        Leak {
            kind: words[1].to_owned(),
            count: words[2].parse().expect("a count"),
            name: Some(format!("my_app::pool::{}", words[0])),
            created_at: site,
            fingerprint: words[0].to_owned(),
            ..Leak::default()
        }
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
}
