//! The file of one report: whole, and under a name that nobody else has, or not there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use leakcheck_report::Written;

use crate::{
    base::{
        error::{Error, Repr},
        model::{Report, Subject},
    },
    report::render,
    sys::writing,
};

/// Of a name, in bytes. With what follows it is within the 143 that encrypted folders allow; others allow 255.
const LONGEST: usize = 110;

/// Names that are tried. Those of one process are told apart by its number for them; processes that do not see each other
/// may have the same, and then one goes on to the next.
const TRIED: usize = 100_000;

/// Writes a report into a folder, which is made where there is none; `written` says which checks have one there.
///
/// # Errors
///
/// Where that is not possible; then no part of it stays there.
pub(super) fn write(report: &Report, dir: &Path, written: Written) -> Result<(), Error> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let names = std::iter::repeat_with(|| {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (stem, process) = (stem(&report.subject), process::id());
        format!("{stem}-{process}-{number}.json")
    });
    let text = render::to_json(report, Some(written));
    writing::without_signals(|| write_one_of(dir, names, text.as_bytes()))
}

fn write_one_of(dir: &Path, names: impl Iterator<Item = String>, text: &[u8]) -> Result<(), Error> {
    fs::create_dir_all(dir).map_err(failed(dir))?;
    let (mut file, draft, path) = claim(dir, names)?;
    let written = file.write_all(text).map_err(failed(&draft));
    drop(file);
    let written = written.and_then(|()| fs::rename(&draft, &path).map_err(failed(&path)));
    if written.is_err() {
        // That it failed is what is told.
        let _ = fs::remove_file(&draft);
    }
    written.map_err(Into::into)
}

/// The first name that is free, and a draft beside it. Readers may look at any time, so it gets its name once it is whole:
/// that is this one's for as long as the draft is.
fn claim(
    dir: &Path,
    names: impl Iterator<Item = String>,
) -> Result<(File, PathBuf, PathBuf), Repr> {
    let mut taken = failed(dir)(ErrorKind::AlreadyExists.into());
    for name in names.take(TRIED) {
        let (path, draft) = (dir.join(&name), dir.join(format!("{name}.part")));
        // Follows no symbolic link, whoever has put it there.
        match OpenOptions::new().write(true).create_new(true).open(&draft) {
            Ok(file) if is_free(&path) => return Ok((file, draft, path)),
            Ok(_) => fs::remove_file(&draft).map_err(failed(&draft))?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                taken = failed(&draft)(error);
            }
            Err(error) => return Err(failed(&draft)(error)),
        }
    }
    Err(taken)
}

fn is_free(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Repr {
    let path = path.to_owned();
    move |cause| Repr::Write {
        path: path.clone(),
        cause: cause.to_string(),
    }
}

/// What the name begins with: the test's own, as far as it fits.
fn stem(subject: &Subject) -> String {
    let name = format!("{}-{}", subject.binary, subject.test.replace("::", "."));
    let mut stem: String = name
        .chars()
        .map(|c| match c {
            '-' | '.' | '_' => c,
            c if c.is_alphanumeric() => c,
            _ => '_',
        })
        .collect();
    stem.truncate(
        (0..=LONGEST)
            .rfind(|at| stem.is_char_boundary(*at))
            .unwrap_or(0),
    );
    stem
}

#[cfg(all(test, unix, not(leakcheck_loom), not(miri)))]
mod tests {
    use std::{os::unix::fs::symlink, thread};

    use super::*;
    use crate::base::model::Location;

    fn subject(test: &str) -> Subject {
        Subject {
            package: None,
            package_dir: None,
            binary: "pool".to_owned(),
            test: test.to_owned(),
            function: None,
            location: Location {
                file: "tests/pool.rs".to_owned(),
                from_root: "tests/pool.rs".to_owned(),
                line: 1,
            },
        }
    }

    fn numbered() -> impl Iterator<Item = String> {
        (0..).map(|number| format!("a-1-{number}.json"))
    }

    fn files(dir: &Path) -> Vec<String> {
        let files = fs::read_dir(dir).unwrap();
        let name =
            |file: io::Result<fs::DirEntry>| file.unwrap().file_name().into_string().unwrap();
        let mut files: Vec<String> = files.map(name).collect();
        files.sort();
        files
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("leakcheck-{name}-{}", process::id()));
        fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn names_fit_wherever_their_characters_end() {
        let dir = folder("names");
        for width in 1..=4 {
            let c = ["a", "ä", "漏", "𠮷"][width - 1];
            for before in 0..4 {
                let name = stem(&subject(&format!(
                    "{}{}",
                    "x".repeat(before),
                    c.repeat(300)
                )));
                assert!(name.len() <= LONGEST && name.len() > LONGEST - 4, "{name}");
                let name = format!("{name}-{}-{}.json", u32::MAX, u32::MAX);
                assert!(name.len() + ".part".len() <= 143, "{name}");
                write_one_of(&dir, [name.clone()].into_iter(), b"{}").unwrap();
                assert_eq!(fs::read(dir.join(name)).unwrap(), b"{}");
            }
        }
        assert_eq!(stem(&subject("a::b c/..\n")), "pool-a.b_c_.._");
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn processes_with_the_same_number_write_over_nothing() {
        const PROCESSES: usize = 4;
        const REPORTS: usize = 50;
        let dir = folder("numbers");
        thread::scope(|scope| {
            for process in 0..PROCESSES {
                let dir = &dir;
                scope.spawn(move || {
                    for report in 0..REPORTS {
                        let text = format!("{process} {report}");
                        write_one_of(dir, numbered(), text.as_bytes()).unwrap();
                    }
                });
            }
        });
        let files = files(&dir);
        let mut texts: Vec<String> = files
            .iter()
            .map(|file| fs::read_to_string(dir.join(file)).unwrap())
            .collect();
        texts.sort();
        texts.dedup();
        assert_eq!(
            (files.len(), texts.len()),
            (PROCESSES * REPORTS, PROCESSES * REPORTS)
        );
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn no_link_is_followed() {
        let dir = folder("links");
        let (kept, missing) = (dir.join("kept"), dir.join("missing"));
        fs::write(&kept, "kept").unwrap();
        for (number, target) in [&kept, &missing].into_iter().enumerate() {
            symlink(target, dir.join(format!("a-1-{}.json.part", 2 * number))).unwrap();
            symlink(target, dir.join(format!("a-1-{}.json", 2 * number + 1))).unwrap();
        }
        write_one_of(&dir, numbered(), b"{}").unwrap();
        assert_eq!(fs::read(&kept).unwrap(), b"kept");
        assert!(!missing.exists());
        assert_eq!(fs::read(dir.join("a-1-4.json")).unwrap(), b"{}");
        assert_eq!(files(&dir).len(), 6);
        fs::remove_dir_all(dir).unwrap();
    }
}
