//! Every sentence that a user can see, against committed text. `UPDATE_GOLDEN=1` writes the text anew.

use std::{path::PathBuf, time::Duration};

mod blocked;
mod breaches;
mod cancelled;
mod causes;
mod fds;
mod golden;
mod hangs;
mod heap;
mod lines;
mod processes;
mod runtimes;
mod temp_files;
mod time_lines;
// With the feature the notes are others.
#[cfg(not(all(feature = "tracing", tokio_unstable)))]
mod timers;
mod waits;

use golden::golden;

use crate::{
    base::model::{
        Accepted, Body,
        CodeOwner::{self, Dependency, Internal, User},
        Coverage, Detail, Frame, Gap, Ignored, Kind, Leak, Level, Location, Note, Remark, Report,
        Resource, ResourceId, RuntimeRelation, Seen, Subject, Verdict,
    },
    check::findings,
    settings::env::{Format, TraceLevel},
};

/// With all lines, as the first report of a process has them.
fn render(report: &Report, format: Format, trace: TraceLevel) -> String {
    super::render(report, format, trace, |_| true)
}

fn text(report: &Report) -> String {
    render(report, Format::Text, TraceLevel::Site)
}

fn report(leaks: Vec<Leak>) -> Report {
    Report {
        subject: Subject {
            package: Some("my_app".to_owned()),
            package_dir: Some("/src/my_app".to_owned()),
            binary: "pool".to_owned(),
            test: "reconnects".to_owned(),
            function: Some("pool::reconnects".to_owned()),
            location: Location {
                file: "tests/pool.rs".to_owned(),
                from_root: "tests/pool.rs".to_owned(),
                line: 12,
            },
        },
        verdict: if leaks.is_empty() {
            Verdict::Clean
        } else {
            Verdict::Leaked
        },
        body: Body::Passed,
        hang: None,
        cancellations: None,
        breaches: Vec::new(),
        timeline: None,
        waited: Duration::from_millis(1003),
        spent: Duration::from_micros(812),
        has_read_debug_info: true,
        leaks,
        known: Vec::new(),
        lingered: Vec::new(),
        ignored: Vec::new(),
        coverage: Coverage {
            kinds: vec![(Kind::Task, Seen::Full), (Kind::Thread, Seen::Full)],
        },
        gaps: Vec::new(),
        notes: Vec::new(),
    }
}

fn frame(function: &str, file: &str, line: u32, column: Option<u32>, owner: CodeOwner) -> Frame {
    let sample =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/report/render/golden/sample.rs");
    Frame {
        function: function.to_owned(),
        file: Some(file.to_owned()),
        from_root: None,
        path: (file == "src/pool.rs").then_some(sample),
        line: Some(line),
        column,
        owner,
    }
}

fn task(count: usize) -> Leak {
    let site = frame(
        "my_app::pool::Pool::connect",
        "src/pool.rs",
        3,
        Some(9),
        User,
    );
    let test = frame("pool::reconnects", "tests/pool.rs", 17, Some(5), User);
    Leak {
        created_at: Some(site.clone()),
        created_by: vec![test.clone()],
        stack: vec![
            frame(
                "tokio::task::spawn::spawn",
                "tokio-1.54.1/src/task/spawn.rs",
                176,
                None,
                Internal,
            ),
            site,
            test,
        ],
        age: Some(Duration::from_millis(1612)),
        polls: Some(3),
        tasks: (12..).take(count).collect(),
        accept: Some("ignore_created_by(\"my_app::pool::Pool::connect\")".to_owned()),
        fingerprint: "9f31c0ffee000001".to_owned(),
        ..Leak::unknown(Kind::Task, count)
    }
}

fn thread(name: Option<&str>) -> Leak {
    Leak {
        kind: Kind::Thread,
        name: name.map(ToOwned::to_owned),
        created_at: Some(frame(
            "my_app::pool::Pool::connect",
            "src/pool.rs",
            4,
            Some(60),
            User,
        )),
        polls: None,
        tid: Some(4711),
        ..task(1)
    }
}

fn counted(count: usize) -> Leak {
    findings::unnamed_tasks(count)
}

#[test]
fn clean_says_nothing() {
    assert_eq!(text(&report(Vec::new())), "");
    let lingering = Report {
        verdict: Verdict::Lingering,
        ..report(Vec::new())
    };
    assert_eq!(text(&lingering), "");
}

#[test]
fn one_task() {
    golden("one_task.txt", &text(&report(vec![task(1)])));
}

#[test]
fn tasks_and_a_thread() {
    golden(
        "tasks_and_a_thread.txt",
        &text(&report(vec![task(2), thread(Some("flusher"))])),
    );
}

#[test]
fn panics_that_nobody_saw() {
    let panicked = |count| {
        let seen = crate::observe::sources::panics::Panicked {
            who: Resource {
                id: ResourceId::Task(1),
                origin: 0,
                age_ms: Some(3),
                detail: Detail::task(None, Some("my_app::pool::keep_alive".into())),
            },
            message: "the pool\nis gone".to_owned(),
            place: Some(("src/pool.rs".to_owned(), 31)),
        };
        let mut found = findings::panicked(&vec![seen; count], None);
        found[0].level = Level::Warn;
        found[0].created_at = task(1).created_at;
        found
    };
    golden("panicked_1.txt", &text(&report(panicked(1))));
    let both = report([vec![task(1)], panicked(2)].concat());
    golden("panicked_2.txt", &text(&both));
    golden("panicked_github.txt", &super::github::render(&both));
    let kinds = |count| {
        [Kind::Thread, Kind::BlockingTask].map(|kind| Leak {
            kind,
            ..panicked(count).remove(0)
        })
    };
    golden("panicked_kinds_1.txt", &text(&report(kinds(1).into())));
    golden("panicked_kinds_2.txt", &text(&report(kinds(2).into())));
}

#[test]
fn growth() {
    let grown = |steps: &[usize]| Leak {
        note: Some(Note::Growth {
            steps: steps.to_vec(),
            is_shared: false,
        }),
        ..task(steps.iter().sum())
    };
    let report = Report {
        gaps: Vec::new(),
        notes: vec![
            Remark::Rounds {
                warm_up: 0,
                measured: 2,
            },
            Remark::Rounds {
                warm_up: 1,
                measured: 2,
            },
            Remark::Rounds {
                warm_up: 3,
                measured: 5,
            },
        ],
        ..report(vec![grown(&[2; 5]), grown(&[1, 3, 1])])
    };
    golden("growth.txt", &text(&report));
}

#[test]
fn warnings() {
    let warning = |leak: Leak| Leak {
        level: Level::Warn,
        ..leak
    };
    let all = report(vec![warning(task(2)), warning(thread(Some("flusher")))]);
    assert!(!all.fails());
    golden("warnings.txt", &text(&all));
    let one = report(vec![task(1), warning(thread(Some("flusher")))]);
    assert!(one.fails());
    golden("a_warning_beside.txt", &text(&one));
    golden("warnings_github.txt", &super::github::render(&one));
    let json = render(&one, Format::Json, TraceLevel::Site);
    assert_eq!(json.matches("\"level\": \"warn\"").count(), 1, "{json}");
    assert_eq!(json.matches("\"level\"").count(), 1, "{json}");
}

#[test]
fn spawned_by_a_dependency() {
    let through = frame(
        "axum::serve::run",
        "axum-0.8.3/src/serve/mod.rs",
        297,
        None,
        Dependency,
    );
    let leak = Leak {
        created_through: vec![through],
        ..task(1)
    };
    golden("through_a_dependency.txt", &text(&report(vec![leak])));
}

#[test]
fn spawned_by_a_dependency_in_the_background() {
    let dependency = |function, file, line| frame(function, file, line, None, Dependency);
    let file = "hyper-1.8.0/src/proto/h2/server.rs";
    let site = dependency("hyper::proto::h2::server::Serving::add", file, 297);
    let file = "hyper-util-0.1.17/src/rt/tokio.rs";
    let through = dependency("hyper_util::rt::tokio::TokioExecutor::execute", file, 65);
    let leak = Leak {
        created_at: Some(site),
        created_through: vec![through],
        ..task(1)
    };
    golden("in_the_background.txt", &text(&report(vec![leak])));
}

#[test]
fn tasks_that_are_only_counted() {
    for count in [1, 3] {
        let report = Report {
            coverage: Coverage {
                kinds: vec![(
                    Kind::Task,
                    Seen::Partial("tasks are counted, not named".to_owned()),
                )],
            },
            ..report(vec![counted(count)])
        };
        golden(&format!("counted_{count}.txt"), &text(&report));
    }
}

#[test]
fn numbered_threads() {
    let named = |name| Leak {
        accept: Some(format!("ignore_thread_name(\"{name}\")")),
        ..thread(Some(name))
    };
    let leaks = ["pool-8", "pool-9", "other", "pool-10"].map(named);
    let joined = findings::join_numbered(leaks.into());
    golden("numbered_threads.txt", &text(&report(joined)));
}

#[test]
fn a_thread_without_a_name_or_a_source() {
    let site = frame("dep::start", "dep-1.0.0/src/lib.rs", 9, None, Dependency);
    let leak = Leak {
        created_at: Some(site),
        created_by: Vec::new(),
        stack: Vec::new(),
        ..thread(None)
    };
    let nowhere = Leak {
        created_at: None,
        created_by: Vec::new(),
        stack: Vec::new(),
        accept: None,
        ..thread(None)
    };
    golden(
        "thread_without_name.txt",
        &text(&report(vec![leak, nowhere])),
    );
}

#[test]
fn a_stuck_pool_thread() {
    let thread = Resource {
        id: ResourceId::Thread(1),
        origin: 0,
        age_ms: Some(1100),
        detail: Detail::Thread {
            tid: 7,
            name: Some("tokio-rt-worker".to_owned()),
            runtime: 3,
            parent: 0,
            activity: None,
            place: 0,
            closure: None,
        },
    };
    let found = findings::findings(&[thread], &[], findings::Beside::default(), Some(3), None);
    golden("stuck_pool_thread.txt", &text(&report(found)));
}

#[test]
fn rules_that_accepted_something() {
    let entry = |rule: &str, reason: &str, count, built_in| Ignored {
        rule: rule.to_owned(),
        reason: reason.to_owned(),
        source: None,
        count,
        kind: Kind::Thread,
        built_in,
        accepted: Accepted::default(),
    };
    let report = Report {
        ignored: vec![
            entry("ignore_thread_name(\"metrics-*\")", "", 1, false),
            entry(
                "ignore_created_by(\"moka::*\")",
                "process-wide housekeeper",
                2,
                false,
            ),
            entry(
                "ignore_created_by(\"rayon_core::registry::*\")",
                "rayon's global pool has no shutdown",
                2,
                true,
            ),
        ],
        gaps: Vec::new(),
        notes: vec![
            Remark::OverLimit {
                rule: "ignore_created_by(\"moka::*\")".to_owned(),
                limit: 2,
            },
            Remark::NearMiss {
                rule: "ignore_created_by(\"my_ap::pool::*\")".to_owned(),
                meant: "my_app::pool::*".to_owned(),
            },
        ],
        ..report(vec![task(1)])
    };
    golden("rules.txt", &text(&report));
}

#[test]
fn what_the_project_knows_and_accepts() {
    let counted = Leak {
        accept: None,
        ..counted(1)
    };
    let mut accepted = Accepted::default();
    accepted.add("created_by", &task(1).created_at.expect("a site"), 1);
    accepted.unlisted = 2;
    let report = Report {
        known: vec![task(2), thread(Some("flusher")), counted],
        ignored: vec![Ignored {
            rule: "ignore_created_by(\"moka::*\")".to_owned(),
            reason: "process-wide housekeeper".to_owned(),
            source: Some("../leakcheck.toml:7".to_owned()),
            count: 3,
            kind: Kind::Thread,
            built_in: false,
            accepted,
        }],
        ..report(vec![task(1)])
    };
    golden("known.txt", &text(&report));
    golden(
        "known.json",
        &render(&report, Format::Json, TraceLevel::Site),
    );
}

#[test]
fn the_body_comes_first() {
    for (body, name) in [
        (Body::Panicked, "body_panicked.txt"),
        (Body::Failed, "body_failed.txt"),
    ] {
        golden(
            name,
            &text(&Report {
                body,
                ..report(vec![task(1)])
            }),
        );
    }
}

#[test]
fn what_could_not_be_looked_at() {
    let why = "2 more tasks are listed than the runtime counts as alive, so nothing is claimed about tasks";
    let of_level = |level| Report {
        verdict: Verdict::Inconclusive,
        gaps: vec![Gap {
            kind: Kind::Task,
            why: why.to_owned(),
            level,
        }],
        notes: vec![Remark::Gap(why.to_owned())],
        ..report(Vec::new())
    };
    let denied = of_level(Level::Deny);
    assert!(denied.fails());
    golden("inconclusive.txt", &text(&denied));
    assert!(!of_level(Level::Warn).fails());
    // What is known to be left only warns; what is not known may be more.
    let beside = Report {
        gaps: denied.gaps,
        ..report(vec![Leak {
            level: Level::Warn,
            ..task(1)
        }])
    };
    assert!(beside.fails());
}

#[test]
fn full_stacks() {
    golden(
        "full_trace.txt",
        &render(&report(vec![task(1)]), Format::Text, TraceLevel::Full),
    );
}

#[test]
fn names_cannot_steer_the_terminal() {
    let shown = text(&report(vec![thread(Some("evil\x1b[2J\nname"))]));
    assert!(
        !shown.contains('\x1b') && shown.contains("evil\\u{1b}[2J\\nname"),
        "{shown}"
    );
}

#[test]
fn for_machines() {
    let report = report(vec![task(2), counted(1)]);
    golden(
        "report.json",
        &render(&report, Format::Json, TraceLevel::Site),
    );
    golden("github.txt", &super::github::render(&report));
}
