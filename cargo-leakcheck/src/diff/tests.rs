use std::path::PathBuf;

use leakcheck_report::{Body, Follows, Hang, Written, diff as written, diff::Outcome};

use super::{change::Change, *};
use crate::{
    baseline::Baseline,
    golden::golden,
    link::Links,
    report::{Level, Report, Verdict, Why, tests::sample},
    summary::Summary,
};

/// A run with its summary.
struct Stored {
    folder: PathBuf,
    summary: Summary,
}

impl Stored {
    fn run(&self) -> Run<'_> {
        let (folder, summary) = (&self.folder, &self.summary);
        Run { folder, summary }
    }
}

/// A run with these reports.
fn run(name: &str, rounds: &[Vec<Report>]) -> Stored {
    Stored {
        folder: PathBuf::from("target/leakcheck").join(name),
        summary: Summary::of(rounds, &Baseline::default()),
    }
}

fn of(reports: &[Report]) -> Stored {
    run("a", &[reports.to_vec()])
}

/// What became of each cause, by its first fingerprint.
fn outcomes(before: &[Report], after: &[Report]) -> Vec<(String, Outcome)> {
    let (before, after) = (of(before), of(after));
    let diff = Diff::of(before.run(), after.run());
    let outcome = |change: &Change<'_>| (change.first().fingerprint.clone(), change.outcome);
    diff.changes.iter().map(outcome).collect()
}

fn outcome(before: &[Report], after: &[Report]) -> Outcome {
    let all = outcomes(before, after);
    let [(_, outcome)] = &all[..] else {
        panic!("one cause: {all:?}");
    };
    *outcome
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn why(pattern: &str) -> Why {
    Why {
        pattern: pattern.to_owned(),
        certain: true,
        text: format!("it is so, says {pattern}"),
        help: "do otherwise".to_owned(),
    }
}

fn follows(leak: usize) -> Follows {
    let because = "closes when it ends".to_owned();
    Follows { leak, because }
}

/// All that there can be.
fn full() -> [Stored; 2] {
    let pool = |leaks: &[&str]| {
        let mut report = sample("drains", leaks);
        report.leaks[0].why = Some(why("own-sender"));
        report.leaks[1].follows = Some(follows(0));
        report
    };
    let mut failed = sample("fails", &[]);
    failed.body = Body::Panicked;
    let mut hung = sample("hangs", &[]);
    hung.body = Body::TimedOut;
    hung.hang = Some(Hang {
        after_ms: 2000,
        ..Hang::default()
    });
    let mut new = sample(
        "starts",
        &["a1 thread 1 src/new.rs:3", "a2 fd 2 src/new.rs:4"],
    );
    new.leaks[0].why = Some(why("unjoined-thread"));
    new.leaks[1].follows = Some(follows(0));
    let mut warned = sample("warns", &["b1 fd 1 src/warned.rs:7"]);
    warned.leaks[0].level = Level::Warn;
    let round = vec![
        pool(&["c1 task 1 src/pool.rs:88", "c2 fd 1 src/pool.rs:90"]),
        sample("reconnects", &[]),
        sample("rotates", &["d1 timer 3 src/log.rs:30"]),
        sample("fails", &["e1 process 1 src/child.rs:5"]),
        sample("parses", &["f1 task 1 src/old.rs:5"]),
        sample("is_as_before", &["a0 runtime 1 src/same.rs:5"]),
        sample("hangs", &[]),
        sample("warns", &[]),
        sample("starts", &[]),
    ];
    let mut again = round.clone();
    again.push(sample("is_rare", &[]));
    let mut round = round;
    round.push(sample("is_rare", &["g1 task 1 src/rare.rs:5"]));
    let before = run("2026-11-23T12-00-00Z", &[round, again]);
    let after = vec![
        pool(&["c1 task 2 src/pool.rs:92", "c2 fd 2 src/pool.rs:94"]),
        sample("reconnects", &["c3 task 1 src/pool.rs:92"]),
        sample("rotates", &["d1 timer 1 src/log.rs:31"]),
        failed,
        sample("parses", &[]),
        sample("is_as_before", &["a0 runtime 1 src/same.rs:5"]),
        new,
        sample("is_added", &["a3 thread 1 src/added.rs:3"]),
        warned,
        hung,
        sample("is_rare", &[]),
    ];
    let mut after = run("2026-11-30T12-00-00Z", &[after]);
    for finding in &mut after.summary.findings {
        if finding.fingerprint == "c3" {
            finding.name = Some("my_app::pool::c1".to_owned());
            finding.whys = vec![why("own-sender")];
        }
    }
    [before, after]
}

#[test]
fn everything_is_told() {
    let [before, after] = full();
    let diff = Diff::of(before.run(), after.run());
    assert!(diff.fails());
    golden("diff_full.txt", &plain(&text(&diff, Links::default())));
    golden("diff_full.md", &markdown(&diff));
    let told = json(&diff, &["failed to read a.json".to_owned()]);
    golden("diff_full.json", &told);
    let read: written::Diff = serde_json::from_str(&told).expect("it is read");
    assert_eq!(read.to_json(), told, "what is read is what was written");
    assert!(read.fails && read.changes.len() == diff.changes.len());
    let nothing = json_of_nothing(&["failed".to_owned()]);
    let read: written::Diff = serde_json::from_str(&nothing).expect("it is read");
    assert!(!read.fails && read.errors == ["failed"]);
}

/// The page of the later run tells the same of its causes, and the rest besides.
#[test]
fn the_page_says_what_became_of_each() {
    let [before, after] = full();
    let diff = Diff::of(before.run(), after.run());
    let findings = after.summary.findings.iter();
    let told = findings.map(|finding| match diff.since(finding) {
        Some(since) => format!(
            "{} {}: {}\n",
            finding.fingerprint, since.outcome, since.sentence
        ),
        None => format!("{}\n", finding.fingerprint),
    });
    let notes = diff.notes().into_iter().map(|note| note + "\n");
    golden("diff_page.txt", &told.chain(notes).collect::<String>());
}

#[test]
fn each_sentence_fits_its_number() {
    let leaks = ["a1 task 1 src/a.rs:1", "b1 fd 1 src/b.rs:1"];
    let (none, one, two) = (
        sample("a", &[]),
        sample("a", &leaks[..1]),
        sample("a", &leaks),
    );
    let mut failed = none.clone();
    failed.body = Body::Panicked;
    let told: Vec<String> = [
        (&none, &none),
        (&none, &one),
        (&none, &two),
        (&one, &none),
        (&two, &one),
        (&two, &two),
        (&two, &failed),
    ]
    .iter()
    .map(|(before, after)| {
        let (before, after) = (of(&[(*before).clone()]), of(&[(*after).clone()]));
        text::headline(&Diff::of(before.run(), after.run()))
    })
    .collect();
    assert_eq!(
        told,
        [
            "neither run left anything behind",
            "1 cause is new",
            "2 causes are new",
            "1 cause is gone",
            "1 cause is gone and 1 is as before",
            "2 causes are as before",
            "2 causes were not looked for everywhere",
        ]
    );
}

#[test]
fn lines_and_tests_move() {
    let at = |test: &str, leak: &str| sample(test, &[leak]);
    let was = at("a", "f1 task 1 src/a.rs:1");
    let same =
        |after: Report| outcome(&[was.clone(), sample("b", &[])], &[after, sample("a", &[])]);
    assert_eq!(same(at("b", "f1 task 1 src/a.rs:9")), Outcome::Same);
    // In another test its fingerprint is another one, and what makes it is the same.
    let mut elsewhere = at("b", "f2 task 1 src/a.rs:1");
    elsewhere.leaks[0].name = Some("my_app::pool::f7".to_owned());
    assert_eq!(same(elsewhere.clone()), Outcome::Same);
    // Of several tests that share a cause, those tell it that are in both.
    let both = [was.clone(), elsewhere.clone()];
    assert_eq!(outcome(&both[..1], &both), Outcome::More);
    assert_eq!(
        outcome(&both, &[was.clone(), sample("b", &[])]),
        Outcome::Fewer
    );
}

#[test]
fn what_differs_is_another_cause() {
    let was = sample("a", &["f1 task 1 src/a.rs:1"]);
    let other = |leak: &str| sample("a", &[leak]);
    let mut function = other("f2 task 1 src/a.rs:1");
    function.leaks[0].name.clone_from(&was.leaks[0].name);
    function.leaks[0]
        .created_at
        .as_mut()
        .expect("a site")
        .function = "my_app::other".to_owned();
    let mut panicked = was.clone();
    panicked.leaks[0].panic = Some("no connection".to_owned());
    let mut named = other("f2 task 1 src/a.rs:1");
    named.leaks[0].name = Some("my_app::other".to_owned());
    let kind = other("f1 thread 1 src/a.rs:1");
    let file = other("f2 task 1 src/b.rs:1");
    for after in [function, panicked, named, kind, file] {
        let all = outcomes(std::slice::from_ref(&was), std::slice::from_ref(&after));
        let all: Vec<Outcome> = all.into_iter().map(|(_, outcome)| outcome).collect();
        assert_eq!(all, [Outcome::New, Outcome::Gone], "{after:?}");
    }
}

/// A test that did not run, or not to its end, may still have it.
#[test]
fn what_nobody_looked_for_is_not_gone() {
    let was = [sample("a", &["f1 task 1 src/a.rs:1"])];
    let clean = sample("a", &[]);
    assert_eq!(outcome(&was, std::slice::from_ref(&clean)), Outcome::Gone);
    assert_eq!(outcome(&was, &[sample("b", &[])]), Outcome::NotSeen);
    let mut failed = clean.clone();
    failed.body = Body::Failed;
    let mut unsure = clean.clone();
    unsure.verdict = Verdict::Inconclusive;
    let mut ignored = clean.clone();
    ignored.body = Body::Ignored;
    for after in [failed, unsure, ignored] {
        assert_eq!(outcome(&was, &[after]), Outcome::NotSeen);
    }
    // What is not in each run may need as many to be seen.
    let clean = [clean];
    let twice = |first: &[Report]| run("a", &[first.to_vec(), clean.to_vec()]);
    let outcome_of = |after: &Stored| Diff::of(twice(&was).run(), after.run()).changes[0].outcome;
    assert_eq!(outcome_of(&of(&clean)), Outcome::NotSeen);
    assert_eq!(outcome_of(&twice(&clean)), Outcome::Gone);
    let always = run("a", &[was.to_vec(), was.to_vec()]);
    assert_eq!(
        Diff::of(always.run(), of(&clean).run()).changes[0].outcome,
        Outcome::Gone
    );
    // One whose test was not run to its end before is new all the same.
    assert_eq!(outcome(&[sample("b", &[])], &was), Outcome::New);
    let mut other = sample("b", &[]);
    other.written = Some(Written::Dirty);
    let (before, after) = (of(&was), of(&[other]));
    let told = plain(&text(
        &Diff::of(before.run(), after.run()),
        Links::default(),
    ));
    let expected = "    `a` was not run to the end after, or left nothing, and that run has no report of it: run it to see whether it is gone\n";
    assert!(told.contains(expected), "{told}");
}

/// What stands in a baseline is told without its mistake, and what follows by itself.
#[test]
fn what_is_told_otherwise_is_as_it_was() {
    let leaks = ["f1 task 1 src/a.rs:1", "f2 fd 2 src/a.rs:2"];
    let mut was = sample("a", &leaks);
    was.leaks[0].why = Some(why("own-sender"));
    was.leaks[1].follows = Some(follows(0));
    let mut known = sample("a", &[]);
    known.known = sample("a", &leaks).leaks;
    for (before, after) in [(&was, &known), (&known, &was)] {
        let all = outcomes(std::slice::from_ref(before), std::slice::from_ref(after));
        assert!(
            all.iter()
                .all(|(_, outcome)| !matches!(outcome, Outcome::New | Outcome::Gone)),
            "{all:?}"
        );
    }
}

#[test]
fn what_is_known_or_warned_of_fails_nothing() {
    let was = of(&[sample("a", &[])]);
    let new = sample("a", &["f1 task 1 src/a.rs:1"]);
    let fails = |after: Report| Diff::of(was.run(), of(&[after]).run()).fails();
    assert!(fails(new.clone()));
    let mut warned = new.clone();
    warned.leaks[0].level = Level::Warn;
    let mut known = sample("a", &[]);
    known.known.clone_from(&new.leaks);
    assert!(!fails(warned) && !fails(known));
    // Less of it fails nothing, nor as much.
    let new = of(&[new]);
    assert!(!Diff::of(new.run(), was.run()).fails() && !Diff::of(new.run(), new.run()).fails());
}

#[test]
fn a_run_without_reports_is_no_run() {
    let (none, one) = (of(&[]), of(&[sample("a", &["f1 task 1 src/a.rs:1"])]));
    for (before, after) in [(&none, &one), (&one, &none)] {
        let diff = Diff::of(before.run(), after.run());
        assert_eq!(text(&diff, Links::default()), "");
        let read: written::Diff = serde_json::from_str(&json(&diff, &[])).expect("it is read");
        assert!(!read.fails && read.changes.is_empty());
        assert!(markdown(&diff).contains("There are no two runs."));
    }
}
