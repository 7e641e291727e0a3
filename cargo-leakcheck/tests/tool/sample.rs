//! Codes, summaries and files agree, whoever runs the sample.

use std::{
    fs,
    path::{Path, PathBuf},
};

use quick_junit::{Report, TestCaseStatus};
use serde_json::Value;

use crate::{
    ended::{Ended, alone, cargo, command, last_run, leakcheck},
    sarif::validate,
};

const SEEDED: [&str; 7] = [
    "leakcheck: 7 of 11 checked tests left 4 tasks and 4 threads behind, of 3 causes: 7 new, 1 only warned of",
    "1 in leaves_a_task (sample): Pending<()>, waits for a future that is never ready",
    "2 in leaves_two_tasks (sample): Pending<()>, waits for a future that is never ready",
    "1 in tests::starts (sample): Pending<()>, waits for a future that is never ready",
    "1 in leaves_a_thread (sample), waits at src/lib.rs:23",
    "1 in own::leaves_a_thread_without_the_harness (sample), waits at src/lib.rs:23",
    "1 in main (of a documentation test), waits at src/lib.rs:23",
];

const UNUSED: [&str; 2] = [
    "1 unused rule: it accepted nothing in any test of this run; remove it, unless tests of other features or platforms need it",
    "leakcheck.toml:8: created_by = \"sample::metrics::*\"",
];

const DENIED: &str = "1 unused rule, failing the run: it accepted nothing in any test of this run; remove it, unless tests of other features or platforms need it";

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn the_sample_is_summed_up() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let known = file("known.baseline");

    let mut plain = cargo();
    plain.args(["test", "--no-fail-fast"]);
    Ended::of(plain).expect(
        101,
        &[
            "test leaves_a_task ... FAILED",
            "test own::leaves_a_thread_without_the_harness ... FAILED",
            "test own::keeps_what_a_rule_accepts           ... ok",
        ],
    );

    everything_that_is_asked_for_is_written(&known, &file("run"));
    what_was_found_is_explained();
    what_is_seen_is_written(&known, folder.path());
    programs_read_the_same(&known);
    ratchet(&known);
    unused_rules_are_told(&file("rules.baseline"));
    failures_count_more(&file("none"));
    flaky_leaks_have_a_share(&file("none"), &file("calls"));
    what_is_broken_is_told(&file("newer.baseline"));
    nextest_agrees(&file("none"), &file("nextest.xml"));
}

fn everything_that_is_asked_for_is_written(known: &Path, folder: &Path) {
    let (sarif, junit) = (folder.join("a.sarif"), folder.join("a.xml"));
    fs::create_dir(folder).expect("a folder");
    let shown = |path: &PathBuf| path.display().to_string();
    let mut command = leakcheck(
        known,
        &["--sarif", &shown(&sarif), "--junit", &shown(&junit)],
    );
    command.env("GITHUB_ACTIONS", "true");
    command.env("GITHUB_STEP_SUMMARY", folder.join("a.md"));
    let run = Ended::of(command);
    run.expect(10, &SEEDED);
    run.expect(
        10,
        &[
            "::error file=tests/packages/seeded-leaks/src/lib.rs,line=10,col=5,title=leakcheck::`tests::starts`, `leaves_a_task` and `leaves_two_tasks` left 4 tasks behind that were created here (never: a task awaits a future that is never ready)",
            "::warning file=tests/packages/seeded-leaks/src/lib.rs,line=21,col=5,title=leakcheck::`is_warned_of` left 1 thread behind that was created here (unjoined-thread: nobody has stopped and joined a thread)",
        ],
    );
    let text = fs::read_to_string(folder.join("a.md")).expect("a summary");
    assert!(
        text.contains("| **new** | 4 tasks (never) | `src/lib.rs:10` | `tests::starts`, `leaves_a_task` and `leaves_two_tasks` |"),
        "{text}"
    );

    validate(std::slice::from_ref(&sarif)).expect(0, &[]);
    let log: Value =
        serde_json::from_str(&fs::read_to_string(sarif).expect("SARIF")).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let count = |level: &str| {
        results
            .iter()
            .filter(|result| result["level"] == level)
            .count()
    };
    assert_eq!((count("error"), count("warning"), results.len()), (6, 1, 7));
    let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "tests/packages/seeded-leaks/src/lib.rs");

    let report = fs::read_to_string(junit).expect("JUnit");
    let report = Report::deserialize_from_str(&report).expect("JUnit");
    assert_eq!((report.tests, report.failures, report.errors), (11, 6, 0));

    let again = Ended::of(leakcheck(known, &["report"]));
    again.expect(10, &SEEDED);
    let summary = run.summary();
    let summary = summary.split("\n::").next().expect("text").trim_end();
    assert_eq!(again.summary().trim_end(), summary);
}

/// The page, pictures, numbers, and a line of the history, all of the run that is stored.
fn what_is_seen_is_written(known: &Path, folder: &Path) {
    let file = |name: &str| folder.join(name).display().to_string();
    let names = ["html", "dot", "folded", "pprof", "metrics"];
    let files = names.map(|name| [format!("--{name}"), file(name)]);
    let mut args = vec!["report"];
    args.extend(files.iter().flatten().map(String::as_str));
    Ended::of(leakcheck(known, &args)).expect(10, &SEEDED);
    let read = |name: &str| fs::read(file(name)).expect("a file");
    let text = |name: &str| String::from_utf8(read(name)).expect("text");
    let page = text("html");
    for part in [
        "own::leaves_a_thread_without_the_harness",
        "tokio::spawn(std::future::pending::\\u003c()>());",
        "A task awaits a future that is never ready.",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(text("dot").contains("a future that is never ready"));
    assert!(text("folded").contains("sample::start;[task] Pending<()> "));
    assert!(read("pprof").starts_with(&[0x1f, 0x8b]));
    let number = "leakcheck_findings{kind=\"task\",package=\"sample\",state=\"new\"} 4";
    assert!(text("metrics").contains(number), "{}", text("metrics"));
    let add = ["history", "--add", "--history", &file("history")];
    let history = Ended::of(leakcheck(known, &add));
    let left = "the last run left 4 tasks and 4 threads behind";
    history.expect(0, &["leakcheck: 1 run", left]);
    let lines = text("history");
    let commit = lines.lines().nth(1).and_then(|line| line.split(' ').nth(1));
    assert!(
        commit.is_some_and(|commit| commit.len() >= 12),
        "{commit:?}"
    );
}

/// One document, and nothing beside it.
fn programs_read_the_same(known: &Path) {
    let report = Ended::of(leakcheck(known, &["report", "--format", "json"]));
    assert_eq!(report.code, Some(10), "{}", report.all());
    let summary: Value = serde_json::from_str(&report.stdout).expect("JSON");
    assert_eq!(
        (&summary["fails"], &summary["tests"]),
        (&Value::Bool(true), &11.into())
    );
    assert_eq!(summary["causes"].as_array().map(Vec::len), Some(3));
    let run = ["--format=json", "--test", "seeded", "--", "is_clean"];
    let run = Ended::of(leakcheck(known, &run));
    let summary: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(
        (&summary["fails"], &summary["tests"]),
        (&Value::Bool(false), &1.into())
    );
    run.expect(0, &["test is_clean ... ok"]);
    let none = Ended::of(leakcheck(known, &["report", "no/such", "--format", "json"]));
    let summary: Value = serde_json::from_str(&none.stdout).expect("JSON");
    assert_eq!(
        summary["errors"].as_array().map(Vec::len),
        Some(1),
        "{}",
        none.all()
    );
}

/// All that the last run knows, or a name that it does not know.
fn what_was_found_is_explained() {
    let explain = |name: &str| {
        let mut command = command(env!("CARGO_BIN_EXE_cargo-leakcheck"));
        command.args(["leakcheck", "explain", name]);
        Ended::of(command)
    };
    let test = explain("leaves_a_task");
    let of_source = [
        "made at src/lib.rs:10 sample::start",
        "> 10 |     tokio::spawn(std::future::pending::<()>());",
        "# never",
    ];
    test.expect(0, &of_source);
    let words = |line: &str| line.trim().strip_prefix("fingerprint: ").map(str::to_owned);
    let fingerprint = test.stdout.lines().find_map(words).expect("it has one");
    explain(&fingerprint).expect(0, &of_source);
    explain("own-sender").expect(0, &["# own-sender"]);
    let unknown = explain("leves_a_task");
    unknown.expect(2, &[]);
    assert!(
        unknown.stderr.contains("`leaves_a_task`"),
        "{}",
        unknown.all()
    );
}

/// What is known fails nothing, what is new does, and what is gone is told.
fn ratchet(known: &Path) {
    Ended::of(leakcheck(known, &["--bless"])).expect(0, &SEEDED);
    let blessed = fs::read_to_string(known).expect("a baseline");
    assert_eq!(blessed.lines().count(), 8, "{blessed}");
    assert!(blessed.starts_with("leakcheck baseline 1\n"));
    let headline = "leakcheck: 7 of 11 checked tests left 4 tasks and 4 threads behind: 8 known";
    Ended::of(leakcheck(known, &[])).expect(0, &[headline]);

    let is_new = |line: &&str| !line.contains(" leaves_two_tasks ");
    let some: Vec<&str> = blessed.lines().filter(is_new).collect();
    fs::write(known, some.join("\n")).expect("it is written");
    let one = "leakcheck: 7 of 11 checked tests left 4 tasks and 4 threads behind, of 4 causes: 2 new, 6 known";
    Ended::of(leakcheck(known, &[])).expect(10, &[one]);

    fs::write(known, &blessed).expect("it is written");
    let few = &["--lib", "--", "is_clean"];
    let absent =
        "8 known leaks are of tests that were not run to their end, so they stay in the baseline";
    Ended::of(leakcheck(known, few)).expect(0, &[absent]);
    let fixed = Ended::of(leakcheck(known, &["--features", "fixed", "--bless"]));
    let gone = "8 known leaks are gone: --bless takes them out of the baseline";
    fixed.expect(
        0,
        &["leakcheck: 11 checked tests left nothing behind", gone],
    );
    let empty = fs::read_to_string(known).expect("a baseline");
    assert_eq!(empty, "leakcheck baseline 1\n");
}

/// A rule that accepted nothing is told once all tests run and pass, and fails only where that is asked for.
fn unused_rules_are_told(known: &Path) {
    let says_nothing = |ended: &Ended| {
        let all = &ended.stdout;
        assert!(!all.contains(" unused"), "{all}");
    };
    let failed = Ended::of(leakcheck(known, &["--deny-unused-rules"]));
    let unsure = "whether rules of leakcheck.toml are unused cannot be said: tests failed, and may not have come to what a rule is for";
    failed.expect(10, &[SEEDED[0], unsure]);
    let blessed = Ended::of(leakcheck(known, &["--bless"]));
    blessed.expect(0, &SEEDED[..1]);
    says_nothing(&blessed);

    Ended::of(leakcheck(known, &[])).expect(0, &UNUSED);
    Ended::of(leakcheck(known, &["--deny-unused-rules"])).expect(10, &[DENIED, UNUSED[1]]);
    let fixed = &["--features", "fixed", "--deny-unused-rules"];
    Ended::of(leakcheck(known, fixed)).expect(10, &[DENIED, UNUSED[1]]);
    let broken = &["--features", "broken", "--deny-unused-rules"];
    Ended::of(leakcheck(known, broken)).expect(101, &[unsure]);

    let some = ["--test", "own", "--deny-unused-rules", "--", "keeps"];
    let unsure = "whether rules of leakcheck.toml are unused cannot be said: `--test` may leave tests out; run all of them";
    Ended::of(leakcheck(known, &some)).expect(0, &[unsure]);
    says_nothing(&Ended::of(leakcheck(known, &["keeps"])));
    let mut steered = leakcheck(known, &["--deny-unused-rules"]);
    steered.env("LEAKCHECK", "off");
    let steered = Ended::of(steered);
    assert_eq!(steered.code, Some(0), "{}", steered.stdout);
    says_nothing(&Ended::of(leakcheck(known, &["report"])));
    Ended::of(leakcheck(known, &["report", "--deny-unused-rules"])).expect(2, &[]);
}

fn failures_count_more(known: &Path) {
    let broken = Ended::of(leakcheck(known, &["--features", "broken"]));
    broken.expect(101, &SEEDED[..1]);
    let unbuilt = Ended::of(leakcheck(known, &["--features", "unknown"]));
    unbuilt.expect(101, &[]);
    assert!(
        !unbuilt.stdout.contains("leakcheck: "),
        "{}",
        unbuilt.stdout
    );
    Ended::of(leakcheck(known, &["--repeat", "none"])).expect(2, &[]);
}

fn flaky_leaks_have_a_share(known: &Path, calls: &Path) {
    // What a test makes in a temporary folder is one more finding.
    fs::write(calls, "").expect("it is written");
    let args = ["--repeat=4", "--test", "seeded", "--", "now_and_then"];
    let mut command = leakcheck(known, &args);
    command.env("SAMPLE_CALLS", calls);
    Ended::of(command).expect(
        10,
        &[
            "leakcheck: 1 of 1 checked test left 1 task behind in 4 runs: 1 new",
            "1 in leaves_a_task_now_and_then (sample): Pending<()>, waits for a future that is never ready, in 2 of 4 runs (50 %)",
        ],
    );
}

/// One error each, and the rest is there.
fn what_is_broken_is_told(newer: &Path) {
    fs::write(newer, "leakcheck baseline 2\n").expect("it is written");
    let only = ["--test", "seeded", "--", "leaves_a_task"];
    let message = format!(
        "leakcheck: failed to read {}:1: this is version 2 of the format, and this release of leakcheck reads version 1: use \
         a later release, or write the file anew with this one",
        newer.display()
    );
    let run = Ended::of(leakcheck(newer, &only));
    run.expect(11, &[&message, SEEDED[1]]);

    let round = last_run().join("1");
    fs::write(round.join("0.json"), "{\n\"format_version\": 1,").expect("it is written");
    let missing = newer.with_extension("missing");
    let again = Ended::of(leakcheck(
        &missing,
        &["report", &round.display().to_string()],
    ));
    again.expect(11, &[SEEDED[1]]);
    assert!(
        again.stderr.contains("0.json:2:20: EOF while parsing"),
        "{}",
        again.stderr
    );
    let none = Ended::of(leakcheck(&missing, &["report", "no/such"]));
    none.expect(11, &[]);
    assert!(
        none.stderr.contains("failed to read no/such: "),
        "{}",
        none.stderr
    );
}

fn nextest_agrees(known: &Path, junit: &Path) {
    let mut version = cargo();
    version.args(["nextest", "--version"]);
    if Ended::of(version).code != Some(0) {
        return;
    }
    let shown = junit.display().to_string();
    let run = Ended::of(leakcheck(known, &["nextest", "--junit", &shown]));
    let headline = "leakcheck: 6 of 10 checked tests left 4 tasks and 3 threads behind, of 3 causes: 6 new, 1 only warned of";
    run.expect(10, &[headline]);
    run.expect(10, &SEEDED[1..6]);
    let report = fs::read_to_string(junit).expect("JUnit");
    let report = Report::deserialize_from_str(&report).expect("JUnit");
    let cases = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases);
    let failed = cases.filter(|case| matches!(case.status, TestCaseStatus::NonSuccess { .. }));
    let failed: Vec<&str> = failed.map(|case| case.name.as_str()).collect();
    let expected = [
        "own::leaves_a_thread_without_the_harness",
        "tests::starts",
        "leaves_a_task",
        "leaves_a_thread",
        "leaves_two_tasks",
    ];
    assert_eq!(failed, expected);
    let broken = Ended::of(leakcheck(known, &["nextest", "--features", "broken"]));
    broken.expect(100, &[headline]);

    let blessed = junit.with_extension("baseline");
    Ended::of(leakcheck(&blessed, &["nextest", "--bless"])).expect(0, &[headline]);
    let others = ", unless documentation tests, or tests of other features or platforms, need it";
    let sentence =
        format!("1 unused rule: it accepted nothing in any test of this run; remove it{others}");
    Ended::of(leakcheck(&blessed, &["nextest"])).expect(0, &[&sentence, UNUSED[1]]);
    let denied = ["nextest", "--deny-unused-rules"];
    let sentence = sentence.replace(" rule:", " rule, failing the run:");
    Ended::of(leakcheck(&blessed, &denied)).expect(10, &[&sentence, UNUSED[1]]);
}
