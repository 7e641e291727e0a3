//! The comparison is exact: whatever a report has too much, too little or otherwise is told.

use std::sync::OnceLock;

use leakcheck_tests::{Frame, Report, Run, run};

use crate::source::{Case, Finding, cases};

/// Name of the test of each file that calls [`verify`], which must not run itself.
pub(crate) const VERIFYING: &str = "every_report_is_exact";

/// The tests of all files, leaky ones and twins, run once in a process of their own. Reading debug info is what takes
/// the time, and one process does it once.
fn corpus() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let mut arguments = vec!["--include-ignored", "--test-threads=16"];
        // Those of `parallel` wait for each other, so they must all run at once.
        for others in [VERIFYING, "expected::", "source::", "rows::", "parallel::"] {
            arguments.extend(["--skip", others]);
        }
        run(arguments, &[])
    })
}

/// Compares what the tests of a file report with what their source says, and returns the reports.
///
/// # Panics
///
/// Where anything differs.
pub(crate) fn verify(module: &str, source: &str) -> Vec<&'static Report> {
    let run = corpus();
    let cases = cases(module, source);
    assert!(!cases.is_empty(), "{module} has no checked test");
    let is_own = |report: &&Report| report.test.starts_with(&format!("{module}::"));
    let reports: Vec<&Report> = run.reports.iter().filter(is_own).collect();
    let wrong = differences(&cases, run.output.status.code(), &run.text(), &reports);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    reports
}

/// What the run of the corpus shows of a test that failed.
pub(crate) fn section(test: &str) -> String {
    shown(&corpus().text(), test).to_owned()
}

/// What this output of the harness shows of a test that failed.
fn shown<'a>(output: &'a str, test: &str) -> &'a str {
    let heading = format!("\n---- {test} stdout ----\n");
    let (_, rest) = output.split_once(&heading).unwrap_or_default();
    rest.split("\n---- ").next().unwrap_or_default()
}

/// File and line of a frame.
pub(crate) fn site_of(frame: &Frame) -> Option<(String, u32)> {
    frame.file.clone().zip(frame.line)
}

/// What a run got wrong.
fn differences(
    cases: &[Case],
    status: Option<i32>,
    text: &str,
    reports: &[&Report],
) -> Vec<String> {
    let mut wrong = Vec::new();
    if status != Some(101) {
        wrong.push(format!("exit status {status:?} of a run with leaks"));
    }
    for case in cases {
        let result = if case.fails() { "FAILED" } else { "ok" };
        if !text.contains(&format!("test {} ... {result}\n", case.test)) {
            wrong.push(format!("{}: the harness does not say {result}", case.test));
        }
        let of_test = reports.iter().filter(|report| report.test == case.test);
        match of_test.collect::<Vec<_>>()[..] {
            [report] => {
                let shown = shown(text, &case.test);
                wrong.extend(difference(case, report).map(|what| format!("{what}\n{shown}")));
            }
            ref several => wrong.push(format!("{}: {} reports", case.test, several.len())),
        }
    }
    let is_known = |report: &Report| cases.iter().any(|case| case.test == report.test);
    for report in reports.iter().filter(|report| !is_known(report)) {
        wrong.push(format!("{}: not a test of this file", report.test));
    }
    wrong
}

/// What a report says otherwise than the source of its test.
fn difference(case: &Case, report: &Report) -> Option<String> {
    let expected = on_this_leg(&case.leaks);
    let found = findings(report);
    let verdicts: &[&str] = if expected.is_empty() {
        &["clean", "lingering"]
    } else {
        &["leaked"]
    };
    let place = (report.location.file.clone(), report.location.line);
    let fits = verdicts.contains(&&*report.verdict)
        && report.body == case.body
        && place == case.place
        && found == expected;
    (!fits).then(|| {
        format!(
            "{}: expected {verdicts:?}, {}, {:?}, {expected:#?}, found {}, {}, {place:?}, {found:#?}",
            case.test, case.body, case.place, report.verdict, report.body,
        )
    })
}

/// What a report found, sorted.
fn findings(report: &Report) -> Vec<Finding> {
    let mut found: Vec<Finding> = report
        .leaks
        .iter()
        .map(|leak| Finding {
            kind: leak.kind.clone(),
            name: leak.name.clone(),
            site: leak.created_at.as_ref().and_then(site_of),
            count: leak.count,
        })
        .collect();
    found.sort();
    found
}

/// Without hooks tasks are counted: together they are one entry without a site.
fn on_this_leg(leaks: &[Finding]) -> Vec<Finding> {
    let is_counted = |leak: &&Finding| cfg!(not(tokio_unstable)) && leak.kind == "task";
    let (counted, mut named): (Vec<&Finding>, Vec<&Finding>) = leaks.iter().partition(is_counted);
    let together = counted.first().map(|first| Finding {
        site: None,
        count: counted.iter().map(|leak| leak.count).sum(),
        ..(*first).clone()
    });
    named.extend(&together);
    named.sort();
    named.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SOURCE: &str = r#"
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn leaky() {
    // leak: thread "pinned" x2
    spawn();
    // leak: task x3
    spawn();
}

#[leak_checked]
#[test]
fn twin() {}
"#;

    fn report(test: &str, line: u32, leaks: &serde_json::Value) -> Report {
        let is_clean = leaks.as_array().is_some_and(Vec::is_empty);
        serde_json::from_value(json!({
            "format_version": 1, "package": "p", "binary": "b", "test": test,
            "location": { "file": "corpus/m.rs", "line": line },
            "verdict": if is_clean { "clean" } else { "leaked" }, "body": "passed",
            "waited_ms": 0, "check_us": 0, "leaks": leaks,
            "lingered": [], "ignored": [], "coverage": {}, "notes": [],
        }))
        .unwrap()
    }

    fn leak(kind: &str, name: Option<&str>, count: usize, line: Option<u32>) -> serde_json::Value {
        let site = line.map(|line| json!({ "file": "corpus/m.rs", "line": line, "function": "f" }));
        json!({
            "kind": kind, "count": count, "name": name, "created_at": site,
            "created_through": [], "created_by": [], "polls": null, "accept": null, "fingerprint": "",
        })
    }

    /// What a faultless run of `SOURCE` leaves.
    fn faultless() -> (Vec<Case>, Vec<Report>) {
        let task_site = cfg!(tokio_unstable).then_some(9);
        let leaks = [
            leak("task", None, 3, task_site),
            leak("thread", Some("pinned"), 2, Some(7)),
        ];
        let reports = vec![
            report("m::leaky", 5, &json!(leaks)),
            report("m::twin", 14, &json!([])),
        ];
        (cases("m", SOURCE), reports)
    }

    const TEXT: &str = "test m::leaky ... FAILED\ntest m::twin ... ok\n";

    fn compare(cases: &[Case], status: i32, text: &str, reports: &[Report]) -> Vec<String> {
        let reports: Vec<&Report> = reports.iter().collect();
        differences(cases, Some(status), text, &reports)
    }

    /// What is made wrong, and how.
    type Spoil<T> = (&'static str, fn(&mut Vec<T>));

    #[test]
    fn the_same_is_no_difference() {
        let (cases, reports) = faultless();
        assert_eq!(compare(&cases, 101, TEXT, &reports), [""; 0]);
    }

    #[test]
    #[rustfmt::skip]
    fn every_wrong_expectation_is_told() {
        let wrong: [Spoil<Case>; 10] = [
            ("kind", |cases| "task".clone_into(&mut cases[0].leaks[0].kind)),
            ("name", |cases| cases[0].leaks[0].name = None),
            ("count", |cases| cases[0].leaks[0].count += 1),
            ("count of tasks", |cases| cases[0].leaks[1].count -= 1),
            ("site", |cases| cases[0].leaks[0].site = Some(("corpus/m.rs".to_owned(), 8))),
            ("missing", |cases| cases[0].leaks.truncate(1)),
            ("extra", |cases| cases[0].leaks.extend_from_within(..1)),
            ("body", |cases| "panicked".clone_into(&mut cases[0].body)),
            ("place", |cases| cases[1].place.1 += 1),
            ("unknown test", |cases| cases.truncate(1)),
        ];
        for (what, spoil) in wrong {
            let (mut cases, reports) = faultless();
            spoil(&mut cases);
            assert_eq!(compare(&cases, 101, TEXT, &reports).len(), 1, "{what}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn every_wrong_report_is_told() {
        let wrong: [Spoil<Report>; 5] = [
            ("no report", |reports| reports.truncate(1)),
            ("two reports", |reports| reports.extend_from_within(..1)),
            ("leak in a twin", |reports| reports[1].leaks = reports[0].leaks.clone()),
            ("verdict of a leak", |reports| "clean".clone_into(&mut reports[0].verdict)),
            ("verdict of a twin", |reports| "inconclusive".clone_into(&mut reports[1].verdict)),
        ];
        for (what, spoil) in wrong {
            let (cases, mut reports) = faultless();
            spoil(&mut reports);
            assert_eq!(compare(&cases, 101, TEXT, &reports).len(), 1, "{what}");
        }
    }

    #[test]
    fn a_wrong_result_is_told() {
        let (cases, reports) = faultless();
        assert_eq!(compare(&cases, 0, TEXT, &reports).len(), 1);
        let passed = TEXT.replace("FAILED", "ok");
        assert_eq!(compare(&cases, 101, &passed, &reports).len(), 1);
    }
}
