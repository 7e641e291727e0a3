//! Every mistake is a compile error that is shown where it was made and says what to write instead.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

/// Outside of a test build `#[test]` removes its function, mistakes and all, so these are compiled for testing.
#[test]
fn mistakes_in_test_builds_are_explained() {
    let mut cases = 0;
    for entry in fs::read_dir("ui/in_test_builds").expect("the cases are there") {
        let case = entry.expect("the cases are there").path();
        if case.extension().is_some_and(|extension| extension == "rs") {
            compare(&case);
            cases += 1;
        }
    }
    assert!(cases > 0);
}

/// Compares what the compiler says about a file with the `.stderr` beside it, or writes that if told to.
fn compare(case: &Path) {
    let actual = errors(case);
    let expected = case.with_extension("stderr");
    if env::var_os("TRYBUILD").is_some_and(|mode| mode == "overwrite") {
        fs::write(&expected, &actual).expect("the expectation can be written");
    }
    let expected = fs::read_to_string(&expected).unwrap_or_default();
    assert_eq!(actual, expected, "{}:\n{actual}", case.display());
}

/// The errors of the compiler in a test build of one file.
fn errors(case: &Path) -> String {
    let this = env::current_exe().expect("a running test has a binary");
    let libraries = this.parent().expect("binaries are in a folder");
    let externs = ["leakcheck", "test_case", "tokio"].map(|name| {
        let library = newest(libraries, &format!("lib{name}-")).expect("this test depends on it");
        format!("--extern={name}={}", library.display())
    });
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args([
            "--test",
            "--edition=2024",
            "--emit=metadata",
            "--cap-lints=allow",
            "--out-dir",
        ])
        .arg(scratch.path())
        .arg("-L")
        .arg(libraries)
        .args(externs)
        .arg(case)
        .output()
        .expect("there is a compiler");
    assert!(!output.status.success(), "{} has compiled", case.display());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The library that was built last among those whose names start with `prefix`.
fn newest(folder: &Path, prefix: &str) -> Option<PathBuf> {
    let files = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()));
    let is_wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(prefix) && name.ends_with(".rlib")
    };
    files
        .filter(is_wanted)
        .max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok())
}
