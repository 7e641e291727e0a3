//! Time lines, read as viewers read them: a Chrome trace by a parser of others, one of nextest's beside it, and a profile by the
//! Firefox profiler's own program.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use leakcheck_report::{Report, Timeline};
use serde_json::{Value, json};

use crate::{Run, read, samples};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports")
}

/// What a parser of Chrome traces makes of this one.
fn parsed(trace: &Path) -> Vec<Value> {
    let modules = folder().join("node_modules/@tracerbench/trace-model");
    assert!(
        modules.is_dir(),
        "{} is not there: run `npm ci` in {}",
        modules.display(),
        folder().display()
    );
    let script = folder().join("read_trace.mjs").display().to_string();
    let told = read("node", "nodejs", &[&script], trace);
    serde_json::from_str(&told).expect("JSON")
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().expect(name)
}

fn timelines(reports: &[Report]) -> Vec<&Timeline> {
    reports
        .iter()
        .filter_map(|report| report.timeline.as_ref())
        .collect()
}

#[test]
#[ignore = "needs node; `.ci/run exports`"]
fn a_parser_of_chrome_traces_reads_them() {
    let reports = samples::reports(100);
    let run = Run::with(&reports);
    let processes = parsed(&run.export("--chrome-trace", "leaks.json"));
    assert_eq!(processes.len(), timelines(&reports).len());
    let (mut left, mut alone) = (0, 0);
    for process in &processes {
        let name = process["name"].as_str().expect("a name");
        let test = &list(process, "threads")[0];
        assert_eq!(test["name"], "test");
        let slices = list(test, "slices");
        assert_eq!((&slices[0]["name"], slices.len()), (&json!(name), 2));
        assert_eq!(slices[1]["within"], name, "the body is within the check");
        for track in &list(process, "threads")[1..] {
            let [slice] = list(track, "slices") else {
                panic!("each thing has a track: {track}");
            };
            let track = track["name"].as_str().expect("a name");
            assert!(slice["name"].as_str().expect("a name").starts_with(track));
            alone += 1;
            left += usize::from(slice["args"]["fingerprint"].is_string());
        }
    }
    assert!(left > 0 && alone > left, "{left} of {alone}");
}

#[test]
#[ignore = "needs node; `.ci/run exports`"]
fn hostile_names_are_names_in_traces() {
    let run = Run::with(&samples::hostile());
    let processes = parsed(&run.export("--chrome-trace", "leaks.json"));
    let is_hostile = |process: &Value| process["name"].to_string().contains("<img src=x");
    assert!(processes.iter().any(is_hostile));
    run.export("--firefox", "leaks.profile.json");
}

/// As `cargo nextest store export-chrome-trace` writes it.
fn of_nextest(began_unix_us: u64) -> String {
    let event = |phase: &str, at: u64| {
        // It writes fractions.
        let time = format!("{}.5", began_unix_us + at);
        let time: Value = serde_json::from_str(&time).expect("a number");
        json!({
            "name": "pool::reconnects_0000", "cat": "test", "ph": phase, "pid": 3, "tid": 10000,
            "ts": time, "args": { "binary_id": "gateway::integration" },
        })
    };
    let events = [event("B", 0), event("E", 600_000)];
    json!({ "traceEvents": events, "displayTimeUnit": "ms" }).to_string()
}

fn merged(run: &Run, other: &str) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
        .current_dir(run.path("."))
        .args(["leakcheck", "report", "reports", "--chrome-trace"])
        .args(["leaks.json", "--merge", other])
        .env_remove("LEAKCHECK_BASELINE")
        .output()
        .expect("it is run")
}

#[test]
#[ignore = "needs node; `.ci/run exports`"]
fn nextest_is_on_the_same_time_line() {
    let reports = samples::reports(10);
    let run = Run::with(&reports);
    let began = timelines(&reports)[0].began_unix_us;
    fs::write(run.path("nextest.json"), of_nextest(began - 10)).expect("it is written");
    let ended = merged(&run, "nextest.json");
    assert_eq!(ended.status.code(), Some(10), "{ended:?}");
    let processes = parsed(&run.path("leaks.json"));
    let slices = processes
        .iter()
        .flat_map(|process| list(process, "threads"))
        .flat_map(|thread| list(thread, "slices"));
    let spans = slices.map(|slice| {
        let [start, duration] = ["start", "duration"].map(|name| slice[name].as_f64());
        let [start, duration] = [start.expect("a time"), duration.expect("a time")];
        (
            slice["name"].as_str().expect("a name"),
            start,
            start + duration,
        )
    });
    let spans: Vec<(&str, f64, f64)> = spans.collect();
    let find = |name: &str| {
        let found = spans.iter().find(|span| span.0 == name);
        *found.unwrap_or_else(|| panic!("{name} is in {spans:?}"))
    };
    let (of_runner, own) = (
        find("pool::reconnects_0000"),
        find("gateway::integration pool::reconnects_0000"),
    );
    assert!(of_runner.1 <= own.1 && own.2 <= of_runner.2, "{spans:?}");
}

#[test]
fn what_is_no_trace_is_refused() {
    let run = Run::of(10);
    fs::write(run.path("none.json"), "{\"tests\": 3}").expect("it is written");
    for (other, why) in [
        ("none.json", "it is JSON, but no Chrome trace; name one"),
        ("gone.json", "failed to read gone.json: "),
    ] {
        let ended = merged(&run, other);
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(11), "{told}");
        assert!(told.contains(why), "{told}");
    }
}

/// A run of a library that writes none.
#[test]
fn a_run_without_time_lines_is_told() {
    let mut reports = samples::reports(10);
    for report in &mut reports {
        report.timeline = None;
    }
    let run = Run::with(&reports);
    for flag in ["--chrome-trace", "--firefox"] {
        let ended = Command::new(env!("CARGO_BIN_EXE_cargo-leakcheck"))
            .current_dir(run.path("."))
            .args(["leakcheck", "report", "reports", flag, "leaks.json"])
            .env_remove("LEAKCHECK_BASELINE")
            .output()
            .expect("it is run");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(11), "{told}");
        assert!(
            told.contains("failed to find a time line in the reports"),
            "{told}"
        );
        assert!(!run.path("leaks.json").exists());
    }
}

/// Asks the Firefox profiler's own program, which has loaded the profile.
fn profiler(sessions: &Path, args: &[&str]) -> String {
    let program = folder().join("node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js");
    assert!(
        program.is_file(),
        "{} is not there: run `npm ci` in {}",
        program.display(),
        folder().display()
    );
    let ended = Command::new("node")
        .arg(program)
        .args(args)
        .env("PROFILER_CLI_SESSION_DIR", sessions)
        .env("PROFILER_CLI_NO_SYMBOLICATE", "1")
        .output()
        .expect("node is there");
    let told = String::from_utf8_lossy(&ended.stdout).into_owned();
    let complained = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{args:?}: {told}{complained}");
    told
}

#[test]
#[ignore = "needs node; `.ci/run exports`"]
fn the_firefox_profiler_reads_the_profile() {
    let reports = samples::reports(100);
    let run = Run::with(&reports);
    let sessions = run.path("sessions");
    let ask = |args: &[&str]| profiler(&sessions, args);
    let profile = run.export("--firefox", "leaks.profile.json");
    ask(&["load", &profile.display().to_string()]);
    let info = ask(&["profile", "info"]);
    let markers = |args: &[&str]| {
        let told = ask(&[&["profile", "markers", "--limit", "100000"], args].concat());
        let markers = told
            .lines()
            .filter(|line| line.trim_start().starts_with("t-"));
        markers.filter(|line| line.contains("  m-")).count()
    };
    let (all, left) = (markers(&[]), markers(&["--category", "Left behind"]));
    ask(&["stop", "--all"]);
    let tests = timelines(&reports).len();
    let named = format!("This profile contains {tests} threads across {tests} processes.");
    assert!(info.contains(&named), "{info}");
    let spans = || {
        timelines(&reports)
            .into_iter()
            .flat_map(|timeline| &timeline.spans)
    };
    assert_eq!(all, spans().count() + tests, "each thing, and each body");
    assert_eq!(left, spans().filter(|span| span.leak.is_some()).count());
}

/// Columns of a table are as long as it says, and lead into the tables that they name.
#[test]
fn tables_of_the_firefox_profile_fit_together() {
    let reports = samples::reports(100);
    let run = Run::with(&reports);
    let text = fs::read_to_string(run.export("--firefox", "leaks.profile.json")).expect("text");
    let profile: Value = serde_json::from_str(&text).expect("JSON");
    let meta = &profile["meta"];
    assert!(
        meta["preprocessedProfileVersion"].as_u64() > Some(40),
        "{meta}"
    );
    let schemas: BTreeSet<&str> = list(meta, "markerSchema")
        .iter()
        .map(|schema| schema["name"].as_str().expect("a name"))
        .collect();
    assert!(schemas.contains("leakcheck"), "{schemas:?}");
    let categories = list(meta, "categories");
    let threads = list(&profile, "threads");
    assert_eq!(threads.len(), timelines(&reports).len());
    let mut left = 0;
    for thread in threads {
        for table in [
            "frameTable",
            "stackTable",
            "funcTable",
            "markers",
            "samples",
        ] {
            let length =
                usize::try_from(thread[table]["length"].as_u64().expect(table)).expect("small");
            for (name, column) in thread[table].as_object().expect(table) {
                assert!(
                    column
                        .as_array()
                        .is_none_or(|column| column.len() == length),
                    "{table}.{name}"
                );
            }
        }
        let strings = match &thread["stringArray"] {
            Value::Array(own) => own,
            _ => list(&profile["shared"], "stringArray"),
        };
        let markers = &thread["markers"];
        for (at, data) in list(markers, "data").iter().enumerate() {
            let number = |column: &str| {
                markers[column][at]
                    .as_u64()
                    .map(|number| usize::try_from(number).expect("small"))
            };
            assert!(number("name").expect("a name") < strings.len());
            let category = &categories[number("category").expect("a category")];
            left += usize::from(category["name"] == "Left behind");
            let [start, end] = ["startTime", "endTime"].map(|column| markers[column][at].as_f64());
            // Phase 1 is an interval, and 0 a moment.
            let is_interval = number("phase") == Some(1);
            assert!(start.is_some() && (!is_interval || start <= end));
            assert!(schemas.contains(data["type"].as_str().expect("a type")));
        }
    }
    let spans = timelines(&reports)
        .into_iter()
        .flat_map(|timeline| &timeline.spans);
    assert_eq!(left, spans.filter(|span| span.leak.is_some()).count());
}
