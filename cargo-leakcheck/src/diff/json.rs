//! The difference as a program reads it, by the schema that `leakcheck-report` publishes.

use leakcheck_report::{
    diff::{self as written, DIFF_VERSION},
    summary::HungTest,
};

use super::{change::Change, difference::Diff, run::Run};
use crate::json::{hang, name};

/// The whole difference, with what went wrong. Where there are no two runs, there are no changes.
pub(crate) fn render(diff: &Diff<'_>, errors: &[String]) -> String {
    let is_of_two = diff.is_of_two();
    let changes = diff.changes.iter().filter(|_| is_of_two);
    let hangs = diff.hangs().filter(|_| is_of_two);
    let hangs: Vec<HungTest> = hangs.filter_map(hang).collect();
    let written = written::Diff {
        format_version: DIFF_VERSION,
        fails: is_of_two && diff.fails(),
        before: run(diff.before),
        after: run(diff.after),
        changes: changes.map(change).collect(),
        hangs,
        errors: errors.to_vec(),
    };
    written.to_json()
}

/// What there is where nothing can be compared.
pub(crate) fn render_nothing(errors: &[String]) -> String {
    let written = written::Diff {
        format_version: DIFF_VERSION,
        errors: errors.to_vec(),
        ..written::Diff::default()
    };
    written.to_json()
}

fn run(run: Run<'_>) -> written::ComparedRun {
    written::ComparedRun {
        folder: run.name(),
        runs: run.summary.rounds,
        tests: run.summary.checked.len(),
    }
}

fn change(change: &Change<'_>) -> written::Change {
    let first = change.first();
    let counts = change.tests().into_iter();
    let not_run = change.not_run_before.iter().chain(&change.not_run_after);
    written::Change {
        outcome: change.outcome,
        level: first.level,
        kind: first.kind.clone(),
        count: change.count(),
        things: change.things(),
        fingerprint: first.fingerprint.clone(),
        made_at: first.site.clone(),
        look_at: first.look_at().cloned(),
        why: first.whys.clone(),
        tests: counts
            .map(|(test, count)| written::TestCounts {
                test: name(&test),
                count,
            })
            .collect(),
        not_run: not_run.map(|test| name(test)).collect(),
    }
}
