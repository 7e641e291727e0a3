//! A suite that several machines ran, each a part of it: built on one, run on others, put together on another.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use quick_junit::Report;
use serde_json::Value;

use crate::ended::{Ended, alone, cargo, command, target};

const WORKSPACE: &str = r#"
[workspace]
members = ["app", "worker"]
resolver = "3"
"#;

const WORKER: &str = r#"
[package]
name = "worker"
version = "0.0.0"
edition = "2024"

[dependencies]
tokio = { version = "1.47", features = ["macros", "rt", "sync", "time"] }
"#;

const APP: &str = r#"
[package]
name = "app"
version = "0.0.0"
edition = "2024"

[dev-dependencies]
leakcheck = { path = "LEAKCHECK", features = ["harness"] }
tokio = { version = "1.47", features = ["macros", "rt", "sync", "time"] }
worker = { path = "../worker" }
"#;

const WORKS: &str = "
/// Works in the background.
pub fn start() {
    tokio::spawn(std::future::pending::<()>());
}
";

const TESTS: &str = r"
#[leakcheck::leak_checked]
mod tests {
    #[tokio::test]
    async fn first() {
        worker::start();
    }

    #[tokio::test]
    async fn second() {
        worker::start();
    }

    #[test]
    fn third() {}
}
";

/// A machine with the workspace in a folder of its own.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str) -> Self {
        let machine = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).join("w"));
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../leakcheck");
        let app = APP.replace("LEAKCHECK", &library.display().to_string());
        for (file, text) in [
            ("Cargo.toml", WORKSPACE),
            ("worker/Cargo.toml", WORKER),
            ("worker/src/lib.rs", WORKS),
            ("app/Cargo.toml", &app),
            ("app/src/lib.rs", ""),
            ("app/tests/works.rs", TESTS),
        ] {
            let path = machine.0.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("it is written");
        }
        // The same versions as everything else here.
        let lock =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/packages/seeded-leaks/Cargo.lock");
        fs::copy(lock, machine.0.join("Cargo.lock")).expect("it is copied");
        machine
    }

    fn at(&self, mut command: Command) -> Ended {
        command.current_dir(&self.0);
        Ended::of(command)
    }

    /// Where what it runs is stored.
    fn stored(&self) -> PathBuf {
        self.0.join("target/leakcheck")
    }

    /// Runs a part of the tests that another machine has built.
    fn run(&self, archive: &Path, partition: &str, code: i32) {
        let _ = fs::remove_dir_all(self.stored());
        let mut run = leakcheck(&[
            "nextest",
            "--workspace-remap",
            ".",
            "--partition",
            partition,
        ]);
        run.env("CARGO_TARGET_DIR", self.0.join("target"))
            .arg("--archive-file")
            .arg(archive);
        let run = self.at(run);
        assert_eq!(run.code, Some(code), "{}", run.all());
    }
}

fn leakcheck(args: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_cargo-leakcheck"));
    command.arg("leakcheck").args(args);
    command
}

/// What `report` says of these folders.
fn report(machine: &Machine, folders: &[&Path], args: &[&str]) -> Ended {
    let mut report = leakcheck(&["report"]);
    report.args(folders).args(args);
    machine.at(report)
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn partitions_of_an_archive_are_one_run() {
    let _alone = alone();
    let mut version = cargo();
    version.args(["nextest", "--version"]);
    if Ended::of(version).code != Some(0) {
        return;
    }
    let builder = Machine::new("builder");
    let archive = target().join("shards.tar.zst");
    let mut archiving = cargo();
    archiving
        .args(["nextest", "archive", "--archive-file"])
        .arg(&archive);
    let built = builder.at(archiving);
    assert_eq!(built.code, Some(0), "{}", built.all());
    // Nothing that a report names is there any more.
    fs::remove_dir_all(&builder.0).expect("it is removed");

    let (one, two) = (Machine::new("one"), Machine::new("two"));
    one.run(&archive, "count:1/2", 10);
    two.run(&archive, "count:2/2", 10);
    let here = Machine::new("here");
    let (first, second) = (one.stored(), two.stored());
    let (sarif, junit) = (here.0.join("a.sarif"), here.0.join("a.xml"));
    let shown = [&sarif, &junit].map(|path| path.display().to_string());
    let files = ["--shards", "2", "--sarif", &shown[0], "--junit", &shown[1]];
    let merged = report(&here, &[&first, &second], &files);
    let made = format!(
        "2 tasks, made at {}:4 worker::start",
        here.0.join("worker/src/lib.rs").display()
    );
    merged.expect(
        10,
        &[
            "leakcheck: 2 of 3 checked tests left 2 tasks behind, of 1 cause: 2 new",
            &made,
        ],
    );
    everything_is_in_the_files(&sarif, &junit);

    let missing = report(&here, &[&first], &["--shards=2"]);
    let told = format!(
        "leakcheck: failed to find 2 shards: there is {} with 2 reports",
        first.display()
    );
    missing.expect(11, &[&told]);
    let twice = report(&here, &[&first, &first], &[]);
    twice.expect(
        11,
        &[&format!(
            "leakcheck: failed to merge {}: it is named twice",
            first.display()
        )],
    );
    a_shard_that_was_cut_short_is_told(&here, &first, &second);
}

fn everything_is_in_the_files(sarif: &Path, junit: &Path) {
    let log: Value =
        serde_json::from_str(&fs::read_to_string(sarif).expect("SARIF")).expect("JSON");
    let uris: Vec<&Value> = log["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        .collect();
    assert_eq!(uris.len(), 2);
    let is_found = |uri: &&Value| {
        uri.as_str()
            .is_some_and(|uri| uri.ends_with("worker/src/lib.rs"))
    };
    assert!(uris.iter().all(is_found), "{uris:?}");
    let report = fs::read_to_string(junit).expect("JUnit");
    let report = Report::deserialize_from_str(&report).expect("JUnit");
    assert_eq!((report.tests, report.failures, report.errors), (3, 2, 0));
}

/// As if its machine had been stopped.
fn a_shard_that_was_cut_short_is_told(here: &Machine, first: &Path, second: &Path) {
    let run = fs::read_dir(second)
        .expect("runs")
        .next()
        .expect("a run")
        .expect("a run");
    fs::remove_file(run.path().join("1/ended")).expect("it has ended");
    let cut = report(here, &[first, second], &["--shards", "2"]);
    let told = format!(
        "leakcheck: failed to read all of {}: its tests were not run to their end, and it has 1 report",
        second.display()
    );
    cut.expect(11, &[&told]);
}
