//! A check says clean, lingering or leaked; only what is left fails a test and is printed.

use std::{ffi::OsStr, fs};

use crate::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks},
};

#[test]
fn clean() {
    let run = run!(cleans_up);
    assert_passes(&run);
    let report = run.report();
    assert_eq!(
        (report.verdict.name(), report.body.name()),
        ("clean", "passed")
    );
    assert_left(&report.leaks, &[]);
    assert_left(&report.lingered, &[]);
}

#[test]
fn lingering() {
    let run = run!(ends_late, "LEAKCHECK_TRACE" = "full");
    assert_passes(&run);
    let report = run.report();
    assert_eq!(
        (report.verdict.name(), report.body.name()),
        ("lingering", "passed")
    );
    assert_left(&report.leaks, &[]);
    assert_left(
        &report.lingered,
        &[tasks(1, "tokio::spawn(sleep(Duration::from_secs(2)));")],
    );
    assert!(
        !run.text().contains("leakcheck: "),
        "it is in the file only\n{}",
        run.text()
    );
}

/// What nobody asks for is not read.
#[test]
fn lingering_without_stacks() {
    let run = run!(ends_late);
    assert_passes(&run);
    assert_eq!(run.report().verdict, "lingering");
    assert_left(&run.report().lingered, &[]);
}

#[test]
fn leaked() {
    let run = run!(leaks);
    assert_fails(&run);
    let report = run.report();
    assert_eq!(
        (report.verdict.name(), report.body.name()),
        ("leaked", "passed")
    );
    assert_left(&report.leaks, &[tasks(1, "tokio::spawn(pending::<()>());")]);
    assert_left(&report.lingered, &[]);
    assert!(
        run.text()
            .contains("leakcheck: `verdicts::subject::leaks` left 1 task behind")
    );
}

#[test]
fn both_at_once() {
    let run = run!(one_ends_one_stays, "LEAKCHECK_TRACE" = "full");
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[tasks(1, "tokio::spawn(pending::<()>());")],
    );
    assert_left(
        &run.report().lingered,
        &[tasks(1, "tokio::spawn(sleep(Duration::from_secs(2)));")],
    );
}

#[test]
fn files_are_written_for_what_is_not_clean() {
    for (name, expected) in [("cleans_up", 0), ("ends_late", 1), ("leaks", 1)] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_str().expect("a readable path");
        let run = crate::child::run(module_path!(), name, &[("LEAKCHECK_REPORT_DIR", path)]);
        assert_eq!(run.reports.len(), 0, "the other directory was overridden");
        let files: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), expected, "{name}: {files:?}");
        let is_json = |path: &std::path::PathBuf| path.extension() == Some(OsStr::new("json"));
        assert!(files.iter().all(is_json), "no draft is left: {files:?}");
    }
}

#[test]
fn a_directory_that_is_not_there_yet_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("two/levels");
    run!(
        leaks,
        "LEAKCHECK_REPORT_DIR" = deep.to_str().expect("a readable path")
    );
    assert_eq!(fs::read_dir(deep).unwrap().count(), 1);
}

mod subject {
    use std::{future::pending, time::Duration};

    use leakcheck::leak_checked;
    use tokio::time::sleep;

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn cleans_up() {
        tokio::spawn(async {}).await.unwrap();
    }

    #[leak_checked(settle = "1h")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn ends_late() {
        tokio::spawn(sleep(Duration::from_secs(2)));
    }

    #[leak_checked(settle = "100ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn leaks() {
        tokio::spawn(pending::<()>());
    }

    #[leak_checked(settle = "6s")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn one_ends_one_stays() {
        tokio::spawn(sleep(Duration::from_secs(2)));
        tokio::spawn(pending::<()>());
    }
}
