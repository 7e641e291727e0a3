//! What differs between two runs of many tests.

use crate::{
    leak::{Level, Why},
    place::Frame,
    record::{record, words},
    summary::{HungTest, TestName},
};

/// The newest version of the form of differences.
pub const DIFF_VERSION: u32 = 1;

/// The JSON Schema of [`Diff`], which is published with the crate as `schema/diff-1.schema.json`.
pub const SCHEMA: &str = include_str!("../schema/diff-1.schema.json");

record! {
    /// What a run left behind that another one did not, and the other way round: each cause once.
    ///
    /// A later release may add fields to the same version, which readers pass over.
    Diff {
        /// Version of the form: it changes where a reader of the one before would misunderstand it.
        always format_version: u32,
        /// Whether the later run has something new or more of something that fails it.
        always fails: bool,
        /// The run that is compared with.
        always before: ComparedRun,
        /// The run that is compared.
        always after: ComparedRun,
        /// The causes of both, those first that are new.
        always changes: Vec<Change>,
        /// Tests that did not end in the later run, and did in the earlier one or were not run there.
        always hangs: Vec<HungTest>,
        /// What could not be read, a sentence each.
        always errors: Vec<String>,
    }
}

record! {
    /// One of the two runs.
    ComparedRun {
        /// Its folder.
        always folder: String,
        /// How often the tests were run.
        always runs: usize,
        /// How many tests are known; where tests that left nothing have no reports, not all.
        always tests: usize,
    }
}

record! {
    /// One mistake at one place, in both runs.
    Change {
        /// What became of it.
        always outcome: Outcome,
        /// Whether it fails its tests: by the later run, if it is there.
        always level: Level,
        /// What it left; a reader may meet kinds that it does not know.
        always kind: String,
        /// How many, in each run.
        always count: Counts,
        /// How many things in all, with what follows from it.
        always things: Counts,
        /// What `cargo leakcheck explain` takes, for the later run if it is there.
        always fingerprint: String,
        /// The line that made it: of the later run, if it is there.
        always made_at: Option<Frame>,
        /// The line that has to change, as far as that is known.
        always look_at: Option<Frame>,
        /// Which mistakes it is.
        always why: Vec<Why>,
        /// The tests that have it in one of the runs.
        always tests: Vec<TestCounts>,
        /// Tests that have it in one run, and of which nobody knows whether they have it in the other: they were not run to
        /// their end there.
        always not_run: Vec<TestName>,
    }
}

record! {
    /// Numbers of both runs.
    Counts {
        /// Of the earlier run.
        always before: usize,
        /// Of the later run.
        always after: usize,
    }
}

record! {
    /// How much of a cause one test has in each run.
    TestCounts {
        /// The test.
        flat(flatten) test: TestName,
        /// How many it left, in each run.
        flat(flatten) count: Counts,
    }
}

words! {
    /// What became of a cause.
    Outcome {
        /// The earlier run does not have it.
        #[default]
        New = "new",
        /// The later run has more of it.
        More = "more",
        /// Both have as much of it.
        Same = "same",
        /// The later run has less of it.
        Fewer = "fewer",
        /// The later run does not have it, and not all tests that had it were run to their end, or as often.
        NotSeen = "not_seen",
        /// The later run does not have it, though all tests that had it were run to their end.
        Gone = "gone",
    }
}

impl Diff {
    /// The difference as a program reads it.
    ///
    /// ```
    /// let diff = leakcheck_report::diff::Diff::default();
    /// assert!(diff.to_json().contains("\n  \"fails\": false,\n"));
    /// ```
    pub fn to_json(&self) -> String {
        crate::json::document(self)
    }
}
