//! The comparison is exact: whatever a report has too much, too little or otherwise is told.

use std::sync::OnceLock;

use leakcheck_tests::{Leak, Report, Run, run};

use crate::{
    finding::Finding,
    found::findings,
    hang::Hang,
    over::Over,
    source::{Case, cases},
};

/// Name of the test of each file that calls [`verify`], which must not run itself.
pub(crate) const VERIFYING: &str = "every_report_is_exact";

/// What is about the corpus, and the files with runs of their own.
const NOT_RUN: [&str; 16] = [
    VERIFYING,
    "controls::",
    "heap::",
    "heap_kept::",
    "hangs_alive::",
    "hidden::",
    "instrumented::",
    "hangs_sync::",
    "annotations::",
    "numbers::",
    "patterns::",
    "pooled::",
    "source::",
    "parallel::",
    "unread::",
    "why::",
];

/// The tests of all files, leaky ones and twins, run once in a process of their own. Reading debug info is what takes
/// the time, and one process does it once.
fn corpus() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let mut arguments = vec!["--include-ignored", "--test-threads=16"];
        // Those of `parallel` and `numbers` wait for each other, so they must all run at once.
        for others in NOT_RUN {
            arguments.extend(["--skip", others]);
        }
        // What is left there goes with it.
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().to_str().expect("its path is text");
        // Memory is looked at in files of its own: others leave some on purpose.
        let heap = cfg!(feature = "heap").then_some(("LEAKCHECK_LEVELS", "heap=off"));
        let variables: Vec<_> = [("TMPDIR", path)].into_iter().chain(heap).collect();
        run(arguments, &variables)
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

/// The tests whose report says that nothing was left, nothing waited for and nothing accepted that the user wrote a rule for.
pub(crate) fn clean() -> Vec<&'static str> {
    let is_clean = |report: &&Report| {
        let is_own = |ignored: &leakcheck_tests::Ignored| !ignored.built_in;
        let is_plain = !report.ignored.iter().any(is_own);
        report.verdict == "clean" && report.body == "passed" && is_plain
    };
    let clean = corpus().reports.iter().filter(is_clean);
    clean.map(|report| &*report.test).collect()
}

/// What all tests have left, each with the name of its test.
pub(crate) fn leaks() -> Vec<(&'static str, &'static Leak)> {
    let of = |report: &'static Report| report.leaks.iter().map(|leak| (&*report.test, leak));
    corpus().reports.iter().flat_map(of).collect()
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

/// Compares each test of a file, run in a process of its own, which it takes along, and returns what each run has shown.
///
/// # Panics
///
/// Where anything differs, and where the process ends otherwise than a failing run does.
pub(crate) fn verify_alone(module: &str, source: &str) -> Vec<(String, String)> {
    verify_in_tries(module, source, 1)
}

/// The same where some of the leaks may be missed by accident, so many times less one; nothing else may ever be reported.
pub(crate) fn verify_in_tries(module: &str, source: &str, tries: usize) -> Vec<(String, String)> {
    let cases = cases(module, source);
    assert!(!cases.is_empty(), "{module} has no checked test");
    let mut shown = Vec::with_capacity(cases.len());
    for case in &cases {
        let once = || run(["--include-ignored", "--exact", &case.test], &[]);
        let expected: usize = case.leaks.iter().map(|leak| leak.count).sum();
        let is_missed = |run: &Run| {
            let found = run.report().leaks.iter().map(|leak| leak.count);
            found.sum::<usize>() < expected
        };
        let mut run = once();
        for _ in 1..tries {
            if is_missed(&run) {
                run = once();
            }
        }
        let status = run.output.status.code();
        assert_eq!(
            status,
            Some(if case.fails() { 101 } else { 0 }),
            "{}",
            run.text()
        );
        let wrong = difference(case, run.report());
        assert!(
            wrong.is_none(),
            "{}\n{}",
            wrong.unwrap_or_default(),
            run.text()
        );
        shown.push((case.test.clone(), run.text()));
    }
    shown
}

/// What a run got wrong.
pub(crate) fn differences(
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
    let expected = &case.leaks;
    let found = findings(report);
    let verdicts: &[&str] = match &case.hang {
        Some(hang) if hang.ends_process() => &["inconclusive"],
        _ if expected.is_empty() && !case.over.is_empty() => &["over_budget"],
        _ if expected.is_empty() => &["clean", "lingering"],
        _ => &["leaked"],
    };
    let hang = Hang::of(report);
    let hangs = match (&case.hang, &hang) {
        (Some(expected), Some(found)) => expected.fits(found, fit),
        (None, None) => true,
        _ => false,
    };
    let mut expected_over = case.over.clone();
    expected_over.sort();
    let over = Over::all(report);
    let place = (report.location.file.clone(), report.location.line);
    let fits = verdicts.contains(&report.verdict.name())
        && report.body.name() == case.body
        && place == case.place
        && hangs
        && expected_over == over
        && fit(expected, &found);
    (!fits).then(|| {
        format!(
            "{}: expected {verdicts:?}, {}, {:?},\n{}{}{}\nfound {}, {}, {place:?},\n{}{}{}",
            case.test,
            case.body,
            case.place,
            shown_all(expected),
            shown_hang(case.hang.as_ref()),
            shown_over(&expected_over),
            report.verdict,
            report.body,
            shown_all(&found),
            shown_hang(hang.as_ref()),
            shown_over(&over),
        )
    })
}

fn shown_over(over: &[Over]) -> String {
    let lines: Vec<String> = over.iter().map(|over| format!("\n{over}")).collect();
    lines.concat()
}

fn shown_hang(hang: Option<&Hang>) -> String {
    hang.map(ToString::to_string).unwrap_or_default()
}

fn shown_all(findings: &[Finding]) -> String {
    let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
    findings.join("\n")
}

/// Whether each entry is what one mark says, and there is an entry for each.
fn fit(expected: &[Finding], found: &[Finding]) -> bool {
    let mut left: Vec<&Finding> = found.iter().collect();
    let is_found = |mark: &Finding| {
        let place = left.iter().position(|found| mark.fits(found));
        place.map(|place| left.swap_remove(place)).is_some()
    };
    expected.iter().all(is_found) && left.is_empty()
}
