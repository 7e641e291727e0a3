//! What all rounds of a run found, put together: each leak of each test once, known or new.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use crate::{
    baseline::{Baseline, Entry},
    report::{Frame, Leak, Level, Location, Report, Verdict},
};

/// Whose report it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Test {
    pub(crate) package: Option<String>,
    pub(crate) binary: String,
    pub(crate) name: String,
}

impl Test {
    pub(crate) fn of(report: &Report) -> Self {
        Self {
            package: report.package.clone(),
            binary: report.binary.clone(),
            name: report.test.clone(),
        }
    }

    /// Whether it is a documentation test, whose own name nothing tells.
    pub(crate) fn is_of_documentation(&self) -> bool {
        self.binary == "rust_out"
    }
}

/// Whether the baseline has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    New,
    Known,
}

/// Things that one test left behind, alike and from one place.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) test: Test,
    pub(crate) test_at: Location,
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) site: Option<Frame>,
    pub(crate) waits_at: Option<Frame>,
    pub(crate) waits_for: Option<String>,
    /// It is not left behind but panicked unseen.
    pub(crate) panic: Option<String>,
    pub(crate) fingerprint: String,
    pub(crate) level: Level,
    pub(crate) status: Status,
    /// How many there were, in the round with most of them.
    pub(crate) count: usize,
    /// How many rounds showed it.
    pub(crate) rounds: usize,
}

impl Finding {
    /// Whether it fails the run.
    pub(crate) fn fails(&self) -> bool {
        self.status == Status::New && self.level == Level::Deny
    }

    /// Its line in a baseline.
    pub(crate) fn entry(&self) -> Entry {
        let site = self.site.as_ref().and_then(place);
        // One of this machine, such as that of a documentation test, says nothing elsewhere.
        let site = site.filter(|site| !Path::new(site).is_absolute());
        Entry::new(
            &self.fingerprint,
            &self.kind,
            &self.test.name,
            site.as_deref(),
        )
    }
}

/// `src/pool.rs:88`, as far as it is known.
pub(crate) fn place(frame: &Frame) -> Option<String> {
    let file = frame.file.as_deref()?;
    Some(match frame.line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    })
}

/// One checked test over all rounds.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) test: Test,
    pub(crate) at: Location,
    /// It hung, and this is how long.
    pub(crate) hung: Option<Duration>,
    /// Its own body failed.
    pub(crate) failed: bool,
    pub(crate) inconclusive: bool,
    pub(crate) spent: Duration,
}

/// What a run found.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) rounds: usize,
    /// Whether a baseline says what is known.
    pub(crate) has_baseline: bool,
    pub(crate) checked: Vec<Checked>,
    /// By test, then by place.
    pub(crate) findings: Vec<Finding>,
    /// Known leaks that their tests did not show any more.
    pub(crate) gone: Vec<Entry>,
    /// Known leaks whose tests were not run, or not to their end.
    pub(crate) absent: Vec<Entry>,
    /// How many things the rules of the user accepted.
    pub(crate) accepted: usize,
    pub(crate) spent: Duration,
    pub(crate) waited: Duration,
}

impl Summary {
    /// Puts the reports of all rounds together.
    pub(crate) fn of(rounds: &[Vec<Report>], baseline: &Baseline) -> Self {
        let reports = || rounds.iter().flatten();
        let findings = findings(rounds, baseline);
        let names = |select: fn(&Report) -> bool| -> BTreeSet<String> {
            let reports = reports().filter(|report| select(report));
            reports
                .map(|report| Entry::new("", "", &report.test, None).test)
                .collect()
        };
        // A test that ended early may not have come to its leak.
        let (ran, cut_short) = (names(|_| true), names(|report| !report.is_whole()));
        let seen: Vec<Entry> = findings.iter().map(Finding::entry).collect();
        let (gone, absent) = baseline
            .entries()
            .filter(|entry| !seen.iter().any(|seen| seen.is_same(entry)))
            .cloned()
            .partition(|entry| ran.contains(&entry.test) && !cut_short.contains(&entry.test));
        Self {
            rounds: rounds.len(),
            has_baseline: !baseline.is_empty(),
            checked: checked(rounds),
            findings,
            gone,
            absent,
            accepted: reports()
                .flat_map(|report| &report.ignored)
                .filter(|ignored| !ignored.built_in)
                .map(|ignored| ignored.count)
                .sum(),
            spent: reports().map(Report::spent).sum(),
            waited: reports().map(Report::waited).sum(),
        }
    }

    /// Whether something was found that fails the run.
    pub(crate) fn fails(&self) -> bool {
        self.findings.iter().any(Finding::fails)
    }

    /// The findings of one status.
    pub(crate) fn with(&self, status: Status) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.status == status)
    }

    /// What a baseline of it all has. Known leaks of tests that were not run are kept.
    pub(crate) fn baseline(&self) -> Baseline {
        let found = self.findings.iter().map(Finding::entry);
        found.chain(self.absent.iter().cloned()).collect()
    }
}

fn findings(rounds: &[Vec<Report>], baseline: &Baseline) -> Vec<Finding> {
    let mut findings = BTreeMap::new();
    for reports in rounds {
        // A test may have several reports in a round: of guards and checkpoints.
        let mut round = BTreeMap::new();
        for report in reports
            .iter()
            .filter(|report| report.verdict == Verdict::Leaked)
        {
            for leak in &report.leaks {
                let key = (
                    Test::of(report),
                    leak.kind.clone(),
                    leak.fingerprint.clone(),
                );
                round
                    .entry(key)
                    .and_modify(|finding: &mut Finding| finding.count += leak.count)
                    .or_insert_with(|| finding(report, leak));
            }
        }
        for (key, mut finding) in round {
            let known = findings.entry(key);
            known
                .and_modify(|before: &mut Finding| {
                    before.count = before.count.max(finding.count);
                    before.rounds += 1;
                })
                .or_insert_with(|| {
                    if baseline.knows(&finding.entry()) {
                        finding.status = Status::Known;
                    }
                    finding
                });
        }
    }
    findings.into_values().collect()
}

fn finding(report: &Report, leak: &Leak) -> Finding {
    Finding {
        test: Test::of(report),
        test_at: report.location.clone(),
        kind: leak.kind.clone(),
        name: leak.name.clone(),
        site: leak.created_at.clone(),
        waits_at: leak.waits_at.iter().find(|frame| is_near(frame)).cloned(),
        waits_for: leak.waits_for.as_ref().map(|awaited| awaited.what.clone()),
        panic: leak.panic.clone(),
        fingerprint: leak.fingerprint.clone(),
        level: leak.level,
        status: Status::New,
        count: leak.count,
        rounds: 1,
    }
}

/// Whether it is a line of the package or of a crate that it uses, and not of the standard library.
fn is_near(frame: &Frame) -> bool {
    let file = frame.file.as_deref();
    file.is_some_and(|file| !Path::new(file).is_absolute())
}

fn checked(rounds: &[Vec<Report>]) -> Vec<Checked> {
    let mut tests = BTreeMap::new();
    for report in rounds.iter().flatten() {
        let test = Test::of(report);
        let checked = tests.entry(test.clone()).or_insert_with(|| Checked {
            test,
            at: report.location.clone(),
            hung: None,
            failed: false,
            inconclusive: false,
            spent: Duration::ZERO,
        });
        let hung = report.hang.as_ref();
        checked.hung = checked
            .hung
            .or(hung.map(|hang| Duration::from_millis(hang.after_ms)));
        checked.failed |= report.fails_by_itself();
        checked.inconclusive |= report.verdict == Verdict::Inconclusive;
        checked.spent += report.spent();
    }
    tests.into_values().collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::tests::sample;

    /// Two rounds with all that there is.
    pub(crate) fn full() -> Summary {
        let mut hung = sample("hangs", &[]);
        hung.body = crate::report::Body::TimedOut;
        hung.hang = Some(crate::report::Hang { after_ms: 2000 });
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
        let baseline = [
            Entry::new("f6", "timer", "known", Some("src/old.rs:4")),
            Entry::new("f7", "task", "is_clean", Some("src/old.rs:9")),
            Entry::new("f8", "task", "elsewhere", None),
        ];
        Summary::of(&[first, second], &baseline.into_iter().collect())
    }

    /// One leak in one test, without a baseline.
    pub(crate) fn small() -> Summary {
        let reports = vec![sample("reconnects", &["f1 task 1 src/pool.rs:88"])];
        Summary::of(&[reports], &Baseline::default())
    }

    /// All known, with the other numbers of what [`full`] has.
    pub(crate) fn more() -> Summary {
        let mut unsure = sample("unsure", &[]);
        unsure.verdict = Verdict::Inconclusive;
        let mut accepting = sample("reconnects", &["f1 task 1 src/pool.rs:88"]);
        accepting.ignored = vec![crate::report::Ignored {
            count: 2,
            built_in: false,
        }];
        let reports = vec![accepting, sample("is_clean", &[]), unsure];
        let known = [
            ("f1", "reconnects"),
            ("f2", "is_clean"),
            ("f3", "is_clean"),
            ("f4", "unsure"),
            ("f5", "elsewhere"),
        ];
        let known = known.map(|(fingerprint, test)| Entry::new(fingerprint, "task", test, None));
        Summary::of(&[reports], &known.into_iter().collect())
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
        let names = |entries: &[Entry]| -> Vec<String> {
            entries.iter().map(|entry| entry.test.clone()).collect()
        };
        assert_eq!(names(&summary.gone), ["is_clean"]);
        assert_eq!(names(&summary.absent), ["elsewhere"]);
        let blessed = summary.baseline();
        assert!(blessed.knows(&summary.absent[0]) && !blessed.knows(&summary.gone[0]));
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
}
