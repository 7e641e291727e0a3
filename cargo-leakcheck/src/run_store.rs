//! Runs that are kept below the target folder: `leakcheck/<time>/<round>/*.json`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    error::Error,
    report::{self, Report},
};

/// Makes the folder of a new run.
pub(crate) fn create(runs: &Path) -> Result<PathBuf, Error> {
    let time = humantime::format_rfc3339_seconds(SystemTime::now());
    let name = time.to_string().replace(':', "-");
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

/// Makes the folder of one round of a run.
pub(crate) fn round(run: &Path, number: usize) -> Result<PathBuf, Error> {
    let path = run.join(number.to_string());
    match fs::create_dir_all(&path) {
        Ok(()) => Ok(path),
        Err(cause) => Err(Error::Write { path, cause }),
    }
}

/// The folder of the last run.
pub(crate) fn last(runs: &Path) -> Result<PathBuf, Error> {
    let none = || Error::NoRun {
        folder: runs.to_owned(),
    };
    let is_run = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_digit()))
    };
    let last = folders(runs).into_iter().filter(is_run).max();
    last.ok_or_else(none)
}

/// The reports of all rounds. A folder without rounds, such as one that `LEAKCHECK_REPORT_DIR` named, is one round.
pub(crate) fn read(run: &Path) -> (Vec<Vec<Report>>, Vec<Error>) {
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<usize>().ok();
    let mut rounds = folders(run);
    rounds.retain(|path| number(path).is_some());
    rounds.sort_by_key(number);
    if rounds.is_empty() {
        rounds.push(run.to_owned());
    }
    let (reports, errors): (Vec<_>, Vec<_>) = rounds.iter().map(|path| report::read(path)).unzip();
    (reports, errors.into_iter().flatten().collect())
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
