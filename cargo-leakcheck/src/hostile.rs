//! Whatever stands in a report, in each of its fields, does nothing to who reads what is made of it: no line is a command, no
//! character steers a terminal, no cell or element ends early, no number is too large, and it takes no longer than its size.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    annotate,
    baseline::{Baseline, Key, Known},
    diff::{self, Diff, Run},
    dot, explain, folded,
    graphs::Graphs,
    junit,
    link::Links,
    markdown,
    overbroad_rules::OverbroadRules,
    report::{self, Report},
    repository::Repository,
    sarif,
    stored_findings::StoredFindings,
    summary::Summary,
    text,
    view::{self, Beside},
    workspace::Workspace,
};

/// Words of which each is a trap for some reader.
const TRAPS: [&str; 14] = [
    "::error::stop",
    "\n::error::stop",
    "\r\n  ::set-output name=a::b",
    "##[error]stop",
    "\x1b[31mred\x1b]0;title\x07",
    "a|b`c` **d** <img src=x> [e](http://f) \\",
    "\\|",
    "``",
    "]]> <!-- & \"'",
    "\u{202e}txt\u{2066}\u{200b}",
    "\u{9b}31m\u{85}\u{2028}next\u{2029}",
    "\u{0}\u{8}\u{fffe}\u{ffff}",
    "%0A::error::%25",
    "",
];

/// A report with this in each field that has a text.
fn hostile(trap: &str, verdict: &str) -> Value {
    let frame = json!({ "file": trap, "line": u32::MAX, "column": 0, "function": trap });
    let mut leak = json!({
        "kind": trap, "count": u64::MAX, "name": trap, "created_at": frame, "waits_at": [frame], "waits_in": frame,
        "waits_for": { "what": trap }, "fingerprint": trap,
        "why": { "pattern": trap, "certain": false, "text": trap, "help": trap },
        "created_through": [frame], "created_by": [frame], "tasks": [u64::MAX, 0], "details": [trap], "state": trap,
        "unread": trap, "accept": trap, "age_ms": u64::MAX, "polls": u32::MAX, "held": [kept(trap)],
    });
    leak["waits_for"] = awaited(trap);
    leak["keeps_own_handle"] = with(
        &frame,
        &json!({ "kind": trap, "local": trap, "path": trap, "certain": true, "proven": true }),
    );
    let mut follower = leak.clone();
    follower["name"] = "a".into();
    follower["fingerprint"] = "a".into();
    follower["follows"] = json!({ "leak": 0, "because": trap });
    let mut lost = follower.clone();
    lost["fingerprint"] = "b".into();
    lost["follows"]["leak"] = u64::MAX.into();
    let mut panicked = leak.clone();
    panicked["panic"] = trap.into();
    json!({
        "format_version": 1, "package": trap, "binary": trap, "test": trap,
        "location": { "file": trap, "line": 0 }, "verdict": verdict, "body": "timed_out",
        "hang": {
            "after_ms": u64::MAX, "because": [trap], "why": leak["why"], "alive": [leak], "ended_process": trap, "thread": { "tid": -1, "doing": trap, "stack": [frame] },
        },
        "breaches": [{ "kind": trap, "limit": u64::MAX, "peak": u64::MAX, "rate": { "begun": u64::MAX, "within_us": u64::MAX }, "noted": 0, "sites": [{ "count": u64::MAX, "at": frame }] }],
        "body_waits": { "waits_at": [frame], "waits_for": awaited(trap), "unread": trap }, "waited_ms": u64::MAX, "check_us": u64::MAX,
        "leaks": [leak, leak, panicked, follower, lost], "known": [leak],
        "ignored": [
            { "count": u64::MAX, "source": trap, "sites": [{ "by": trap, "function": trap, "file": trap, "line": 1 }] },
            { "count": u64::MAX, "source": "leakcheck.toml:1", "unlisted": u64::MAX, "sites": sites(trap) },
        ],
    })
}

fn awaited(trap: &str) -> Value {
    let frame = json!({ "file": trap, "line": 1, "function": trap });
    let holder = |kind: &str| {
        with(
            &frame,
            &json!({ "kind": kind, "task": u64::MAX, "name": trap, "local": trap, "also": [trap] }),
        )
    };
    let awaited = json!({
        "what": trap, "event": trap, "held_by": [holder("task"), holder("static"), holder(trap)], "unlisted": u64::MAX,
        "missing": { "ends": u64::MAX, "whole": true, "threads": u64::MAX }, "tasks": [u64::MAX], "never": true,
    });
    with(&awaited, &json!({ "or": [awaited] }))
}

fn kept(trap: &str) -> Value {
    let keeper = json!({ "kind": trap, "task": 1, "name": trap, "locals": [trap], "certain": false, "call": trap });
    json!({ "details": [trap], "by": [keeper] })
}

fn with(value: &Value, more: &Value) -> Value {
    let mut value = value.clone();
    let fields = more.as_object().into_iter().flatten();
    fields.for_each(|(key, field)| value[key] = field.clone());
    value
}

/// Functions of several modules.
fn sites(trap: &str) -> Vec<Value> {
    let site = |module: &str| {
        let function = format!("{trap}{module}::{trap}");
        json!({ "by": trap, "function": function, "file": trap, "line": 1 })
    };
    ["a", "b", "c", "d", "e"].map(site).to_vec()
}

fn parse(report: &Value) -> Report {
    report::parse(&report.to_string(), Path::new("a.json")).expect("a report")
}

/// All that can be made of reports, as it is written.
fn rendered(rounds: &[Vec<Report>], baseline: &Baseline) -> BTreeMap<&'static str, String> {
    let summary = Summary::of(rounds, baseline);
    let repository = Repository::default();
    let text = text::render(&summary, Links::default());
    let stored = StoredFindings::of(rounds);
    let folder = PathBuf::from(TRAPS[4]);
    let run = |summary| Run {
        folder: &folder,
        summary,
    };
    let none = Summary::of(&[vec![Report::default()]], baseline);
    let diff = Diff::of(run(&none), run(&summary));
    let read: Result<Value, _> = serde_json::from_str(&diff::json(&diff, &[]));
    read.expect("JSON");
    let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
    let reports: Vec<Report> = rounds.iter().flatten().cloned().collect();
    let explained =
        ["a", "b", TRAPS[0]].map(|name| match explain::text(name, &reports, &repository) {
            Ok(told) => plain(&told),
            Err(error) => error.to_string(),
        });
    BTreeMap::from([
        ("explained", explained.concat()),
        ("text", plain(&text)),
        ("annotations", annotate::render(&summary, &repository)),
        ("markdown", markdown::render(&summary)),
        ("sarif", sarif::render(&summary, &repository)),
        ("junit", junit::render(&summary)),
        ("dot", dot::render(&summary, &mut Graphs::new(&stored))),
        ("folded", folded::render(&summary, &stored)),
        ("diff", plain(&diff::text(&diff, Links::default()))),
        ("diff as Markdown", diff::markdown(&diff)),
        ("page", page(&summary, rounds, &repository, &diff)),
    ])
}

/// The data of the page, and what else of it is not the same each time.
fn page(
    summary: &Summary,
    rounds: &[Vec<Report>],
    repository: &Repository,
    diff: &Diff<'_>,
) -> String {
    let beside = Beside {
        diff: Some(diff),
        ..Beside::default()
    };
    let page = view::render(summary, rounds, repository, &beside);
    assert_eq!(page.matches("<script").count(), 2, "nothing is put in");
    assert_eq!(page.matches("</script>").count(), 2, "nothing ends early");
    let (head, rest) = page.split_once("<style>").expect("a style");
    let (_, rest) = rest.split_once("id=\"data\">").expect("data");
    let (data, _) = rest.split_once("</script>").expect("its end");
    assert!(!data.contains('<'), "{data}");
    let read: Value = serde_json::from_str(data).expect("JSON");
    let texts = read["texts"].as_array().expect("texts").iter();
    let texts: Vec<&str> = texts.filter_map(Value::as_str).collect();
    let (_, title) = head.split_once("<title>").expect("a title");
    format!("{title}{}", texts.join("\n "))
}

/// What a runner of GitHub takes for a command, apart from those that are meant.
fn commands(text: &str) -> Vec<&str> {
    let is_command = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    lines.filter(is_command).collect()
}

fn assert_harmless(what: &str, text: &str) {
    let steers = |c: &char| {
        c.is_control() && *c != '\n'
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
    };
    let found = text.chars().find(steers);
    assert_eq!(found, None, "{what}: {text:?}");
    if what != "annotations" {
        assert_eq!(commands(text), [""; 0], "{what}: {text}");
    }
}

/// Rows with so many cells, of which none ends inside of code.
fn assert_table(markdown: &str, cells: usize) {
    for row in markdown.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(row.matches('|').count(), cells + 1, "{row}");
        assert_eq!(row.matches('`').count() % 2, 0, "{row}");
    }
    let outside: String = markdown.split('`').step_by(2).collect();
    assert!(!outside.contains(['<', '[', '\\']), "{outside}");
}

#[test]
fn no_field_does_harm() {
    for trap in TRAPS {
        let rounds = || {
            let inconclusive = parse(&hostile(trap, "inconclusive"));
            vec![parse(&hostile(trap, "leaked")), inconclusive]
        };
        let rendered = rendered(&[rounds(), rounds()], &Baseline::default());
        for (what, text) in &rendered {
            assert_harmless(what, text);
        }
        let annotations = &rendered["annotations"];
        assert!(annotations.lines().count() >= 2, "{annotations}");
        for line in annotations.lines() {
            let (command, _) = line.split_once(' ').expect("it has properties");
            assert!(["::error", "::warning"].contains(&command), "{line}");
            assert!(!line[2..].contains("##["), "{line}");
        }
        assert_table(&rendered["markdown"], 5);
        assert_table(&rendered["diff as Markdown"], 6);
        for line in rendered["folded"].lines() {
            let (stack, count) = line.rsplit_once(' ').expect("a count");
            assert!(
                count.parse::<usize>().is_ok() && stack.contains(";["),
                "{line}"
            );
        }
        for line in rendered["dot"].lines() {
            // Each attribute is in quotes that end on its line.
            assert_eq!(
                line.replace("\\\\", "")
                    .replace("\\\"", "")
                    .matches('"')
                    .count()
                    % 2,
                0,
                "{line}"
            );
        }
        let sarif: Value = serde_json::from_str(&rendered["sarif"]).expect("JSON");
        for result in sarif["runs"][0]["results"].as_array().expect("results") {
            let message = result["message"]["text"].as_str().expect("a text");
            assert_harmless("a message", message);
            assert!(!message.contains("]("), "{message}");
        }
        let junit = quick_junit::Report::deserialize_from_str(&rendered["junit"]);
        assert_eq!(junit.expect("JUnit").tests, 1, "{trap:?}");
    }
}

#[test]
fn no_rule_that_is_told_does_harm() {
    for trap in TRAPS {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(
            folder.path().join("leakcheck.toml"),
            "[[ignore]]\nthread_name = '*'\n",
        )
        .expect("it is written");
        let mut report = hostile(trap, "clean");
        report["package"] = "a".into();
        let workspace = Workspace {
            root: folder.path().to_owned(),
            target: folder.path().join("target"),
            packages: [("a".to_owned(), folder.path().to_owned())].into(),
            members: Vec::new(),
        };
        let overbroad = OverbroadRules::of(&workspace, &[vec![parse(&report)]]);
        assert!(overbroad.is_some(), "{trap:?}");
        assert_harmless("rules", &overbroad.render(false));
    }
}

#[test]
fn no_error_does_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let level = |trap: &str| {
        let mut report = hostile("a", "leaked");
        report["leaks"][0]["level"] = trap.into();
        report.to_string()
    };
    for (number, trap) in TRAPS.iter().enumerate() {
        let name = format!("{number}{}.json", trap.replace(['/', '\0'], "_"));
        fs::write(folder.path().join(name), level(trap)).expect("it is written");
    }
    let (reports, errors) = report::read(folder.path());
    assert_eq!((reports.len(), errors.len()), (0, TRAPS.len()));
    for error in errors {
        assert_harmless("an error", &error.to_string());
    }
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_passed_over() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let fifo = std::process::Command::new("mkfifo")
        .arg(path("a.json"))
        .status();
    assert!(fifo.expect("it is there").success());
    let _socket = UnixListener::bind(path("b.json")).expect("a socket");
    fs::create_dir(path("c.json")).expect("a folder");
    symlink("/dev/zero", path("d.json")).expect("a link");
    symlink(path("a.json"), path("e.json.part")).expect("a link");
    fs::write(path("f.json"), hostile("a", "leaked").to_string()).expect("it is written");
    symlink(path("f.json"), path("g.json")).expect("a link");
    symlink("nowhere", path("h.json")).expect("a link");
    let (reports, errors) = report::read(folder.path());
    assert_eq!(reports.len(), 2);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].to_string().contains("h.json"), "{errors:?}");
}

/// Work that grew with the square would take hours here.
#[test]
fn many_places_are_no_more_work_each_than_one() {
    const PLACES: usize = 10_000;
    let mut baseline = Baseline::default();
    let reports = (0..PLACES).map(|number| {
        let (binary, test) = (format!("b{}", number / 2), format!("t{}", number / 3));
        let known = Known {
            count: 1,
            site: String::new(),
        };
        let fingerprint = format!("{:016x}", number + PLACES);
        baseline.add(Key::new((Some("p"), &binary, &test), "task", &fingerprint), known);
        let frame = json!({ "file": format!("src/{number}.rs"), "line": 1, "function": "f" });
        let leak = |kind: &str| {
            json!({ "kind": kind, "created_at": frame, "fingerprint": format!("{number:016x}") })
        };
        parse(&json!({
            "format_version": 1, "package": "p", "binary": binary, "test": test,
            "location": { "file": "a.rs", "line": 1 }, "verdict": "leaked", "body": "passed",
            "leaks": [leak("task"), leak(&format!("kind_{number}"))],
        }))
    });
    let rounds = [reports.collect::<Vec<_>>()];
    let mut printed = crate::runner_output::RunnerOutput::new(crate::args::Runner::Test);
    printed.read("running 3333 tests");
    printed.read("failures:");
    for number in 0..PLACES / 3 {
        printed.read(&format!("    t{number}"));
    }
    printed.read(&format!(
        "test result: FAILED. 0 passed; {} failed;",
        PLACES / 3
    ));
    assert!(printed.are_leaks_only(&rounds[0]));
    assert_eq!(Summary::of(&rounds, &baseline).gone.len(), PLACES);
    let rendered = rendered(&rounds, &baseline);
    assert_eq!(rendered["annotations"].lines().count(), 2 * PLACES);
    assert!(rendered["text"].lines().count() > 2 * PLACES);
}
