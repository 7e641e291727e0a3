use leakcheck_report::{Frame, Kind};
use semver::Version;

use super::*;
use crate::{
    doctor::{
        dependencies::{Dependency, From},
        profile::{DebugInfo, Profile},
        proof::{all, planted},
    },
    golden::golden,
    report::{Report, tests::sample},
};

fn dependency(name: &str, version: Version) -> Dependency {
    Dependency {
        name: name.to_owned(),
        version,
        features: Vec::new(),
        from: From::Registry,
    }
}

fn with(features: &[&str]) -> Dependency {
    Dependency {
        features: features.iter().map(ToString::to_string).collect(),
        ..dependency("leakcheck", Version::new(0, 1, 0))
    }
}

fn diagnosis(debug_info: DebugInfo, reports: &[Report]) -> Diagnosis {
    diagnosis_with(&[], debug_info, reports)
}

/// Of a build with these features of leakcheck.
fn diagnosis_with(features: &[&str], debug_info: DebugInfo, reports: &[Report]) -> Diagnosis {
    let leakcheck = with(features);
    let profile = |debug_info| Profile {
        debug_info,
        optimisation: "0".to_owned(),
    };
    Diagnosis {
        dependencies: Dependencies {
            leakcheck: leakcheck.clone(),
            tokio: dependency("tokio", Version::new(1, 54, 1)),
            allocators: Vec::new(),
        },
        machine: Machine {
            system: "linux",
            processor: "x86_64",
            has_proc: true,
            variables: Vec::new(),
        },
        build: Build {
            tests: profile(debug_info),
            tokio: profile(debug_info),
            strips: false,
        },
        proofs: all(&planted(&leakcheck), reports),
    }
}

/// The report of a test that left what it is called after, made on the marked line with this number.
fn report(kind: Kind, mark: usize) -> Report {
    let planted = planted(&with(&["heap"]));
    let lines = |at: usize| {
        (1..)
            .zip(planted[at].source.lines())
            .map(move |line| (at, line))
    };
    let all = lines(0).chain(lines(1));
    let mut marked = all.filter(|(_, (_, text))| text.ends_with("// PLANTED"));
    let (at, (line, _)) = marked.nth(mark).expect("it is planted");
    let (kind, file) = (kind.name(), planted[at].file);
    let mut report = sample(kind, &[&format!("f1 {kind} 1 {file}:{line}")]);
    report.leaks[0].waits_at = vec![Frame::default()];
    report
}

fn reports() -> Vec<Report> {
    let kinds = [
        Kind::Task,
        Kind::Thread,
        Kind::Timer,
        Kind::Fd,
        Kind::Process,
    ];
    let reports = kinds.into_iter().enumerate();
    reports.map(|(mark, kind)| report(kind, mark)).collect()
}

fn text(diagnosis: &Diagnosis) -> String {
    anstream::adapter::strip_str(&diagnosis.render()).to_string()
}

#[test]
fn where_all_is_seen_nothing_is_to_be_changed() {
    let diagnosis = diagnosis(DebugInfo::Full, &reports());
    assert!(diagnosis.finds_all());
    golden("doctor_full.txt", &text(&diagnosis));
}

#[test]
fn memory_is_looked_at_where_leakcheck_can() {
    let mut reports = reports();
    let heap = report(Kind::Heap, reports.len());
    let missed = diagnosis_with(&["heap"], DebugInfo::Full, &reports);
    assert!(!missed.finds_all());
    reports.push(heap);
    let found = diagnosis_with(&["heap"], DebugInfo::Full, &reports);
    assert!(found.finds_all());
    golden("doctor_heap.txt", &(text(&missed) + &text(&found)));
}

#[test]
fn what_is_missing_is_told_with_the_line_to_change() {
    let mut reports = reports();
    let [task, thread, timer, fd, process] = &mut reports[..] else {
        panic!("all kinds");
    };
    task.leaks[0].waits_at.clear();
    task.leaks[0].unread = Some("the crate was built without full debug info".to_owned());
    thread.leaks[0].created_at = None;
    timer.leaks[0].created_at = None;
    let partial = "partial: where they were made is not known".to_owned();
    timer.coverage.insert("timer".to_owned(), partial);
    fd.leaks[0].created_at.as_mut().expect("it has one").line = Some(1);
    process.verdict = crate::report::Verdict::Clean;
    let none = "none: the kernel does not tell".to_owned();
    process.coverage.insert("process".to_owned(), none);
    let mut less = diagnosis(DebugInfo::Lines, &reports);
    less.build.strips = true;
    less.build.tokio.debug_info = DebugInfo::None;
    less.build.tests.optimisation = "3".to_owned();
    less.machine.variables = vec!["LEAKCHECK_TRACE"];
    less.machine.has_proc = false;
    less.dependencies.allocators = vec!["mimalloc".to_owned()];
    assert!(!less.finds_all());
    golden("doctor_less.txt", &text(&less));
}

#[test]
fn nothing_may_be_found_at_all() {
    let mut none = diagnosis(DebugInfo::None, &reports()[..1]);
    none.machine.system = "macos";
    none.machine.processor = "aarch64";
    none.build.tests.debug_info = DebugInfo::Limited;
    none.proofs[0].seen = Some(Seen {
        has_place: false,
        has_wait: Some(false),
    });
    golden("doctor_none.txt", &text(&none));
}
