//! Tests that several machines ran: what they left counts once.

use std::collections::BTreeMap;

use crate::report::{Leak, Report};

/// What tells the checks of a test apart, on whatever machine. Documentation tests bear one name, and their places differ.
type Check = (Option<String>, String, String, String, u32);

/// What tells the findings of a check apart, with how many there are.
type Counts = BTreeMap<(String, String, bool), usize>;

/// Adds the rounds of another shard: of a test that is there already, only what it left beyond that.
pub(super) fn add(merged: &mut Vec<Vec<Report>>, shard: Vec<Vec<Report>>) {
    for (number, mut round) in shard.into_iter().enumerate() {
        if merged.len() == number {
            merged.push(Vec::new());
        }
        let before = &mut merged[number];
        discount(before, &mut round);
        before.append(&mut round);
    }
}

fn discount(before: &[Report], round: &mut [Report]) {
    let mut told: BTreeMap<Check, Counts> = BTreeMap::new();
    for report in before {
        let counts = told.entry(check(report)).or_default();
        for leak in report.leaks.iter().chain(&report.known) {
            let count = counts.entry(identity(leak)).or_default();
            *count = count.saturating_add(leak.count);
        }
    }
    for report in round {
        let Some(counts) = told.get_mut(&check(report)) else {
            continue;
        };
        report.ignored.clear();
        // They stay, because others say that they follow from them.
        for leak in report.leaks.iter_mut().chain(&mut report.known) {
            let told = counts.entry(identity(leak)).or_default();
            let again = leak.count.min(*told);
            leak.count -= again;
            *told -= again;
        }
    }
}

fn check(report: &Report) -> Check {
    (
        report.package.clone(),
        report.binary.clone(),
        report.test.clone(),
        report.location.file.clone(),
        report.location.line,
    )
}

fn identity(leak: &Leak) -> (String, String, bool) {
    (
        leak.kind.clone(),
        leak.fingerprint.clone(),
        leak.panic.is_some(),
    )
}
