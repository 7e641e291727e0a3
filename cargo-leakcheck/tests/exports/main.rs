//! What is written for other programs, read by these: each has to be there, or its test fails and says how to get it.

#[path = "../../src/samples/mod.rs"]
mod samples;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A workspace with a run of so many findings.
struct Run {
    root: tempfile::TempDir,
}

impl Run {
    fn of(findings: usize) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        samples::workspace(root.path()).expect("it is written");
        let reports = root.path().join("reports");
        samples::write(&reports, &samples::reports(findings)).expect("it is written");
        Self { root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes a file of it by the flag with this name.
    fn export(&self, flag: &str, name: &str) -> PathBuf {
        let ended = Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
            .current_dir(self.root.path())
            .args(["leakcheck", "report", "reports", flag, name])
            .env_remove("LEAKCHECK_BASELINE")
            .output()
            .expect("it is run");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(10), "{told}");
        self.path(name)
    }
}

/// What a reader prints, which has to be content.
fn read(program: &str, package: &str, args: &[&str], file: &Path) -> String {
    let mut command = Command::new(program);
    command
        .args(args)
        .arg(file)
        .env("PPROF_TMPDIR", std::env::temp_dir());
    let ended = command.output().unwrap_or_else(|cause| {
        panic!("{program} is not there ({cause}): install Debian's package {package}")
    });
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{program}: {told}");
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

#[test]
#[ignore = "needs graphviz; `.ci/run exports`"]
fn graphviz_draws_the_graph() {
    let run = Run::of(120);
    let dot = run.export("--dot", "leaks.dot");
    let text = fs::read_to_string(&dot).expect("a graph");
    let count = |text: &str, part: &str| text.matches(part).count();
    let plain = read("dot", "graphviz", &["-Tplain"], &dot);
    assert_eq!(count(&plain, "\nedge "), count(&text, " -> "));
    let nodes = count(&text, " [label=") - count(&text, " -> ");
    assert_eq!(count(&plain, "\nnode "), nodes);
    let svg = read("dot", "graphviz", &["-Tsvg"], &dot);
    assert_eq!(count(&svg, "class=\"cluster\""), count(&text, "subgraph "));
    assert!(svg.contains("stroke=\"red\""), "a cycle is red");
    assert!(svg.contains("own&#45;sender"), "{svg}");
}

#[test]
#[ignore = "needs go; `.ci/run exports`"]
fn pprof_reads_the_profile() {
    let run = Run::of(1000);
    let profile = run.export("--pprof", "leaks.pb.gz");
    let top = |index: &str| {
        let index = format!("-sample_index={index}");
        read(
            "go",
            "golang-go",
            &["tool", "pprof", "-top", &index],
            &profile,
        )
    };
    let created = top("created");
    assert!(created.contains("Type: created"), "{created}");
    assert!(created.contains("::Pool::connect"), "{created}");
    let waiting = top("waiting");
    assert!(
        waiting.contains("tokio::sync::mpsc::Receiver::recv"),
        "{waiting}"
    );
    let threads = [
        "tool",
        "pprof",
        "-top",
        "-sample_index=created",
        "-tagfocus=kind=thread",
    ];
    let threads = read("go", "golang-go", &threads, &profile);
    assert!(threads.contains("::Pool::watch"), "{threads}");
    assert!(!threads.contains("::Pool::resolver"), "{threads}");
    let raw = read("go", "golang-go", &["tool", "pprof", "-raw"], &profile);
    assert!(raw.contains("created/things waiting/things"), "{raw}");
    assert!(raw.contains("src/client/pool.rs:"), "{raw}");
}
