//! Runs that are kept below the target folder: `leakcheck/<time>/<round>/*.json`.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    error::Error,
    output,
    report::{self, Report},
};

/// Makes the folder of a new run.
pub(crate) fn create(runs: &Path) -> Result<PathBuf, Error> {
    let name = now().replace(':', "-");
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| Error::Write { path, cause }
    };
    fs::create_dir_all(runs).map_err(failed(runs))?;
    let mut folder = runs.join(&name);
    for number in 2.. {
        match fs::create_dir(&folder) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                folder = runs.join(format!("{name}-{number}"));
            }
            result => {
                result.map_err(failed(&folder))?;
                break;
            }
        }
    }
    Ok(folder)
}

/// The time, as [`began`] has it.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// Makes the folder of one round of a run.
pub(crate) fn round(run: &Path, number: usize) -> Result<PathBuf, Error> {
    let path = run.join(number.to_string());
    match fs::create_dir_all(&path) {
        Ok(()) => Ok(path),
        Err(cause) => Err(Error::Write { path, cause }),
    }
}

/// What stands in a round whose tests were run to their end.
const ENDED: &str = "ended";

/// Notes that the tests of a round were run to their end.
pub(crate) fn end(round: &Path) -> Result<(), Error> {
    output::write(&round.join(ENDED), "")
}

/// Whether a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Each of its rounds did.
    Whole,
    /// One did not.
    CutShort,
    /// Somebody else has made the folder.
    Unknown,
}

/// Whether a run came to its end.
pub(crate) fn progress(run: &Path) -> Progress {
    match rounds(run).as_slice() {
        [] => Progress::Unknown,
        rounds if rounds.iter().all(|round| round.join(ENDED).is_file()) => Progress::Whole,
        _ => Progress::CutShort,
    }
}

/// The run in a folder: the last one where that holds several, such as a copy of `target/leakcheck`, or itself.
pub(crate) fn run_in(folder: &Path) -> PathBuf {
    let is_run = |run: &PathBuf| run.file_name().is_some_and(is_time) && !rounds(run).is_empty();
    let last = folders(folder).into_iter().filter(is_run).max();
    last.unwrap_or_else(|| folder.to_owned())
}

/// Whether it begins as the names of runs do: `2026-11-30T`.
fn is_time(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let shape = |(letter, at): (&u8, &u8)| match at {
        b'0' => letter.is_ascii_digit(),
        at => letter == at,
    };
    name.len() > 11 && name.iter().zip(b"0000-00-00T").all(shape)
}

/// When a run began, by the name of its folder: `2026-11-30T12:00:00Z`.
pub(crate) fn began(run: &Path) -> Option<String> {
    let name = run.file_name().filter(|name| is_time(name))?.to_str()?;
    let (day, rest) = name.split_at(11);
    let time = rest.get(..9)?.replace('-', ":");
    Some(format!("{day}{time}"))
}

/// The folder of the last run.
pub(crate) fn last(runs: &Path) -> Result<PathBuf, Error> {
    let none = || Error::NoRun {
        folder: runs.to_owned(),
    };
    let is_run = |run: &PathBuf| run.file_name().is_some_and(is_time);
    let last = folders(runs).into_iter().filter(is_run).max();
    last.ok_or_else(none)
}

/// The reports of all rounds. A folder without rounds, such as one that `LEAKCHECK_REPORT_DIR` named, is one round.
pub(crate) fn read(run: &Path) -> (Vec<Vec<Report>>, Vec<Error>) {
    let mut rounds = rounds(run);
    if rounds.is_empty() {
        rounds.push(run.to_owned());
    }
    let (reports, errors): (Vec<_>, Vec<_>) = rounds.iter().map(|path| report::read(path)).unzip();
    (reports, errors.into_iter().flatten().collect())
}

/// The folders of its rounds, in their order.
fn rounds(run: &Path) -> Vec<PathBuf> {
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<usize>().ok();
    let mut rounds = folders(run);
    rounds.retain(|path| number(path).is_some());
    rounds.sort_by_key(number);
    rounds
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_do_not_share_a_folder() {
        let target = tempfile::tempdir().expect("a folder");
        let runs = target.path().join("leakcheck");
        assert!(last(&runs).is_err());
        let first = create(&runs).expect("a folder");
        let second = create(&runs).expect("a folder");
        assert_ne!(first, second);
        fs::create_dir(runs.join("try")).expect("a folder of something else");
        assert_eq!(last(&runs).expect("a run"), second);
    }

    #[test]
    fn a_run_is_whole_once_each_round_has_ended() {
        let run = tempfile::tempdir().expect("a folder");
        let is = |expected| assert_eq!(progress(run.path()), expected);
        is(Progress::Unknown);
        for number in [1, 2] {
            let round = round(run.path(), number).expect("a folder");
            is(Progress::CutShort);
            end(&round).expect("it is written");
            is(Progress::Whole);
        }
    }

    #[test]
    fn the_last_run_of_a_folder_is_meant() {
        let runs = tempfile::tempdir().expect("a folder");
        let runs = runs.path();
        assert_eq!(run_in(runs), runs);
        fs::create_dir_all(runs.join("doctor/1")).expect("a folder");
        assert_eq!(run_in(runs), runs, "this is no time");
        let run = create(runs).expect("a folder");
        assert_eq!(run_in(runs), runs, "it has no round");
        round(&run, 1).expect("a folder");
        assert_eq!(run_in(runs), run);
        assert_eq!(run_in(&run), run);
    }

    #[test]
    fn the_name_says_when_it_began() {
        for (name, expected) in [
            ("2026-11-30T12-01-02Z", Some("2026-11-30T12:01:02Z")),
            ("2026-11-30T12-01-02Z-2", Some("2026-11-30T12:01:02Z")),
            ("2026-11-30T", None),
            ("shard", None),
        ] {
            assert_eq!(began(Path::new(name)).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn rounds_are_read_in_their_order() {
        let run = tempfile::tempdir().expect("a folder");
        for number in [10, 2] {
            let round = round(run.path(), number).expect("a folder");
            let text = format!(
                r#"{{"format_version": 1, "test": "t{number}", "location": {{"file": "a.rs", "line": 1}}, "verdict": "clean", "body": "passed"}}"#
            );
            fs::write(round.join("a.json"), text).expect("it is written");
        }
        let (rounds, errors) = read(run.path());
        assert!(errors.is_empty());
        let tests: Vec<&str> = rounds
            .iter()
            .map(|reports| reports[0].test.as_str())
            .collect();
        assert_eq!(tests, ["t2", "t10"]);
        let (rounds, _) = read(&run.path().join("2"));
        assert_eq!(rounds.len(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let target = tempfile::tempdir().expect("a folder");
        let file = target.path().join("leakcheck");
        fs::write(&file, "").expect("it is written");
        let error = create(&file).expect_err("a file is in the way").to_string();
        assert!(
            error.starts_with(&format!("failed to write {}", file.display())),
            "{error}"
        );
        let (_, errors) = read(&file);
        assert_eq!(errors.len(), 1);
    }
}
