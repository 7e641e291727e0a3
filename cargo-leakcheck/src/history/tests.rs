use std::fs;

use super::*;
use crate::{golden::golden, revision::Revision, summary::tests::full};

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
    assert_eq!(
        entry.line(),
        "2026-11-30T12:00:00Z 7842648c0a1b main tests=7 new=7 known=1 fixed=1 hung=1 check_ms=13 waited_ms=360 left.fd=1 left.task=7"
    );
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
