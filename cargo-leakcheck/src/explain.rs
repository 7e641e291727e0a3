//! `cargo leakcheck explain`: the long form of what was found, from a stored run.

use leakcheck_report::{Pattern, plural};

use crate::{
    asked::Asked, error::Error, escape::code, finding::Test, hung_body, long_form, page::page,
    peak, report::Report, repository::Repository, source_file::SourceFiles, telling::Telling,
};

/// Tests that are named.
const NAMED: usize = 20;

/// How to read a report.
const READING: &str = include_str!("../READING.md");

/// The page of this name: that on reading, or that on a pattern.
pub(crate) fn without_run(name: &str) -> Option<String> {
    match name {
        "reading" => Some(READING.to_owned()),
        name => pattern(name),
    }
}

/// The page on a pattern, if this is the name of one. The identifiers of rules in SARIF have a `leakcheck/` in front.
fn pattern(name: &str) -> Option<String> {
    let name = name.strip_prefix("leakcheck/").unwrap_or(name);
    Pattern::named(name).map(page)
}

/// What these reports know of this name.
pub(crate) fn text(
    name: &str,
    reports: &[Report],
    repository: &Repository,
) -> Result<String, Error> {
    let asked = Asked::of(name, reports)?;
    Ok(render(&asked, name, repository))
}

fn render(asked: &Asked<'_>, name: &str, repository: &Repository) -> String {
    let mut telling = Telling::new(SourceFiles::new(repository));
    let mut patterns: Vec<Pattern> = Vec::new();
    for report in &asked.hung {
        telling.begin(report.package.as_deref());
        patterns.extend(hung_body::tell(&mut telling, report));
        telling.line(0, "");
    }
    for report in &asked.over_budget {
        telling.begin(report.package.as_deref());
        peak::tell(&mut telling, report);
        telling.line(0, "");
    }
    for stored in &asked.findings {
        patterns.extend(long_form::tell(&mut telling, *stored));
        telling.line(0, "");
    }
    elsewhere(&mut telling, &asked.elsewhere);
    if asked.findings.is_empty() && asked.hung.is_empty() && asked.over_budget.is_empty() {
        let name = code(name);
        telling.line(0, &format!("{name} left nothing behind in this run"));
    }
    patterns.sort_unstable();
    patterns.dedup();
    let mut out = telling.out;
    let pages: Vec<String> = patterns.into_iter().map(page).collect();
    out.push_str(&pages.join("\n"));
    out
}

fn elsewhere(telling: &mut Telling<'_>, tests: &[Test]) {
    if tests.is_empty() {
        return;
    }
    let mut names: Vec<String> = tests.iter().take(NAMED).map(Test::quoted).collect();
    if tests.len() > NAMED {
        names.push(format!("{} more", tests.len() - NAMED));
    }
    telling.line(0, &format!("also left by {}", plural::all_of(&names)));
    telling.line(0, "");
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::*;
    use crate::{golden::golden, repository::tests::sample, run_store};

    fn frame(file: &str, line: u32, function: &str) -> Value {
        json!({ "file": file, "line": line, "function": function })
    }

    fn with(mut value: Value, more: &Value) -> Value {
        for (key, field) in more.as_object().expect("an object") {
            value[key] = field.clone();
        }
        value
    }

    /// A report with all that one can have.
    fn report() -> Value {
        let made = frame("src/pool.rs", 2, "my_app::pool::Pool::connect");
        let waits = frame("src/pool.rs", 4, "my_app::pool::keep_alive");
        let recv = frame(
            "tokio-1.54.1/src/sync/mpsc/bounded.rs",
            245,
            "tokio::sync::mpsc::Receiver::recv",
        );
        let holder = |kind: &str, more: Value| {
            let at = frame("src/log.rs", 1, "my_app::log::run");
            with(
                with(
                    at,
                    &json!({ "kind": kind, "certain": true, "name": "my_app::log::run" }),
                ),
                &more,
            )
        };
        let cause = json!({
            "kind": "task", "name": "my_app::pool::keep_alive", "tasks": [12], "created_at": made,
            "created_through": [frame("hyper-1.0.0/src/client.rs", 7, "hyper::connect")],
            "created_by": [frame("tests/pool.rs", 17, "pool::reconnects"), { "function": "" }],
            "waits_at": [recv, waits], "waits_in": waits, "state": "idle", "age_ms": 1612, "polls": 3,
            "waits_for": {
                "what": "a message; 4 senders are alive", "event": "message", "unlisted": 2, "never": true,
                "held_by": [
                    holder("task", json!({ "task": 5, "local": "tx", "also": ["spare"] })),
                    holder("itself", json!({ "task": 12, "itself": true, "certain": false })),
                    holder("static", json!({ "name": "REG", "local": "[0].1", "line": 2 })),
                    { "kind": "body", "body": true, "certain": true },
                ],
                "missing": { "ends": 1, "whole": true, "threads": 2 },
                "or": [{ "what": "the end of a closure", "event": "end", "tasks": [7, 8] }],
            },
            "keeps_own_handle": with(waits.clone(), &json!({
                "kind": "join", "local": "cache", "path": ".handle", "certain": true, "proven": true,
            })),
            "cancelled": [{ "number": 3, "at": waits, "waits_at": [recv, waits] }, { "number": 4 }],
            "why": { "pattern": "own-sender", "certain": true, "text": "it keeps a sender", "help": "drop it" },
            "accept": "ignore_created_by(\"my_app::pool::Pool::connect\")", "fingerprint": "9f31c0ffee000001",
        });
        let socket = json!({
            "kind": "fd", "name": "TCP socket", "created_at": frame("src/pool.rs", 3, "my_app::pool::dial"),
            "details": ["fd 6"], "fingerprint": "9f31c0ffee000002",
            "held": [{ "details": ["fd 6", "127.0.0.1:80"], "by": [
                { "kind": "task", "task": 12, "name": "my_app::pool::keep_alive", "locals": ["stream"], "certain": true },
                { "kind": "blocking_task", "call": "read", "certain": false },
            ] }],
            "follows": { "leak": 0, "because": "closes when task 12 ends" },
        });
        json!({
            "format_version": 1, "package": "my_app", "binary": "pool", "test": "reconnects",
            "location": { "file": "tests/pool.rs", "line": 12 }, "verdict": "leaked", "body": "timed_out",
            "hang": {
                "cause": "deadlock", "after_ms": 2000, "because": ["the body waits for task 12's end"],
                "why": { "pattern": "never", "certain": true, "text": "it never ends", "help": "end it" },
                "alive": [{ "kind": "thread", "name": "worker", "created_at": made, "fingerprint": "9f31c0ffee000003" }], "ended_process": "it was in synchronous code",
                "thread": { "tid": 99, "doing": "blocked in mpsc::recv", "stack": [waits] },
            },
            "body_waits": { "waits_at": [waits], "waits_for": { "what": "a message" } },
            "leaks": [cause, socket],
        })
    }

    /// What is told of a name in a run with these reports.
    fn explained(name: &str, reports: &[Value]) -> Result<String, String> {
        let (folder, repository) = sample();
        let source =
            "fn connect() {\n    spawn(keep_alive(tx));\n    dial();\n    rx.recv().await;\n}\n";
        fs::write(folder.path().join("rust/my_app/src/pool.rs"), source).expect("it is written");
        let run = run_store::create(&folder.path().join("runs")).expect("a folder");
        let round = run_store::round(&run, 1).expect("a folder");
        for (number, report) in reports.iter().enumerate() {
            let path = round.join(format!("{number}.json"));
            fs::write(path, report.to_string()).expect("it is written");
        }
        let (rounds, errors) = run_store::read(&run);
        assert!(errors.is_empty(), "{errors:?}");
        let reports: Vec<Report> = rounds.into_iter().flatten().collect();
        let told = text(name, &reports, &repository);
        let told = told.map(|text| anstream::adapter::strip_str(&text).to_string());
        told.map_err(|error| error.to_string())
    }

    #[test]
    fn all_that_is_known_is_told() {
        let told = |name: &str| explained(name, &[report()]).expect("it is there");
        golden("explain_test.txt", &told("reconnects"));
        golden("explain_follower.txt", &told("9f31c0ffee000002"));
    }

    #[test]
    fn a_pattern_needs_no_run() {
        let page = pattern("never").expect("it has one");
        assert_eq!(pattern("leakcheck/never"), Some(page));
        assert_eq!(pattern("task"), None);
    }

    #[test]
    fn so_does_how_to_read_one() {
        let page = without_run("reading").expect("it has one");
        // Each mistake, command and flag that it names is there.
        let named = |start: &'static str| {
            let parts = page.split(start).skip(1);
            parts.map(|part| part.split(['`', ' ', '\n']).next().unwrap_or_default())
        };
        for pattern in named(" explain ").filter(|name| name.contains('-')) {
            assert!(super::pattern(pattern).is_some(), "{pattern}");
        }
        for flag in named(" --") {
            let help = include_str!("golden/help.txt");
            assert!(help.contains(&format!("--{flag}")), "{flag}");
        }
        assert!(named(" explain ").count() >= 3 && named(" --").count() >= 3);
        assert_eq!(without_run("never"), super::pattern("never"));
    }

    #[test]
    fn a_clean_test_is_told() {
        let clean = json!({
            "format_version": 1, "test": "a", "location": { "file": "a.rs", "line": 1 }, "verdict": "clean", "body": "passed",
        });
        let told = explained("a", &[clean]).expect("it is there");
        assert_eq!(told, "`a` left nothing behind in this run\n");
    }
}
