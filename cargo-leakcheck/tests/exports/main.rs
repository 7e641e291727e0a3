//! What is written for other programs, read by these: each has to be there, or its test fails and says how to get it.

mod perfetto;
mod prometheus;
#[path = "../../src/samples/mod.rs"]
mod samples;
mod traces;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use leakcheck_report::Report;

/// A workspace with a run.
struct Run {
    root: tempfile::TempDir,
}

impl Run {
    /// With so many findings.
    fn of(findings: usize) -> Self {
        Self::with(&samples::reports(findings))
    }

    fn with(run: &[Report]) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        samples::workspace(root.path()).expect("it is written");
        let reports = root.path().join("reports");
        samples::write(&reports, run).expect("it is written");
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
            .args((flag == "--metrics").then_some("--label=stage=be\"fore"))
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

/// The program that flame graphs come from, as Debian has it.
const FLAMEGRAPH: &str = "/usr/share/perl5/Devel/NYTProf/flamegraph.pl";

fn flamegraph(folded: &Path) -> String {
    let package = "libdevel-nytprof-perl";
    assert!(
        Path::new(FLAMEGRAPH).is_file(),
        "{FLAMEGRAPH} is not there: install Debian's package {package}"
    );
    read("perl", package, &[FLAMEGRAPH], folded)
}

#[test]
#[ignore = "needs flamegraph.pl; `.ci/run exports`"]
fn flamegraph_draws_the_stacks() {
    let run = Run::of(120);
    let svg = flamegraph(&run.export("--folded", "leaks.folded"));
    assert!(
        svg.contains("<title>gateway::client::pool::Pool::connect ("),
        "{svg}"
    );
    assert!(svg.contains("<title>[fd] TCP socket ("), "{svg}");
}

#[test]
#[ignore = "needs graphviz, go, promtool and flamegraph.pl; `.ci/run exports`"]
fn hostile_names_are_read_as_names() {
    let run = Run::with(&samples::hostile());
    let svg = read(
        "dot",
        "graphviz",
        &["-Tsvg"],
        &run.export("--dot", "leaks.dot"),
    );
    assert!(!svg.contains("<script") && !svg.contains("<img"), "{svg}");
    let profile = run.export("--pprof", "leaks.pb.gz");
    let raw = read("go", "golang-go", &["tool", "pprof", "-raw"], &profile);
    assert!(raw.contains("<img src=x onerror="), "{raw}");
    prometheus::promtool(&run.export("--metrics", "leaks.prom"));
    let svg = flamegraph(&run.export("--folded", "leaks.folded"));
    assert!(!svg.contains("<img"), "{svg}");
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

/// A run is added once, with what is checked out, and shown.
#[test]
fn a_history_grows_by_a_run() {
    let run = Run::of(10);
    let history = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
            .current_dir(run.root.path())
            .args(["leakcheck", "history"])
            .args(args)
            .env_remove("LEAKCHECK_BASELINE")
            .output()
            .expect("it is run")
    };
    let none = history(&[]);
    assert_eq!(none.status.code(), Some(11));
    let told = String::from_utf8_lossy(&none.stderr);
    assert!(
        told.contains("add the last one with `cargo leakcheck history --add`"),
        "{told}"
    );

    fs::write(run.path("leakcheck.history"), samples::HISTORY).expect("it is written");
    let stored = run.path("stored/2026-11-30T12-00-00Z");
    fs::create_dir_all(&stored).expect("a folder");
    fs::rename(run.path("reports"), stored.join("1")).expect("it is moved");
    fs::write(stored.join("revision"), "7842648c0a1b main\n").expect("it is written");
    for _ in 0..2 {
        let added = history(&["--add", "stored"]);
        let told = String::from_utf8_lossy(&added.stdout);
        assert_eq!(added.status.code(), Some(0), "{told}");
        assert!(
            told.contains("2026-11-30 12:00:00  7842648c0a1b "),
            "{told}"
        );
    }
    let text = fs::read_to_string(run.path("leakcheck.history")).expect("a history");
    assert_eq!(text.lines().count(), 7, "{text}");
    assert!(
        text.contains(" main tests=6 new=10 known=0 fixed=0 hung=1 "),
        "{text}"
    );

    // From then on it is told since when each cause is there.
    let shown = Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
        .current_dir(run.root.path())
        .args(["leakcheck", "report", "stored", "--html", "leaks.html"])
        .env_remove("LEAKCHECK_BASELINE")
        .output()
        .expect("it is run");
    let told = String::from_utf8_lossy(&shown.stdout).into_owned();
    let since = "in leakcheck.history since 2026-11-30 12:00:00, 7842648c0a1b";
    assert!(told.contains(&format!("\n    {since}\n")), "{told}");
    let page = fs::read_to_string(run.path("leaks.html")).expect("a page");
    assert!(page.contains(&format!("\"seen\":\"{since}\"")));

    fs::write(run.path("leakcheck.history"), text + "=======\n").expect("it is written");
    let broken = history(&["--add", "stored"]);
    assert_eq!(broken.status.code(), Some(11));
    let told = String::from_utf8_lossy(&broken.stderr);
    assert!(
        told.contains("leakcheck.history:8: a merge was left here"),
        "{told}"
    );
    assert!(told.contains("nothing was added"), "{told}");
}

/// Where nobody clicks, places are text, also if colours are asked for.
#[test]
fn what_is_no_terminal_gets_no_links() {
    let run = Run::of(10);
    let ended = Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
        .current_dir(run.root.path())
        .args(["leakcheck", "report", "reports", "--color", "always"])
        .env_remove("LEAKCHECK_BASELINE")
        .envs([("TERM", "xterm-kitty"), ("TERM_PROGRAM", "WezTerm")])
        .output()
        .expect("it is run");
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(
        told.contains("\u{1b}[1m") && !told.contains("\u{1b}]8"),
        "{told}"
    );
}

/// Two runs are compared as they are stored, and nothing is claimed where one cannot be read.
#[test]
fn two_runs_are_compared() {
    let run = Run::of(40);
    let less = run.path("less");
    fs::create_dir(&less).expect("a folder");
    let names: Vec<PathBuf> = fs::read_dir(run.path("reports"))
        .expect("reports")
        .map(|entry| entry.expect("a report").path())
        .collect();
    for path in &names {
        let text = fs::read_to_string(path).expect("a report");
        let mut report: Report = serde_json::from_str(&text).expect("a report");
        report.leaks.clear();
        report.known.clear();
        report.verdict = leakcheck_report::Verdict::Clean;
        let name = path.file_name().expect("a name");
        fs::write(less.join(name), report.to_json()).expect("it is written");
    }
    let diff = |args: &[&str]| {
        let ended = Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
            .current_dir(run.root.path())
            .args(["leakcheck", "diff"])
            .args(args)
            .env_remove("LEAKCHECK_BASELINE")
            .env("GITHUB_STEP_SUMMARY", run.path("step.md"))
            .output()
            .expect("it is run");
        let [told, complained] =
            [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        (ended.status.code(), told, complained)
    };

    let (code, told, _) = diff(&["less", "reports"]);
    assert_eq!(code, Some(10), "{told}");
    assert!(told.contains("causes are new\n  before: less, "), "{told}");
    let (code, told, complained) = diff(&["reports", "less"]);
    assert_eq!(code, Some(0), "{told}{complained}");
    assert!(told.contains("causes are gone\n"), "{told}");
    let step = fs::read_to_string(run.path("step.md")).expect("a page");
    assert_eq!(step.matches("### leakcheck: two runs compared").count(), 2);

    // A run that cannot be read, is empty, cut short, or the same.
    fs::create_dir_all(run.path("empty/sub")).expect("a folder");
    fs::create_dir_all(run.path("cut/1")).expect("a folder");
    fs::copy(&names[0], run.path("cut/1/0.json")).expect("it is copied");
    for (args, why) in [
        (["reports", "none"], "failed to read none: "),
        (["empty", "reports"], "failed to find a report in empty: "),
        (
            ["reports", "cut"],
            "failed to read all of cut: its tests were not run to their end",
        ),
        (
            ["reports", "./reports"],
            "failed to compare ./reports with itself: ",
        ),
    ] {
        let (code, told, complained) = diff(&args);
        assert_eq!(code, Some(11), "{told}{complained}");
        assert!(complained.contains(why), "{complained}");
    }
    let (code, _, complained) = diff(&["reports"]);
    assert_eq!(code, Some(11));
    assert!(
        complained.contains("failed to find a stored run in "),
        "{complained}"
    );

    let (code, told, _) = diff(&["less", "reports", "--format", "json"]);
    let read: leakcheck_report::diff::Diff = serde_json::from_str(&told).expect("JSON");
    assert!(
        code == Some(10) && read.fails && !read.changes.is_empty(),
        "{told}"
    );
    let (code, told, _) = diff(&["reports", "--format", "json"]);
    let read: leakcheck_report::diff::Diff = serde_json::from_str(&told).expect("JSON");
    assert!(code == Some(11) && read.errors.len() == 1, "{told}");
}
