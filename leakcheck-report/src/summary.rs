//! The summary of a run of many tests.

use crate::{
    breach::Breach,
    leak::{Level, Why},
    place::Frame,
    record::{record, words},
};

/// The newest version of the form of summaries.
pub const SUMMARY_VERSION: u32 = 1;

/// The JSON Schema of [`Summary`], which is published with the crate as `schema/summary-1.schema.json`.
pub const SCHEMA: &str = include_str!("../schema/summary-1.schema.json");

record! {
    /// What a run of many tests left behind: each cause once, for all tests that have it.
    ///
    /// A later release may add fields to the same version, which readers pass over.
    Summary {
        /// Version of the form: it changes where a reader of the one before would misunderstand it.
        always format_version: u32,
        /// Whether something was found that fails the run: a cause that is new and not only warned of, or a test over its budget.
        always fails: bool,
        /// How often the tests were run.
        always runs: usize,
        /// How many tests are known; where tests that left nothing have no reports, not all.
        always tests: usize,
        /// The causes, those first that fail, and each time what has left most.
        always causes: Vec<Cause>,
        /// Tests that did not end.
        always hangs: Vec<HungTest>,
        /// Tests that had more alive at one time than a budget allows.
        if_any(default) over_budget: Vec<TestOverBudget>,
        /// Tests of which nothing is claimed.
        always inconclusive: Vec<TestName>,
        /// Tests whose own body failed, whatever they left.
        always failed: Vec<TestName>,
        /// Known leaks that are gone.
        always gone: Vec<GoneLeak>,
        /// How many known leaks are of tests that were not run to their end.
        always absent: usize,
        /// How many things the rules of the user accepted.
        always accepted: usize,
        /// How long the checks took without waiting, in milliseconds.
        always check_ms: u64,
        /// How long they waited for things to end, in milliseconds.
        always waited_ms: u64,
        /// What could not be read, a sentence each.
        always errors: Vec<String>,
    }
}

record! {
    /// One mistake at one place.
    Cause {
        /// Whether the baseline has it.
        always status: Status,
        /// Whether it fails its tests, where it is new.
        always level: Level,
        /// What it left; a reader may meet kinds that it does not know.
        always kind: String,
        /// How many.
        always count: usize,
        /// How many things in all, with what follows from it.
        always things: usize,
        /// What `cargo leakcheck explain` takes, of the first test that has it.
        always fingerprint: String,
        /// The line that made it.
        always made_at: Option<Frame>,
        /// The line that has to change, as far as that is known.
        always look_at: Option<Frame>,
        /// Which mistakes it is.
        always why: Vec<Why>,
        /// The first run of `leakcheck.history` that has what makes it, where one does.
        if_any(default) first_seen: Option<FirstSeen>,
        /// The released crate that is known to leave it.
        if_any(default) release: Option<KnownRelease>,
        /// The tests that have it.
        always tests: Vec<TestShare>,
        /// What follows from it, and ends with it.
        always follows: Vec<Consequence>,
    }
}

record! {
    /// A run of a history.
    FirstSeen {
        /// When it began: `2026-11-30T12:00:00Z`.
        always when: String,
        /// What was checked out.
        always commit: String,
    }
}

record! {
    /// A release of a crate that is known to leak.
    KnownRelease {
        /// The crate.
        always name: String,
        /// Its version.
        always version: String,
        /// The first version that does not leak, where there is one.
        always fixed_in: Option<String>,
        /// What to do about it.
        always help: String,
    }
}

record! {
    /// How much of a cause one test has.
    TestShare {
        /// The test.
        flat(flatten) test: TestName,
        /// How many it left, in the run with most of them.
        always count: usize,
        /// How many runs showed it.
        always runs: usize,
        /// A thread's name, the path of a task's future, or what it is.
        always name: Option<String>,
        /// Where it waits.
        always waits_at: Option<Frame>,
        /// For what it waits, in words.
        always waits_for: Option<String>,
        /// What a task panicked with that nobody could learn of.
        if_any(default) panic: Option<String>,
    }
}

record! {
    /// Which test it is.
    TestName {
        /// The cargo package, where it is known.
        always package: Option<String>,
        /// The test binary.
        always binary: String,
        /// The test as its harness names it.
        always test: String,
    }
}

record! {
    /// Things of one kind from one place that follow from a cause.
    Consequence {
        /// What they are.
        always kind: String,
        /// How many there are.
        always count: usize,
        /// The line that made them.
        always made_at: Option<Frame>,
        /// Why they follow, in words, where that is the same for all of them.
        always because: Option<String>,
    }
}

record! {
    /// A test that did not end.
    HungTest {
        /// The test.
        flat(flatten) test: TestName,
        /// After how long it was given up, in milliseconds.
        always after_ms: u64,
        /// The mistake of its body, where that is known.
        always why: Option<Why>,
    }
}

record! {
    /// A test that had more alive at one time than its budgets allow.
    TestOverBudget {
        /// The test.
        flat(flatten) test: TestName,
        /// By how much, kind by kind.
        always breaches: Vec<Breach>,
    }
}

record! {
    /// A leak of the baseline that its test does not show any more.
    GoneLeak {
        /// The test.
        flat(flatten) test: TestName,
        /// What it left.
        always kind: String,
        /// Which of its leaks it was.
        always fingerprint: String,
        /// How many fewer there are.
        always count: usize,
        /// Where it was made, without a line.
        always site: String,
    }
}

words! {
    /// Whether the baseline has it.
    Status {
        /// It does not.
        #[default]
        New = "new",
        /// It does, so that it fails nothing.
        Known = "known",
    }
}

impl Summary {
    /// The summary as a program reads it.
    ///
    /// ```
    /// let summary = leakcheck_report::summary::Summary::default();
    /// assert!(summary.to_json().contains("\n  \"fails\": false,\n"));
    /// ```
    pub fn to_json(&self) -> String {
        crate::json::document(self)
    }
}
