//! Which tests failed, read from what the runner prints: leaks fail tests as well, and the exit code does not tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    args::Runner,
    finding::{Test, total},
    report::Report,
};

/// Reads a runner's lines one by one.
#[derive(Debug)]
pub(crate) struct RunnerOutput {
    runner: Runner,
    failed: Vec<String>,
    /// Names of a list that has not ended yet.
    list: Vec<String>,
    is_in_list: bool,
    /// Test binaries that have begun and not ended.
    open: usize,
    /// Failed tests as the runner counts them.
    counted: usize,
    /// Tests that the runner counts as not run.
    left_out: usize,
    /// Whether the runner has counted anything yet.
    has_counted: bool,
    /// Tests that have ended.
    pub(crate) ended: usize,
    /// The names of those that were not ignored.
    pub(crate) ran: Vec<String>,
    /// Files for which tests could not be checked, in the library's words.
    pub(crate) unread: BTreeSet<String>,
}

impl RunnerOutput {
    pub(crate) fn new(runner: Runner) -> Self {
        Self {
            runner,
            failed: Vec::new(),
            list: Vec::new(),
            is_in_list: false,
            open: 0,
            counted: 0,
            left_out: 0,
            has_counted: false,
            ended: 0,
            ran: Vec::new(),
            unread: BTreeSet::new(),
        }
    }

    /// Takes in one line, with or without its end.
    pub(crate) fn read(&mut self, line: &str) {
        let line = anstream::adapter::strip_str(line).to_string();
        let line = line.trim_end();
        if let Some(complaint) = line.trim_start().strip_prefix("leakcheck: failed to read ") {
            self.unread.insert(complaint.to_owned());
        }
        match self.runner {
            Runner::Test => self.read_libtest(line),
            Runner::Nextest => self.read_nextest(line.trim_start()),
        }
    }

    /// Tests print between these lines whatever they like, so the last list before a result counts.
    fn read_libtest(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.open = self.open.saturating_sub(1);
            self.counted = self.counted.saturating_add(number_before(rest, "failed"));
            let left_out = ["ignored", "filtered out"].map(|word| number_before(rest, word));
            self.left_out = self.left_out.saturating_add(total(left_out));
            self.has_counted = true;
            self.failed.append(&mut self.list);
            self.is_in_list = false;
        } else if line.starts_with("running ")
            && (line.ends_with(" tests") || line.ends_with(" test"))
        {
            self.open += 1;
        } else if line == "failures:" {
            self.list.clear();
            self.is_in_list = true;
        } else if let Some(name) = line.strip_prefix("    ").filter(|_| self.is_in_list) {
            self.list.push(name.to_owned());
        } else if let Some(rest) = line.strip_prefix("test ") {
            self.ended += 1;
            self.ran.extend(name_in(rest));
        }
    }

    /// Tests are listed once more behind the line that counts them.
    fn read_nextest(&mut self, line: &str) {
        let is_of_a_test = |word: &str| line.starts_with(word) && line.contains(" [");
        if is_of_a_test("Summary") {
            self.is_in_list = true;
            self.counted = total(["failed", "timed out"].map(|word| number_before(line, word)));
            let skipped = number_before(line, "skipped");
            self.left_out = self.left_out.saturating_add(skipped);
            self.has_counted = true;
        } else if line.starts_with("Starting ") && line.contains(" skipped") {
            // What it did not even list is not in the summary.
            let skipped = ["binary skipped", "binaries skipped"];
            let skipped = skipped.map(|word| number_before(line, word));
            self.left_out = self.left_out.saturating_add(total(skipped));
        } else if self.is_in_list && (is_of_a_test("FAIL") || is_of_a_test("TRY")) {
            self.failed.extend(last_word(line));
        } else if is_of_a_test("PASS") || is_of_a_test("FAIL") {
            self.ended += 1;
            self.ran.extend(last_word(line));
        } else if ENDED.iter().any(|word| is_of_a_test(word)) {
            self.ran.extend(last_word(line));
        }
    }

    /// Tests that failed so far.
    pub(crate) fn failures(&self) -> usize {
        self.counted
    }

    /// How many tests were not run, if any; 0 where the runner did not come to its end.
    pub(crate) fn left_out(&self) -> Option<usize> {
        match self.left_out {
            _ if self.open > 0 || !self.has_counted => Some(0),
            0 => None,
            number => Some(number),
        }
    }

    /// Whether every test that failed did so for what it left behind. Where that is not certain it is not so.
    pub(crate) fn are_leaks_only(&self, reports: &[Report]) -> bool {
        let (documented, named): (Vec<&String>, Vec<&String>) = self
            .failed
            .iter()
            .partition(|name| is_of_documentation(name));
        let mut ended: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
        for report in reports {
            let (leaks, by_itself) = ended.entry(&report.test).or_default();
            *leaks |= report.fails();
            *by_itself |= report.fails_by_itself();
        }
        let leaked = |name: &&String| ended.get(name.as_str()) == Some(&(true, false));
        self.open == 0
            && self.counted > 0
            && self.counted == self.failed.len()
            && named.iter().all(leaked)
            && documented.len() == leaks_of_documentation(reports)
    }
}

/// Other words of nextest's for tests that have ended.
const ENDED: [&str; 5] = ["ABORT", "FLAKY", "LEAK", "SIG", "TIMEOUT"];

/// The name in what libtest writes behind `test `; nothing of a test that was ignored.
fn name_in(rest: &str) -> Option<String> {
    let (name, result) = rest.split_once(" ... ")?;
    let name = name.trim_end();
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    (!result.starts_with("ignored")).then(|| name.to_owned())
}

fn last_word(line: &str) -> Option<String> {
    line.split_whitespace().last().map(str::to_owned)
}

/// `src/lib.rs - start (line 3)`, and perhaps more in the brackets.
pub(crate) fn is_of_documentation(name: &str) -> bool {
    name.contains(".rs - ") && name.contains("(line ")
}

/// How many documentation tests leaked. Which ones, their reports do not know, so all that failed must be these.
fn leaks_of_documentation(reports: &[Report]) -> usize {
    let places: BTreeSet<(&str, u32)> = reports
        .iter()
        .filter(|report| Test::of(report).is_of_documentation() && report.fails())
        .map(|report| (report.location.file.as_str(), report.location.line))
        .collect();
    places.len()
}

/// The number that stands before a word: 2 in `3 passed; 2 failed; ..`.
fn number_before(text: &str, word: &str) -> usize {
    let before = text.find(&format!(" {word}")).map(|at| &text[..at]);
    before
        .and_then(|before| before.rsplit(|c: char| !c.is_ascii_digit()).next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use leakcheck_report::Body;

    use super::*;
    use crate::report::tests::sample;

    const LIBTEST: &str = "\
running 3 tests
test a ... ok
test pool::b ... FAILED
test c ... FAILED

failures:

---- pool::b stdout ----
failures:
    of its own

---- c stdout ----


failures:
    c
    pool::b

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    const NEXTEST: &str = "\
        PASS [   0.012s] (1/3) my_app::pool a
        FAIL [   0.012s] (2/3) my_app::pool pool::b
  stdout ───
        FAIL [   0.012s] (3/3) my_app::pool c
────────────
     Summary [   0.030s] 3 tests run: 1 passed, 2 failed, 0 skipped
        FAIL [   0.012s] (2/3) my_app::pool pool::b
        FAIL [   0.012s] (3/3) my_app::pool c
error: test run failed
";

    fn read(runner: Runner, text: &str) -> RunnerOutput {
        let mut printed = RunnerOutput::new(runner);
        text.lines().for_each(|line| printed.read(line));
        printed
    }

    fn leaky(test: &str) -> Report {
        sample(test, &["f1 task 1 src/pool.rs:88"])
    }

    #[test]
    fn those_that_ran_are_named() {
        let text = "test a ... ok\ntest b::c - should panic ... ok\ntest d ... ignored, slow\ntest own          ... FAILED\n";
        assert_eq!(read(Runner::Test, text).ran, ["a", "b::c", "own"]);
        assert_eq!(read(Runner::Nextest, NEXTEST).ran, ["a", "pool::b", "c"]);
        let ended = "SIGABRT [   0.1s] (1/2) my_app::pool a\n   LEAK [   0.1s] (2/2) my_app b\n";
        assert_eq!(read(Runner::Nextest, ended).ran, ["a", "b"]);
    }

    #[test]
    fn tests_that_only_leak_are_told_from_others() {
        for (runner, text) in [(Runner::Test, LIBTEST), (Runner::Nextest, NEXTEST)] {
            let printed = read(runner, text);
            assert_eq!((printed.ended, printed.failures()), (3, 2), "{runner:?}");
            assert!(printed.are_leaks_only(&[leaky("pool::b"), leaky("c")]));
            assert!(!printed.are_leaks_only(&[leaky("pool::b")]));
            assert!(!printed.are_leaks_only(&[leaky("pool::b"), sample("c", &[])]));
            let mut panicked = leaky("c");
            panicked.body = Body::Panicked;
            assert!(!printed.are_leaks_only(&[leaky("pool::b"), panicked]));
        }
    }

    #[test]
    fn where_it_is_not_certain_it_is_not_so() {
        let reports = [leaky("pool::b"), leaky("c")];
        for text in [
            "",
            "error: could not compile `my_app`\n",
            // A binary that did not come to its end.
            &format!("{LIBTEST}running 1 test\n"),
            &LIBTEST.replace("    c\n", ""),
        ] {
            assert!(!read(Runner::Test, text).are_leaks_only(&reports), "{text}");
        }
        let timed_out = NEXTEST.replace("2 failed", "2 failed, 1 timed out");
        assert!(!read(Runner::Nextest, &timed_out).are_leaks_only(&reports));
    }

    #[test]
    fn documentation_tests_are_counted() {
        let text = "\
running 2 tests
failures:
    src/lib.rs - a (line 3)
    src/lib.rs - b (line 9) - compile
test result: FAILED. 0 passed; 2 failed;
";
        let printed = read(Runner::Test, text);
        let leaky = |line| {
            let mut report = leaky("main");
            report.binary = "rust_out".to_owned();
            report.location.line = line;
            report
        };
        assert!(printed.are_leaks_only(&[leaky(3), leaky(7)]));
        assert!(!printed.are_leaks_only(&[leaky(3), leaky(3)]));
        assert!(!printed.are_leaks_only(&[leaky(3)]));
    }

    #[test]
    fn tests_that_are_not_run_are_counted() {
        let left_out = |runner, text: &str| read(runner, text).left_out();
        assert_eq!(left_out(Runner::Test, LIBTEST), None);
        assert_eq!(left_out(Runner::Test, ""), Some(0));
        let unended = format!("{LIBTEST}running 1 test\n");
        assert_eq!(left_out(Runner::Test, &unended), Some(0));
        let some = LIBTEST.replace("0 ignored", "1 ignored");
        let some = some.replace("0 filtered", "10 filtered");
        assert_eq!(left_out(Runner::Test, &some), Some(11));
        assert_eq!(left_out(Runner::Nextest, NEXTEST), None);
        assert_eq!(left_out(Runner::Nextest, "error: no tests\n"), Some(0));
        let some = NEXTEST.replace("0 skipped", "2 skipped");
        assert_eq!(left_out(Runner::Nextest, &some), Some(2));
        let start = "    Starting 3 tests across 1 binary (1 test and 2 binaries skipped)\n";
        assert_eq!(
            left_out(Runner::Nextest, &format!("{start}{NEXTEST}")),
            Some(2)
        );
    }

    #[test]
    fn what_the_library_could_not_read_is_told_once() {
        let complaint = "leakcheck: failed to read /a/leakcheck.toml:1:1: unknown key `a`";
        for (runner, margin) in [(Runner::Test, ""), (Runner::Nextest, "    ")] {
            let line = format!("{margin}{complaint}\n");
            let unread = read(runner, &line.repeat(2)).unread;
            assert_eq!(
                unread,
                ["/a/leakcheck.toml:1:1: unknown key `a`".to_owned()].into()
            );
        }
    }

    #[test]
    fn numbers_stand_before_their_word() {
        assert_eq!(
            number_before("FAILED. 10 passed; 2 failed; 0 ignored", "failed"),
            2
        );
        assert_eq!(number_before("ok. 10 passed", "failed"), 0);
    }
}
