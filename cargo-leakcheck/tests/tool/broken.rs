//! Files that are broken give one error each, with the place, and nothing else is lost for them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    copy::Copy,
    ended::{Ended, alone, last_run},
};

/// Runs the one test that leaves two tasks.
const LEAKY: [&str; 4] = ["--test", "seeded", "--", "leaves_t"];

const FOUND: &str = "leakcheck: 1 of 1 checked test left 2 tasks behind: 2 new";

impl Ended {
    /// What this program said went wrong.
    fn complaints(&self) -> Vec<&str> {
        let lines = self.stderr.lines();
        lines
            .filter_map(|line| line.strip_prefix("leakcheck: "))
            .collect()
    }

    /// Whether it ended with this code and said just this.
    #[track_caller]
    fn expect_complaint(&self, code: i32, complaint: &str) {
        assert_eq!(self.code, Some(code), "{}", self.all());
        assert_eq!(self.complaints(), [complaint], "{}", self.all());
    }

    /// Whether the test has told its leak itself.
    #[track_caller]
    fn expect_report_of_test(&self) {
        let told = "leakcheck: `leaves_two_tasks` left 2 tasks behind after waiting ";
        assert!(self.stdout.contains(told), "{}", self.all());
    }
}

/// Two rules that are one.
const TWICE: &str = "\
[[ignore]]
created_by = \"sample::serve\"
reason = \"serves the whole process\"

[[ignore]]
reason = \"serves the whole process, again\"
created_by = \"sample::serve\"
";

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn rules_that_are_not_understood_fail_each_checked_test_and_are_told_once() {
    let _alone = alone();
    let copy = Copy::new();
    let path = copy.path("leakcheck.toml").display().to_string();
    let keys = "`settle`, `timeout`, `exit_timeout`, `level`, `levels`, `unseen_panics`, `max_live`, `rate`, `end_processes` or `ignore`; did you mean `settle`?";
    for (text, complaint) in [
        (
            "\nsetle = \"1s\"\n",
            format!("2:1: unknown key `setle`: expected {keys}"),
        ),
        (
            "settle = 5\n",
            "1:10: `settle` is 5: expected a duration such as \"500ms\", \"2s\" or \"1m 30s\""
                .to_owned(),
        ),
        (
            "level = \"warn\"\n[[ignore]\n",
            "2:10: this is not valid TOML: unclosed array table, expected `]`".to_owned(),
        ),
        (
            TWICE,
            "5:1: this rule is in line 1 already: keep one of them".to_owned(),
        ),
    ] {
        copy.write("leakcheck.toml", text);
        let complaint = format!("failed to read {path}:{complaint}");
        let ended = Ended::of(copy.leakcheck(&["--test", "seeded"]));
        ended.expect_complaint(101, &format!("tests could not be checked: {complaint}"));
        // Each test that is checked says so itself, and the one that is not runs as ever.
        let told = format!("leakcheck: {complaint}");
        ended.expect(101, &[&told, "test is_not_checked ... ok"]);
        assert!(
            ended.stdout.contains(" 1 passed; 6 failed; "),
            "{}",
            ended.all()
        );
    }
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn lines_of_a_baseline_may_be_there_twice() {
    let _alone = alone();
    let copy = Copy::new();
    let blessed = bless(&copy);
    let twice: String = blessed
        .lines()
        .chain(blessed.lines())
        .flat_map(|line| [line, "\n"])
        .collect();
    copy.write("leakcheck.baseline", &twice);
    let ended = Ended::of(copy.leakcheck(&LEAKY));
    ended.expect(
        0,
        &["leakcheck: 1 of 1 checked test left 2 tasks behind: 2 known"],
    );
    assert!(ended.complaints().is_empty(), "{}", ended.all());
    // Twice two are not four.
    let fewer = blessed.replace(" 2 src", " 1 src");
    copy.write("leakcheck.baseline", &(fewer.clone() + &fewer));
    let ended = Ended::of(copy.leakcheck(&LEAKY));
    ended.expect(
        10,
        &["leakcheck: 1 of 1 checked test left 2 tasks behind: 1 new, 1 known"],
    );
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_baseline_with_a_merge_knows_both_sides() {
    let _alone = alone();
    let copy = Copy::new();
    let blessed = bless(&copy);
    let (title, line) = blessed.split_once('\n').expect("a title");
    let other = line.replace("leaves_two_tasks", "is_gone");
    let text = format!("{title}\n<<<<<<< HEAD\n{line}=======\n{other}>>>>>>> other\n");
    copy.write("leakcheck.baseline", &text);
    let path = copy.path("leakcheck.baseline");
    let complaint = format!(
        "failed to read {}:2: a merge was left here: keep the lines of both sides, which is always right, and let git do so \
         with `leakcheck.baseline merge=union` in `.gitattributes`",
        path.display()
    );
    let ended = Ended::of(copy.leakcheck(&LEAKY));
    ended.expect_complaint(11, &complaint);
    ended.expect(
        11,
        &["leakcheck: 1 of 1 checked test left 2 tasks behind: 2 known"],
    );
    ended.expect_report_of_test();
    refuses_to_bless(&copy, &path, &text);
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_baseline_of_a_newer_version_is_left_alone() {
    let _alone = alone();
    let copy = Copy::new();
    let text = "leakcheck baseline 2\nwhatever it means\n";
    copy.write("leakcheck.baseline", text);
    let path = copy.path("leakcheck.baseline");
    let ended = Ended::of(copy.leakcheck(&LEAKY));
    let complaint = format!(
        "failed to read {}:1: this is version 2 of the format, and this release of leakcheck reads version 1: use a later \
         release, or write the file anew with this one",
        path.display()
    );
    ended.expect_complaint(11, &complaint);
    ended.expect(11, &[FOUND]);
    ended.expect_report_of_test();
    refuses_to_bless(&copy, &path, text);
}

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn a_report_that_is_cut_off_loses_no_other() {
    let _alone = alone();
    let copy = Copy::new();
    Ended::of(copy.leakcheck(&["--test", "seeded", "--", "leaves"])).expect(10, &[]);
    let round = last_run().join("1");
    let cut = report_of(&round, "leaves_a_task-");
    let text = fs::read_to_string(&cut).expect("a report");
    let half = &text[..text.find("\"leaks\"").expect("leaks")];
    fs::write(&cut, half).expect("it is written");
    let ended = Ended::of(copy.leakcheck(&["report"]));
    let lines = half.lines().count();
    let complaint = format!(
        "failed to read {}:{lines}:{}: EOF while parsing a value",
        cut.display(),
        half.lines().last().expect("a line").len()
    );
    ended.expect_complaint(11, &complaint);
    let others = "leakcheck: 2 of 3 checked tests left 2 tasks and 1 thread behind: 3 new";
    ended.expect(11, &[others]);
}

/// A test that writes where the reports are.
const FOREIGN: &str = "\
#[test]
fn writes_something_else() {
    let folder = std::env::var(\"LEAKCHECK_REPORT_DIR\").unwrap();
    let folder = std::path::Path::new(folder.strip_prefix(\"all:\").unwrap());
    std::fs::write(folder.join(\"coverage.json\"), \"[1, 2]\").unwrap();
    std::fs::write(folder.join(\"notes.txt\"), \"?\").unwrap();
}
";

#[test]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn what_others_write_among_the_reports_is_named() {
    let _alone = alone();
    let copy = Copy::new();
    copy.write("tests/foreign.rs", FOREIGN);
    let ended = Ended::of(copy.leakcheck(&[
        "--test", "foreign", "--test", "seeded", "--", "leaves_t", "writes",
    ]));
    let complaint = format!(
        "failed to read {}: it is JSON, but no report of leakcheck; keep other files out of the folder",
        last_run().join("1/coverage.json").display()
    );
    ended.expect_complaint(11, &complaint);
    ended.expect(11, &[FOUND]);
    ended.expect_report_of_test();
}

#[test]
#[cfg(unix)]
#[ignore = "builds a workspace; `.ci/run tool`"]
fn where_no_report_can_be_written_the_tests_run_and_tell() {
    let _alone = alone();
    let copy = Copy::new();
    // Below a regular file nobody can write, whoever it is.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("it is written");
    let mut cargo = copy.cargo(&["test", "--test", "seeded", "leaves_t"]);
    let reports = file.join("reports");
    cargo.env("LEAKCHECK_REPORT_DIR", &reports);
    let plain = Ended::of(cargo);
    plain.expect_report_of_test();
    let complaint = format!(
        "leakcheck: failed to write the report to {}: ",
        reports.display()
    );
    assert_eq!(
        plain.stdout.matches(&complaint).count(),
        1,
        "{}",
        plain.all()
    );
    assert_eq!(plain.code, Some(101));

    // The same target folder, with a file in the place of its runs.
    let target = folder.path().join("target");
    fs::create_dir(&target).expect("a folder");
    fs::write(target.join("leakcheck"), "").expect("it is written");
    let debug = PathBuf::from(env!("CARGO_BIN_EXE_cargo-leakcheck"));
    std::os::unix::fs::symlink(debug.parent().expect("a folder"), target.join("debug"))
        .expect("a link");
    let complaint = format!(
        "failed to write {}: File exists (os error 17)",
        target.join("leakcheck").display()
    );
    let run = |args: &[&str]| {
        let mut leakcheck = copy.leakcheck(args);
        leakcheck.env("CARGO_TARGET_DIR", &target);
        Ended::of(leakcheck)
    };
    let ended = run(&LEAKY);
    ended.expect_complaint(101, &complaint);
    ended.expect_report_of_test();
    let clean = run(&["--test", "seeded", "--", "is_clean"]);
    clean.expect_complaint(11, &complaint);
    clean.expect(11, &["test is_clean ... ok"]);
}

/// The baseline of what leaks.
fn bless(copy: &Copy) -> String {
    Ended::of(copy.leakcheck(&[&["--bless"], &LEAKY[..]].concat())).expect(0, &[FOUND]);
    fs::read_to_string(copy.path("leakcheck.baseline")).expect("a baseline")
}

/// Blessing would lose what could not be read.
#[track_caller]
fn refuses_to_bless(copy: &Copy, path: &Path, text: &str) {
    let ended = Ended::of(copy.leakcheck(&[&["--bless"], &LEAKY[..]].concat()));
    let told = "leakcheck: nothing was blessed, because not everything could be read or written";
    ended.expect(11, &[told]);
    assert_eq!(fs::read_to_string(path).expect("a baseline"), text);
}

/// The report of a round whose name has this.
fn report_of(round: &Path, test: &str) -> PathBuf {
    let entries = fs::read_dir(round).expect("reports");
    let mut paths = entries.map(|entry| entry.expect("a report").path());
    let is_of_test = |path: &PathBuf| path.display().to_string().contains(test);
    paths.find(is_of_test).expect("a report of the test")
}
