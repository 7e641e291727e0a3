//! The page in a real browser, on runs of a large workspace: what it shows, that it is quick, and that nothing leaves it.

#[path = "../../src/samples/mod.rs"]
mod samples;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use leakcheck_report::Report;

/// Where the driver of the browser and what it needs are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Writes the page of a run with these reports.
fn page(root: &Path, name: &str, run: &[Report]) -> PathBuf {
    page_against(root, name, run, None)
}

/// The same, compared with another run.
fn page_against(root: &Path, name: &str, run: &[Report], before: Option<&Path>) -> PathBuf {
    let reports = root.join(format!("reports-{name}"));
    samples::write(&reports, run).expect("it is written");
    let page = root.join(format!("{name}.html"));
    let begin = Instant::now();
    let ended = Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
        .current_dir(root)
        .args(["leakcheck", "report"])
        .arg(&reports)
        .arg("--html")
        .arg(&page)
        .args(before.map(|before| format!("--against={}", before.display())))
        .env_remove("LEAKCHECK_BASELINE")
        .output()
        .expect("it is run");
    let told = String::from_utf8_lossy(&ended.stderr);
    let is_clean = run.iter().all(|report| report.leaks.is_empty());
    let code = if is_clean { 0 } else { 10 };
    assert_eq!(ended.status.code(), Some(code), "{told}");
    let length = fs::metadata(&page).expect("a page").len();
    let took = begin.elapsed();
    #[expect(
        clippy::print_stderr,
        reason = "these numbers are what one runs it for"
    )]
    {
        eprintln!("{name}.html: {} KiB in {took:?}", length >> 10);
    }
    page
}

/// Without a file it is beside the runs, and opened by the program that is named.
#[test]
#[cfg(unix)]
fn it_is_opened() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().expect("a folder");
    samples::workspace(root.path()).expect("it is written");
    let reports = root.path().join("reports");
    samples::write(&reports, &samples::reports(3)).expect("it is written");
    let (program, opened) = (root.path().join("open"), root.path().join("opened"));
    let text = format!("#!/bin/sh\nprintf %s \"$1\" >{}\n", opened.display());
    fs::write(&program, text).expect("it is written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    let open = |program: &Path| {
        Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
            .current_dir(root.path())
            .args(["leakcheck", "report", "reports", "--open"])
            .args(["--target-dir", "built"])
            .env_remove("LEAKCHECK_BASELINE")
            .env("BROWSER", program)
            .output()
            .expect("it is run")
    };
    assert_eq!(open(&program).status.code(), Some(10));
    let page = root.path().join("built/leakcheck/report.html");
    assert!(page.is_file());
    let begin = Instant::now();
    while !fs::read_to_string(&opened).is_ok_and(|path| Path::new(&path) == page) {
        assert!(begin.elapsed().as_secs() < 120, "it is not opened");
    }
    let none = open(&root.path().join("gone"));
    assert_eq!(none.status.code(), Some(11));
    let told = String::from_utf8_lossy(&none.stderr);
    assert!(told.contains(": failed to open "), "{told}");
    assert!(told.contains("or name a program in BROWSER"), "{told}");
}

#[test]
#[ignore = "needs chromium and node; `.ci/run browser`"]
fn the_page_does_what_it_should() {
    let root = tempfile::tempdir().expect("a folder");
    samples::workspace(root.path()).expect("it is written");
    let history = root.path().join("leakcheck.history");
    fs::write(history, samples::HISTORY).expect("it is written");
    let of = |findings: usize| {
        let run = samples::reports(findings);
        page(root.path(), &findings.to_string(), &run)
    };
    let mut pages = [10, 1000, 10_000].map(of).to_vec();
    let run = samples::reports(40);
    let mut before = run.clone();
    before.retain(|report| report.package != run[0].package);
    let earlier = root.path().join("before");
    samples::write(&earlier, &before).expect("it is written");
    pages.push(page_against(root.path(), "against", &run, Some(&earlier)));
    let mut untimed = run.clone();
    for report in &mut untimed {
        report.timeline = None;
    }
    pages.push(page(root.path(), "untimed", &untimed));
    pages.push(page(root.path(), "hostile", &samples::hostile()));
    pages.push(page(root.path(), "clean", &samples::reports(0)));
    let modules = folder().join("node_modules/playwright-core");
    assert!(
        modules.is_dir(),
        "{} is not there: run `npm ci` in {}",
        modules.display(),
        folder().display()
    );
    let mut driver = Command::new("node");
    driver.arg(folder().join("drive.mjs")).args(&pages);
    let status = driver.status().expect("node is there");
    assert!(status.success(), "{status}");
}
