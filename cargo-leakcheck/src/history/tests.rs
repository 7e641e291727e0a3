use std::fs;

use super::*;
use crate::{
    baseline::Baseline, golden::golden, report::tests::sample, revision::Revision,
    summary::tests::full,
};

fn entry(when: &str, branch: &str, new: u64) -> Entry {
    let revision = Revision {
        commit: "7842648c0a1b".to_owned(),
        branch: branch.to_owned(),
    };
    Entry {
        new,
        left: [("task".to_owned(), new), ("fd".to_owned(), 1)].into(),
        ..Entry::of(&full(), when, revision)
    }
}

fn parsed(text: &str) -> (History, Vec<String>) {
    let (history, errors) = History::parse(text, Path::new("leakcheck.history"));
    let errors = errors.iter().map(ToString::to_string).collect();
    (history, errors)
}

#[test]
fn it_reads_what_it_writes() {
    let entry = entry("2026-11-30T12:00:00Z", "main", 7);
    let (counts, first) = entry
        .line()
        .split_once(" first.")
        .map_or_else(Default::default, |(counts, first)| {
            (counts.to_owned(), first.to_owned())
        });
    assert_eq!(
        counts,
        "2026-11-30T12:00:00Z 7842648c0a1b main tests=7 new=7 known=1 fixed=1 hung=1 check_ms=13 waited_ms=360 left.fd=1 left.task=7"
    );
    assert_eq!(first.matches("=1").count(), entry.first.len(), "{first}");
    assert_eq!(Entry::read(&entry.line()), Ok(entry.clone()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(NAME);
    let (mut history, errors) = History::read(&path);
    assert!(history.is_empty() && errors.is_empty());
    history.add(entry.clone());
    history.add(entry);
    history.write(&path).expect("it is written");
    let text = fs::read_to_string(&path).expect("text");
    assert_eq!(text.lines().count(), 2, "{text}");
    let (again, errors) = History::read(&path);
    assert_eq!((again.lines, errors.len()), (history.lines, 0));
}

/// The first run that has what makes a finding is told, also where that has moved or another test shows it.
#[test]
fn what_was_seen_before_is_dated() {
    let run = |leaks: &[&str], test: &str| {
        Summary::of(&[vec![sample(test, leaks)]], &Baseline::default())
    };
    let pool = ["aaaaaaaaaaaaaaaa task 1 src/pool.rs:88"];
    let more = [
        "aaaaaaaaaaaaaaaa task 2 src/pool.rs:95",
        "bbbbbbbbbbbbbbbb thread 1 -",
    ];
    let add = |history: &mut History, when: &str, summary: &Summary| {
        let revision = Revision {
            commit: format!("c{when}"),
            branch: "main".to_owned(),
        };
        history.add(Entry::of(
            summary,
            &format!("2026-11-0{when}T12:00:00Z"),
            revision,
        ));
    };
    let mut history = History::default();
    add(&mut history, "2", &run(&pool, "drains"));
    add(&mut history, "4", &run(&more, "reconnects"));
    add(&mut history, "5", &run(&more, "reconnects"));
    // Once more, and what is told again adds nothing.
    add(&mut history, "5", &run(&more, "reconnects"));
    let firsts: Vec<usize> = history
        .entries
        .iter()
        .map(|entry| entry.first.len())
        .collect();
    assert_eq!(firsts, [1, 1, 0]);
    let dated = |history: &History, summary: &Summary| -> Vec<Option<String>> {
        let mut summary = summary.clone();
        history.date(&mut summary);
        let findings = summary.findings.into_iter();
        findings
            .map(|finding| Some(finding.first_seen?.commit))
            .collect()
    };
    let seen = |commit: &str| Some(commit.to_owned());
    assert_eq!(
        dated(&history, &run(&more, "others")),
        [seen("c2"), seen("c4")]
    );
    let other = ["aaaaaaaaaaaaaaaa fd 1 src/pool.rs:88"];
    assert_eq!(dated(&history, &run(&other, "drains")), [None]);
    assert_eq!(dated(&History::default(), &run(&pool, "drains")), [None]);
    // As it is written and read, with the lines of a branch on which it was seen earlier.
    let mut branch = History::default();
    add(&mut branch, "1", &run(&more[1..], "reconnects"));
    let lines: Vec<String> = history.lines.iter().chain(&branch.lines).cloned().collect();
    let (both, errors) = parsed(&format!("{TITLE}\n{}\n", lines.join("\n")));
    assert_eq!(errors, [""; 0]);
    assert_eq!(
        dated(&both, &run(&more, "others")),
        [seen("c2"), seen("c1")]
    );
    // A run that is added late may be the first one.
    add(&mut history, "3", &run(&more[1..], "others"));
    assert_eq!(
        dated(&history, &run(&more, "others")),
        [seen("c2"), seen("c3")]
    );
}

/// Whatever stands in a report, a line of it can be read.
#[test]
fn no_fingerprint_breaks_a_line() {
    let mut report = sample("a", &["f1 task 1 -"]);
    report.leaks[0].fingerprint = "\n======= a b".to_owned();
    let summary = Summary::of(&[vec![report]], &Baseline::default());
    let entry = Entry::of(
        &summary,
        "2026-11-30T12:00:00Z",
        Revision {
            commit: "-".to_owned(),
            branch: "-".to_owned(),
        },
    );
    assert!(entry.first.is_empty());
}

/// What is no fingerprint is none of ours, and a line stays as it is.
#[test]
fn what_only_looks_like_a_fingerprint_is_passed_over() {
    let line = entry("2026-11-30T12:00:00Z", "main", 7).line() + " first.\x1b[31m=1 first.=2";
    let (history, errors) = parsed(&format!("{TITLE}\n{line}\n"));
    assert_eq!(errors, [""; 0]);
    assert!(history.lines.contains(&line));
    let first = history.entries.first().map(|entry| entry.first.clone());
    assert!(first.is_some_and(|first| first.iter().all(|maker| maker.len() == 16)));
}

/// Git puts the lines of both sides one after the other.
#[test]
fn a_union_of_two_is_one() {
    let [first, second, third] =
        [1, 2, 3].map(|day| entry(&format!("2026-11-0{day}T12:00:00Z"), "main", day));
    let (first, second, third) = (first.line(), second.line(), third.line());
    let side = |lines: [&str; 2]| format!("{TITLE}\n{}\n", lines.join("\n"));
    let both = side([&first, &third]) + &side([&first, &second]);
    let (history, errors) = parsed(&both);
    assert_eq!(errors, [""; 0]);
    assert_eq!(history.lines, BTreeSet::from([first, second, third]));
}

#[test]
fn what_a_later_release_has_added_stays() {
    let line = entry("2026-11-30T12:00:00Z", "main", 7).line() + " cost=3";
    let (history, errors) = parsed(&format!("{TITLE}\n{line}\n"));
    assert_eq!(errors, [""; 0]);
    assert!(history.lines.contains(&line));
}

#[test]
fn what_is_not_understood_is_told_with_its_line() {
    let good = entry("2026-11-30T12:00:00Z", "main", 7).line();
    let text = [
        TITLE,
        "<<<<<<< ours",
        &good,
        "2026-11-30T12:00:00Z main",
        "2026-11-30T12:00:00Z 7842648c0a1b main new=many",
        "2026-11-30T12:00:00Z 7842648c0a1b main tests=1",
    ];
    let (history, errors) = parsed(&text.join("\n"));
    assert_eq!(history.entries.len(), 1);
    assert_eq!(
        errors,
        [
            "failed to read leakcheck.history:2: a merge was left here: keep the lines of both sides, and let git do so with `leakcheck.history merge=union` in `.gitattributes`",
            "failed to read leakcheck.history:4: expected a time, a commit and a branch, with one space between them",
            "failed to read leakcheck.history:5: `new=many` is no number with a name, such as `new=3`",
            "failed to read leakcheck.history:6: `new=` is missing",
        ]
    );
    let (_, errors) = parsed("leakcheck baseline 1\n");
    assert_eq!(
        errors,
        [
            "failed to read leakcheck.history:1: expected `leakcheck history 1`; if it is no history, name another file with --history"
        ]
    );
}

#[test]
fn the_last_runs_are_shown() {
    let mut history = History::default();
    for day in 1..=24 {
        history.add(entry(
            &format!("2026-11-{day:02}T12:00:00Z"),
            "main",
            40 - day,
        ));
    }
    history.add(entry("2026-11-24T13:00:00Z", "fix/pool", 2));
    history.add(entry("2026-11-24T14:00:00Z", "fix/pool", 5));
    golden("history.txt", &history.render());
    let hostile = Entry {
        branch: "\x1b[31m::error::".to_owned(),
        ..entry("now", "main", 1)
    };
    history.add(hostile);
    assert!(!history.render().contains('\x1b'));
}
