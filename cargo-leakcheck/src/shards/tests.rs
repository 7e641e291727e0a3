use std::fs;

use leakcheck_report::{Body, Frame, Ignored};

use super::*;
use crate::{
    baseline::Baseline,
    escape::plain,
    golden::golden,
    junit,
    link::Links,
    report::tests::sample,
    repository::{Repository, tests::sample as repository},
    run_store, sarif,
    summary::Summary,
    text,
};

/// Where the machines have built.
const ELSEWHERE: &str = "/builds/4711/rust";

/// A workspace, and shards of it that other machines ran.
struct Machines {
    folder: tempfile::TempDir,
    workspace: Workspace,
    repository: Repository,
}

impl Machines {
    fn new() -> Self {
        let (folder, repository) = repository();
        let root = folder.path().join("rust");
        let workspace = Workspace {
            packages: [("my_app".to_owned(), root.join("my_app"))].into(),
            target: root.join("target"),
            members: Vec::new(),
            root,
        };
        Self {
            folder,
            workspace,
            repository,
        }
    }

    /// The run of a machine, with these reports, as a folder of runs.
    fn ran(&self, name: &str, reports: &[Report]) -> PathBuf {
        let folder = self.folder.path().join(name);
        let run = run_store::create(&folder).expect("a folder");
        let round = run_store::round(&run, 1).expect("a folder");
        write(&round, reports);
        run_store::end(&round).expect("it is written");
        folder
    }

    fn read(&self, folders: &[PathBuf], expected: usize) -> (Vec<Vec<Report>>, Vec<String>) {
        let (rounds, errors) = read(folders, NonZeroUsize::new(expected), &self.workspace);
        let folder = plain(&format!("{}/", self.folder.path().display()));
        let told = |error: &Error| error.to_string().replace(&folder, "");
        (rounds, errors.iter().map(told).collect())
    }

    fn summary(&self, folders: &[PathBuf]) -> Summary {
        let (rounds, errors) = self.read(folders, folders.len());
        assert_eq!(errors, [""; 0]);
        Summary::of(&rounds, &Baseline::default())
    }
}

fn write(folder: &Path, reports: &[Report]) {
    fs::create_dir_all(folder).expect("a folder");
    for (number, report) in reports.iter().enumerate() {
        fs::write(folder.join(format!("{number}.json")), report.to_json()).expect("it is written");
    }
}

/// A report of another machine.
fn report(test: &str, leaks: &[&str]) -> Report {
    let mut report = sample(test, leaks);
    report.package_dir = Some(format!("{ELSEWHERE}/my_app"));
    report
}

/// Two machines, both of which ran `drains`.
fn two(machines: &Machines) -> [PathBuf; 2] {
    let drains = ["f1 task 2 src/pool.rs:88", "f2 thread 1 src/pool.rs:90"];
    let mut other = report(
        "drains",
        &["f1 task 1 src/pool.rs:88", "f3 fd 1 src/log.rs:5"],
    );
    other.leaks[1].created_at = Some(Frame {
        file: Some(format!("{ELSEWHERE}/my_app/src/log.rs")),
        line: Some(5),
        function: "log::open".to_owned(),
        ..Frame::default()
    });
    let mut failed = report("fails", &[]);
    failed.body = Body::Panicked;
    [
        machines.ran("one", &[report("drains", &drains), report("is_clean", &[])]),
        machines.ran(
            "two",
            &[
                other,
                failed,
                report("reconnects", &["f1 task 1 src/pool.rs:88"]),
            ],
        ),
    ]
}

#[test]
fn shards_are_one_run() {
    let machines = Machines::new();
    let summary = machines.summary(&two(&machines));
    let here = machines.folder.path().display().to_string();
    let shown = text::render(&summary, Links::default()).replace(&here, "");
    golden(
        "shards.txt",
        &anstream::adapter::strip_str(&shown).to_string(),
    );
    golden("shards.xml", &junit::render(&summary).replace(&here, ""));
    golden(
        "shards.sarif",
        &sarif::render(&summary, &machines.repository),
    );
}

#[test]
fn what_several_found_in_one_test_counts_once() {
    let machines = Machines::new();
    let ignored = |mut report: Report| {
        report.ignored = vec![Ignored {
            count: 3,
            ..Ignored::default()
        }];
        report
    };
    let counts = |reports: [&[&str]; 3]| {
        let machine = |(name, leaks): (&&str, &[&str])| {
            machines.ran(
                name,
                &[ignored(report("a", leaks)), ignored(report("b", &[]))],
            )
        };
        let folders: Vec<PathBuf> = ["1", "2", "3"].iter().zip(reports).map(machine).collect();
        let summary = machines.summary(&folders);
        assert_eq!((summary.checked.len(), summary.accepted), (2, 6));
        summary
            .findings
            .iter()
            .map(|finding| (finding.fingerprint.clone(), finding.count))
            .collect::<Vec<_>>()
    };
    let found = |fingerprint: &str, count| (fingerprint.to_owned(), count);
    assert_eq!(
        counts([&["f1 task 1 a:1"], &["f1 task 3 a:1"], &["f1 task 2 a:1"]]),
        [found("f1", 3)]
    );
    assert_eq!(
        counts([&[], &["f1 task 1 a:1"], &["f2 task 2 a:1"]]),
        [found("f1", 1), found("f2", 2)]
    );
    // Guards of one test on one machine still add up.
    assert_eq!(
        counts([&["f1 task 1 a:1", "f1 task 1 a:1"], &["f1 task 1 a:1"], &[]]),
        [found("f1", 2)]
    );
}

#[test]
fn documentation_tests_bear_one_name() {
    let machines = Machines::new();
    let at = |line| {
        let mut report = report("main", &["f1 task 1 src/lib.rs:1"]);
        report.location.line = line;
        [report]
    };
    let summary = machines.summary(&[machines.ran("1", &at(3)), machines.ran("2", &at(9))]);
    assert_eq!(summary.findings[0].count, 2);
}

#[test]
fn what_is_missing_is_told() {
    let machines = Machines::new();
    let clean = [report("a", &[])];
    let whole = machines.ran("whole", &clean);
    let cut = machines.folder.path().join("cut");
    write(&cut.join("1"), &clean);
    let empty = machines.folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let half = machines.folder.path().join("half");
    write(&half, &clean);
    fs::write(half.join("1.json.part"), "{").expect("it is written");
    let gone = machines.folder.path().join("gone");
    let foreign = machines.folder.path().join("foreign");
    write(&foreign, &clean);

    let told = |folders: &[&PathBuf], expected| {
        let folders: Vec<PathBuf> = folders.iter().map(|path| (*path).clone()).collect();
        machines.read(&folders, expected).1
    };
    assert_eq!(told(&[&whole, &foreign], 2), [""; 0]);
    assert_eq!(
        told(&[&whole], 2),
        ["failed to find 2 shards: there is whole with 1 report"]
    );
    assert_eq!(
        told(&[&whole, &cut], 2),
        ["failed to read all of cut: its tests were not run to their end, and it has 1 report"]
    );
    assert_eq!(
        told(&[&whole, &empty, &whole], 0),
        [
            "failed to merge whole: it is named twice",
            "failed to find a report in empty: name the folder of its reports, or a copy of its target/leakcheck",
        ]
    );
    assert_eq!(
        told(&[&half], 1),
        [
            "failed to read half/1.json.part: it was not written to its end, because its process ended before"
        ]
    );
    assert!(told(&[&gone], 1)[0].starts_with("failed to read gone: "));
    // Of a single folder without a number nothing is expected.
    assert_eq!(told(&[&empty], 0), [""; 0]);
}
