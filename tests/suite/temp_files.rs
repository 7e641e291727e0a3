//! What a test leaves in a temporary folder is a warning at its end, is waited for by nobody, and is its own and no other test's.

use leakcheck_tests::Run;

use crate::{
    child::{assert_fails, assert_passes, run_all, subjects},
    expect_leaks::{assert_left, made},
};

const FOLDER: &str = "fs::create_dir(path()).unwrap();";

/// Runs a subject in a temporary folder of its own, which goes with all that is left there.
fn run_in_folder(subject: &str, variables: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let variables: Vec<_> = variables
        .iter()
        .copied()
        .chain([("TMPDIR", path)])
        .collect();
    crate::child::run(module_path!(), subject, &variables)
}

/// Levels of all entries.
fn levels(run: &Run) -> Vec<&str> {
    let leaks = run.report().leaks.iter();
    leaks.map(|leak| leak.level.name()).collect()
}

#[test]
fn it_is_a_warning_unless_levels_say_otherwise() {
    let run = run_in_folder("leaves_a_folder", &[]);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[made("temp_file", FOLDER)]);
    assert_eq!(levels(&run), ["warn"]);
    assert_eq!(run.report().verdict, "leaked");

    // What is said of all kinds does not raise it.
    for general in ["deny", "warn"] {
        let run = run_in_folder("leaves_a_folder", &[("LEAKCHECK", general)]);
        assert_passes(&run);
        assert_eq!(levels(&run), ["warn"]);
    }
    let run = run_in_folder(
        "leaves_a_folder",
        &[("LEAKCHECK_LEVELS", "temp_files=deny")],
    );
    assert_fails(&run);
    assert_eq!(levels(&run), ["deny"]);
    let run = run_in_folder("leaves_a_folder", &[("LEAKCHECK_LEVELS", "temp_files=off")]);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
    assert!(!run.report().coverage.contains_key("temp_file"));
}

#[test]
fn it_stands_beside_what_fails_the_test() {
    let run = run_in_folder("leaves_a_thread_as_well", &[]);
    assert_fails(&run);
    let thread = made("thread", "thread::spawn(thread::park);");
    assert_left(&run.report().leaks, &[thread, made("temp_file", FOLDER)]);
    assert_eq!(levels(&run), ["deny", "warn"]);
}

#[test]
fn what_a_blocking_closure_makes_is_the_test_s() {
    let run = run_in_folder("leaves_it_from_a_closure", &[]);
    assert_passes(&run);
    assert_left(
        &run.report().leaks,
        &[made(
            "temp_file",
            "let make = || fs::create_dir(path()).unwrap();",
        )],
    );
}

/// Several at once make and remove a folder at the same path; one leaves a file of its own.
#[test]
fn it_is_no_other_test_s() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let several = subjects(module_path!()) + "at_once_";
    let run = run_all(&["--test-threads=4", &several], &[("TMPDIR", path)]);
    assert_passes(&run);
    let mut found: Vec<(&str, &str, usize)> = run
        .reports
        .iter()
        .map(|report| {
            let name = report.test.rsplit('_').next().unwrap();
            (name, report.verdict.name(), report.leaks.len())
        })
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("first", "clean", 0),
            ("fourth", "clean", 0),
            ("second", "leaked", 1),
            ("third", "clean", 0)
        ]
    );
}

#[test]
fn the_middle_of_a_test_is_not_its_end() {
    let run = run_in_folder("has_a_folder_in_the_middle", &[]);
    assert_passes(&run);
    for report in &run.reports {
        assert_eq!(report.verdict, "clean");
    }
}

/// Files of reports are no test's, also where they are written while it runs.
#[test]
fn reports_are_nobody_s() {
    let run = run_in_folder("guards_and_goes_on", &[]);
    assert_passes(&run);
    let verdicts: Vec<&str> = run
        .reports
        .iter()
        .map(|report| report.verdict.name())
        .collect();
    assert_eq!(verdicts, ["clean", "clean"]);
}

#[test]
fn a_path_that_is_too_long_is_said() {
    let run = run_in_folder("makes_a_long_path", &[]);
    assert_passes(&run);
    assert_eq!(run.report().verdict, "inconclusive");
    let said = "1 temporary file could not be recorded";
    let run = run_in_folder(
        "makes_a_long_path",
        &[("LEAKCHECK_LEVELS", "temp_files=deny")],
    );
    assert_fails(&run);
    assert!(run.text().contains(said), "{}", run.text());
}

#[test]
fn rounds_do_not_tell_it() {
    let run = run_in_folder("leaves_one_each_round", &[]);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

mod subject {
    use std::{
        fs,
        path::PathBuf,
        process,
        sync::atomic::{AtomicU32, Ordering},
        thread,
    };

    use leakcheck::{LeakGuard, Options, leak_checked};

    /// A path that nobody has.
    fn path() -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        std::env::temp_dir().join(format!("left-{}-{number}", process::id()))
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_a_folder() {
        fs::create_dir(path()).unwrap();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_a_thread_as_well() {
        fs::create_dir(path()).unwrap();
        thread::spawn(thread::park);
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn leaves_it_from_a_closure() {
        let make = || fs::create_dir(path()).unwrap();
        tokio::task::spawn_blocking(make).await.unwrap();
    }

    /// Makes and removes a folder that others make and remove as well.
    fn takes_turns() {
        let path = std::env::temp_dir().join("shared");
        for _ in 0..200 {
            if fs::create_dir(&path).is_ok() {
                fs::remove_dir(&path).unwrap();
            }
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "run by a property"]
    fn at_once_first() {
        takes_turns();
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks on purpose"]
    fn at_once_second() {
        takes_turns();
        fs::write(path(), "1").unwrap();
    }

    #[leak_checked]
    #[test]
    #[ignore = "run by a property"]
    fn at_once_third() {
        takes_turns();
    }

    #[leak_checked]
    #[test]
    #[ignore = "run by a property"]
    fn at_once_fourth() {
        takes_turns();
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "run by a property"]
    async fn has_a_folder_in_the_middle() {
        let guard = LeakGuard::new(Options::new());
        let checkpoint = leakcheck::checkpoint();
        let folder = path();
        fs::create_dir(&folder).unwrap();
        checkpoint.verify().await;
        assert!(guard.finish().is_clean());
        fs::remove_dir(folder).unwrap();
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks on purpose"]
    fn guards_and_goes_on() {
        drop(LeakGuard::new(Options::new()));
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks on purpose"]
    fn makes_a_long_path() {
        fs::create_dir(std::env::temp_dir().join("x".repeat(250))).unwrap();
    }

    #[leak_checked(repeat = "1:2")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_one_each_round() {
        fs::create_dir(path()).unwrap();
    }
}
