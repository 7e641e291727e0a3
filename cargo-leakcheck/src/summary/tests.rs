//! Summaries of all that there can be, for these tests and those of what shows them.

use leakcheck_report::{
    Body, BreachRate, BreachSite, CancelFailure, CancelFault, Cancellations, CancelledAt, Follows,
    Hang, Ignored,
};

use super::*;
use crate::{
    finding::FirstSeen,
    report::{Frame, Level, tests::sample},
};

/// Two rounds with all that there is.
pub(crate) fn full() -> Summary {
    let mut hung = sample("hangs", &[]);
    hung.body = Body::TimedOut;
    hung.hang = Some(Hang {
        after_ms: 2000,
        ..Hang::default()
    });
    let mut warned = sample("warns", &["f4 fd 2 src/log.rs:3"]);
    warned.leaks[0].level = Level::Warn;
    let mut panicked = sample("panics", &["f5 task 1 src/pool.rs:90"]);
    panicked.leaks[0].panic = Some("no connection".to_owned());
    let reconnects = ["f1 task 2 src/pool.rs:88", "f2 thread 1 -"];
    let first = vec![
        sample("reconnects", &reconnects),
        sample("drains", &["f3 task 1 src/pool.rs:88"]),
        sample("is_clean", &[]),
        sample("known", &["f6 timer 1 src/old.rs:5"]),
        warned,
        panicked,
        hung,
    ];
    let second = vec![sample("reconnects", &reconnects[..1]), sample("known", &[])];
    let baseline = baseline(&[
        ("known", "timer", "f6", 1),
        ("is_clean", "task", "f7", 1),
        ("elsewhere", "task", "f8", 1),
    ]);
    Summary::of(&[first, second], &baseline)
}

/// Known leaks of the package of the samples.
fn baseline(lines: &[(&str, &str, &str, usize)]) -> Baseline {
    let mut baseline = Baseline::default();
    for (test, kind, fingerprint, count) in lines {
        let key = Key::new((Some("my_app"), "pool", test), kind, fingerprint);
        let site = "src/old.rs my_app::old".to_owned();
        baseline.add(
            key,
            Known {
                count: *count,
                site,
            },
        );
    }
    baseline
}

/// A test that went over two budgets, another whose breach is a warning, and one that left something as well.
pub(crate) fn over_budget() -> Summary {
    let breach = |kind: &str, peak, sites: &[(usize, u32)]| Breach {
        kind: kind.to_owned(),
        limit: 1,
        peak,
        after_ms: 36,
        noted: peak,
        sites: sites
            .iter()
            .map(|(count, line)| BreachSite {
                count: *count,
                at: Frame {
                    file: Some("src/pool.rs".to_owned()),
                    line: Some(*line),
                    column: Some(9),
                    function: "my_app::pool::Pool::connect".to_owned(),
                },
            })
            .collect(),
        ..Breach::default()
    };
    let over = |test: &str, leaks: &[&str], breaches| Report {
        verdict: if leaks.is_empty() {
            Verdict::OverBudget
        } else {
            Verdict::Leaked
        },
        breaches,
        ..sample(test, leaks)
    };
    let tasks = Breach {
        at_least: true,
        limit: 200,
        ..breach("task", 412, &[(380, 88), (32, 90)])
    };
    let warned = Breach {
        level: Level::Warn,
        ..breach("fd", 2, &[(1, 88), (1, 90)])
    };
    let rate = |begun, within_us, breach: Breach| Breach {
        rate: Some(BreachRate { begun, within_us }),
        after_ms: 0,
        noted: begun,
        ..breach
    };
    let often = Breach {
        limit: 500,
        ..breach("task", 521, &[(2601, 88)])
    };
    let rates = vec![
        rate(2601, 5_000_000, often),
        rate(100, 52_000, breach("fd", 100, &[])),
    ];
    let reports = vec![
        over("floods", &[], vec![tasks, breach("process", 2, &[])]),
        over("hurries", &[], rates),
        over("warns", &[], vec![warned]),
        over(
            "leaks",
            &["f1 thread 1 src/pool.rs:88"],
            vec![breach("thread", 2, &[(2, 88)])],
        ),
    ];
    Summary::of(&[reports], &Baseline::default())
}

/// One leak in one test, without a baseline.
pub(crate) fn small() -> Summary {
    let reports = vec![sample("reconnects", &["f1 task 1 src/pool.rs:88"])];
    Summary::of(&[reports], &Baseline::default())
}

/// The same, of which it is known since when it is there.
pub(crate) fn seen() -> Summary {
    let mut summary = small();
    summary.findings[0].first_seen = Some(FirstSeen {
        when: "2026-11-02T12:00:00Z".to_owned(),
        commit: "7842648c0a1b+".to_owned(),
    });
    summary
}

/// All known, with the other numbers of what [`full`] has.
pub(crate) fn more() -> Summary {
    let mut unsure = sample("unsure", &[]);
    unsure.verdict = Verdict::Inconclusive;
    let mut accepting = sample("reconnects", &["f1 task 1 src/pool.rs:88"]);
    accepting.ignored = vec![Ignored {
        count: 2,
        ..Ignored::default()
    }];
    let reports = vec![accepting, sample("is_clean", &[]), unsure];
    let known = baseline(&[
        ("reconnects", "task", "f1", 1),
        ("is_clean", "task", "f2", 2),
        ("is_clean", "thread", "f3", 1),
        ("unsure", "task", "f4", 1),
        ("elsewhere", "task", "f5", 1),
    ]);
    Summary::of(&[reports], &known)
}

/// Nothing that is certain.
pub(crate) fn unsure() -> Summary {
    let mut unsure = sample("unsure", &[]);
    unsure.verdict = Verdict::Inconclusive;
    let mut hung = sample("hangs", &[]);
    hung.body = Body::TimedOut;
    hung.hang = Some(Hang {
        after_ms: 40,
        ..Hang::default()
    });
    let reports = vec![sample("is_clean", &[]), unsure, hung];
    Summary::of(&[reports], &Baseline::default())
}

/// Fourteen tests with one cause, one with a chain, one with a circle, and one whose cause is known.
pub(crate) fn causes() -> Summary {
    let own_sender = why("own-sender", true);
    let mut reports: Vec<Report> = (1..=14)
        .map(|number| {
            let task = format!("a{number} task 1 src/pool.rs:88");
            let mut report = sample(
                &format!("serves_{number:02}"),
                &[&task, "b1 task 1 src/pool.rs:95", "b2 fd 2 src/pool.rs:90"],
            );
            report.leaks[0].why = Some(own_sender.clone());
            report.leaks[0].waits_in = Some(frame("src/pool.rs", 131));
            report.leaks[1].follows = Some(follows(0, &format!("waits for task {number}'s end")));
            report.leaks[2].follows = Some(follows(0, "close when it ends"));
            report
        })
        .collect();
    let mut chain = sample(
        "chain",
        &[
            "c1 fd 1 src/pool.rs:30",
            "c2 task 1 src/pool.rs:31",
            "c3 task 1 src/log.rs:32",
        ],
    );
    chain.leaks[0].follows = Some(follows(1, "closes when task 2 ends"));
    chain.leaks[1].follows = Some(follows(2, "waits for task 3's end"));
    chain.leaks[2].why = Some(why("read-loop", false));
    let circle = ["d1 task 1 src/pool.rs:7", "d2 task 1 src/log.rs:9"];
    let mut circle = sample("circle", &circle);
    circle.leaks[0].follows = Some(follows(1, "waits for a lock that task 2 has"));
    circle.leaks[1].follows = Some(follows(0, "waits for a lock that task 1 has"));
    circle.body = Body::TimedOut;
    circle.hang = Some(Hang {
        after_ms: 40,
        why: Some(why("self-deadlock", true)),
        ..Hang::default()
    });
    circle.leaks[0].why = Some(why("deadlock", true));
    let half = ["e1 task 1 src/pool.rs:7", "e2 fd 1 src/log.rs:9"];
    let mut half = sample("half_known", &half);
    half.leaks[0].why = Some(why("never", true));
    half.leaks[1].follows = Some(follows(0, "closes when task 1 ends"));
    reports.extend([chain, circle, half]);
    Summary::of(&[reports], &baseline(&[("half_known", "task", "e1", 1)]))
}

/// What released crates left: one that was repaired, and one that was not.
pub(crate) fn released() -> Summary {
    let through = |file: &str, function: &str| Frame {
        function: function.to_owned(),
        ..frame(file, 7)
    };
    let mut report = sample(
        "serves",
        &["f1 task 1 tests/pool.rs:9", "f2 task 1 tests/pool.rs:12"],
    );
    report.leaks[0].created_through = vec![through(
        "axum-0.8.3/src/serve/mod.rs",
        "axum::serve::WithGracefulShutdown::run",
    )];
    report.leaks[1].created_through = vec![through(
        "poem-3.1.12/src/server.rs",
        "poem::server::Server::run_with_graceful_shutdown",
    )];
    Summary::of(&[vec![report]], &Baseline::default())
}

/// Bodies that were cancelled: one task is left at every end and one only then, and three failed otherwise. The last of these is
/// no more than a warning.
pub(crate) fn cancelled() -> Summary {
    let at = |number, line: Option<u32>| CancelledAt {
        number,
        at: line.map(|line| frame("src/client.rs", line)),
        ..CancelledAt::default()
    };
    let left = |test: &str, places: &[CancelledAt]| {
        let mut report = sample(test, &["f1 task 2 src/pool.rs:88"]);
        report.leaks[0].cancelled = places.to_vec();
        report
    };
    let failed = |test: &str, how: CancelFault| {
        let mut report = sample(test, &[]);
        report.body = Body::Panicked;
        report.cancellations = Some(Cancellations {
            failed: Some(CancelFailure {
                how,
                at: at(3, Some(41)),
            }),
            ..Cancellations::default()
        });
        report
    };
    let mut hangs = failed("drop_hangs", CancelFault::DropHung);
    hangs.hang = Some(Hang::default());
    let mut warned = failed("fails_again", CancelFault::BodyFailed);
    warned.body = Body::Passed;
    let reports = vec![
        left("fetches", &[at(3, Some(41)), at(4, None)]),
        left("sends", &[at(7, None)]),
        left("leaks_anyway", &[]),
        failed("drop_panics", CancelFault::DropPanicked),
        hangs,
        warned,
    ];
    Summary::of(&[reports], &Baseline::default())
}

fn why(pattern: &str, certain: bool) -> Why {
    Why {
        pattern: pattern.to_owned(),
        certain,
        text: format!("it is so, says {pattern}"),
        help: "do otherwise".to_owned(),
    }
}

fn follows(leak: usize, because: &str) -> Follows {
    let because = because.to_owned();
    Follows { leak, because }
}

fn frame(file: &str, line: u32) -> Frame {
    Frame {
        file: Some(file.to_owned()),
        line: Some(line),
        ..Frame::default()
    }
}

/// Tests that left nothing.
pub(crate) fn clean(tests: usize) -> Summary {
    let names = (0..tests).map(|number| format!("t{number}"));
    let reports = names.map(|name| sample(&name, &[])).collect();
    Summary::of(&[reports], &Baseline::default())
}

#[test]
fn rounds_are_put_together() {
    let summary = full();
    let found = |fingerprint: &str| {
        let found = |finding: &&Finding| finding.fingerprint == fingerprint;
        summary.findings.iter().find(found).expect("it was found")
    };
    assert_eq!((found("f1").count, found("f1").rounds), (2, 2));
    assert_eq!((found("f2").count, found("f2").rounds), (1, 1));
    assert_eq!(found("f6").status, Status::Known);
    assert!(found("f1").fails() && !found("f4").fails() && !found("f6").fails());
    assert_eq!(summary.checked.len(), 7);
}

#[test]
fn what_was_not_run_is_not_gone() {
    let summary = full();
    let names = |known: &[(Key, Known)]| -> Vec<String> {
        known.iter().map(|(key, _)| key.test.clone()).collect()
    };
    assert_eq!(names(&summary.gone), ["is_clean"]);
    assert_eq!(names(&summary.absent), ["elsewhere"]);
    let blessed = summary.baseline();
    let counts = [&summary.absent[0], &summary.gone[0]].map(|(key, _)| blessed.count(key));
    assert_eq!(counts, [1, 0]);
    assert!(blessed.entries().all(|(key, _)| key.test != "panics"));
}

#[test]
fn as_many_are_known_as_are_listed() {
    let found = |summary: &Summary| -> Vec<(Status, usize)> {
        let findings = summary.findings.iter();
        findings
            .map(|finding| (finding.status, finding.count))
            .collect()
    };
    let report = || sample("a", &["f1 task 3 src/a.rs:1"]);
    let known = baseline(&[("a", "task", "f1", 2)]);
    let summary = Summary::of(&[vec![report()]], &known);
    assert_eq!(found(&summary), [(Status::New, 1), (Status::Known, 2)]);
    let blessed = summary.baseline();
    let (_, known) = blessed.entries().next().expect("one");
    assert_eq!(
        (known.count, &*known.site),
        (3, "src/a.rs my_app::pool::Pool::connect")
    );

    // The library may have told them apart already.
    let mut told = sample("a", &["f1 task 1 src/a.rs:1"]);
    told.known = report().leaks;
    told.known[0].count = 2;
    let summary = Summary::of(&[vec![told]], &Baseline::default());
    assert_eq!(found(&summary), [(Status::New, 1), (Status::Known, 2)]);
    assert!(summary.has_baseline && summary.gone.is_empty());
}

#[test]
fn fewer_than_known_are_told() {
    let report = sample("a", &["f1 task 1 src/a.rs:1"]);
    let summary = Summary::of(&[vec![report]], &baseline(&[("a", "task", "f1", 3)]));
    assert!(!summary.fails());
    assert_eq!(summary.gone[0].1.count, 2);
}

#[test]
fn what_is_the_same_finding_is_a_cause_if_one_of_it_is() {
    let mut report = sample("a", &["f1 task 1 src/a.rs:1"; 2]);
    report.leaks[0].follows = Some(follows(1, "waits for a lock that task 2 has"));
    report.leaks[1].why = Some(why("lock-across-await", true));
    let summary = Summary::of(&[vec![report]], &Baseline::default());
    let [only] = &summary.findings[..] else {
        panic!("they are one: {:?}", summary.findings);
    };
    assert_eq!((only.count, &only.follows), (2, &None));
    assert_eq!(only.whys[0].pattern, "lock-across-await");
}

#[test]
fn accepting_a_cause_does_not_accept_what_follows() {
    let summary = causes();
    let half = |status: Status| -> Vec<&str> {
        let findings = summary.with(status);
        let half = findings.filter(|finding| finding.test.name == "half_known");
        half.map(|finding| &*finding.fingerprint).collect()
    };
    assert_eq!(
        (half(Status::New), half(Status::Known)),
        (vec!["e2"], vec!["e1"])
    );
    let blessed = summary.baseline();
    let lines = blessed.entries().count();
    assert_eq!(lines, 14 * 3 + 3 + 2 + 2, "it is of findings");
}

#[test]
fn guards_of_one_test_add_up() {
    let guard = || sample("a", &["f1 task 1 src/a.rs:1"]);
    let summary = Summary::of(&[vec![guard(), guard()]], &Baseline::default());
    assert_eq!(summary.findings.len(), 1);
    assert_eq!(
        (summary.findings[0].count, summary.findings[0].rounds),
        (2, 1)
    );
}
