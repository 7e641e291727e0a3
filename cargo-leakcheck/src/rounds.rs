//! The leaks of all rounds of a run, put together: each leak of each test once.

use std::collections::BTreeMap;

use crate::{
    advisories::Release,
    baseline::Baseline,
    causes::Causes,
    finding::{Finding, Follows, Identity, Status, Test, is_near},
    report::{Leak, Report, Verdict, Why},
};

/// The leaks of all rounds, by test.
pub(crate) fn findings(rounds: &[Vec<Report>], baseline: &Baseline) -> Vec<Finding> {
    let mut findings: BTreeMap<(Test, Identity, Status), Finding> = BTreeMap::new();
    for reports in rounds {
        for ((test, identity), (finding, accepted)) in in_round(reports) {
            let listed = baseline.count(&finding.key()).max(accepted);
            let known = match finding.panic {
                Some(_) => 0,
                None => finding.count.min(listed),
            };
            for (status, count) in [(Status::New, finding.count - known), (Status::Known, known)] {
                if count == 0 {
                    continue;
                }
                findings
                    .entry((test.clone(), identity.clone(), status))
                    .and_modify(|before| {
                        before.count = before.count.max(count);
                        before.rounds += 1;
                        join(before, &finding);
                    })
                    .or_insert_with(|| Finding {
                        status,
                        count,
                        ..finding.clone()
                    });
            }
        }
    }
    findings.into_values().collect()
}

/// What one round left, and how many of it the library accepted for its baseline.
fn in_round(reports: &[Report]) -> BTreeMap<(Test, Identity), (Finding, usize)> {
    let mut round: BTreeMap<(Test, Identity), (Finding, usize)> = BTreeMap::new();
    // A test may have several reports in a round: of guards and checkpoints.
    for report in reports {
        let causes = Causes::of(&report.leaks);
        let leaks = report.leaks.iter().enumerate();
        let leaks = leaks.filter(|_| report.verdict == Verdict::Leaked);
        let leaks = leaks.map(|(at, leak)| (leak, follows(&report.leaks, at, &causes), 0));
        let known = report.known.iter().map(|leak| (leak, None, leak.count));
        // Where there is both, what is new says how bad it is.
        for (leak, follows, accepted) in leaks.chain(known) {
            let found = finding(report, leak, follows);
            round
                .entry((found.test.clone(), found.identity()))
                .and_modify(|(finding, before)| {
                    finding.count = finding.count.saturating_add(leak.count);
                    *before = before.saturating_add(accepted);
                    join(finding, &found);
                })
                .or_insert((found, accepted));
        }
    }
    round
}

/// From what the finding at this place follows; nothing where that is of its own kind and path, which is told once.
fn follows(leaks: &[Leak], at: usize, causes: &Causes) -> Option<Follows> {
    let identity = |leak: &Leak| {
        (
            leak.kind.clone(),
            leak.fingerprint.clone(),
            leak.panic.is_some(),
        )
    };
    causes.above(at)?;
    let cause = identity(leaks.get(causes.cause(at))?);
    let leak = leaks.get(at)?;
    let because = leak.follows.as_ref().map(|follows| follows.because.clone());
    (cause != identity(leak)).then_some(Follows { cause, because })
}

/// Adds why the same finding is there elsewhere. It is a cause if it is one anywhere.
fn join(finding: &mut Finding, other: &Finding) {
    if other.cancelled.is_none() {
        finding.cancelled = None;
    }
    match (&mut finding.follows, &other.follows) {
        (Some(follows), Some(others)) => {
            if follows.because != others.because {
                follows.because = None;
            }
        }
        (None, Some(_)) => return,
        (Some(_), None) => {
            finding.follows = None;
            finding.whys.clear();
        }
        (None, None) => {}
    }
    for why in &other.whys {
        let is_same = |known: &&mut Why| known.pattern == why.pattern;
        match finding.whys.iter_mut().find(is_same) {
            Some(known) => known.certain &= why.certain,
            None => finding.whys.push(why.clone()),
        }
    }
}

fn finding(report: &Report, leak: &Leak, follows: Option<Follows>) -> Finding {
    Finding {
        test: Test::of(report),
        test_at: report.location.clone(),
        kind: leak.kind.clone(),
        name: leak.name.clone(),
        site: leak.created_at.clone(),
        waits_at: leak
            .waits_in
            .as_ref()
            .or_else(|| leak.waits_at.iter().find(|frame| is_near(frame)))
            .cloned(),
        waits_for: leak.waits_for.as_ref().map(|awaited| awaited.what.clone()),
        panic: leak.panic.clone(),
        cancelled: leak.cancelled.first().cloned(),
        follows,
        whys: leak.why.iter().cloned().collect(),
        release: Release::of(leak),
        fingerprint: leak.fingerprint.clone(),
        level: leak.level,
        status: Status::New,
        count: leak.count,
        rounds: 1,
        first_seen: None,
        accept: leak.accept.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::finding::place;

    /// Where something waits whose report says this of it.
    fn waits(more: &serde_json::Value) -> Option<String> {
        let mut leak = json!({ "kind": "thread", "fingerprint": "f1" });
        for (key, value) in more.as_object().expect("an object") {
            leak[key] = value.clone();
        }
        let report = json!({
            "format_version": 1, "test": "a", "location": { "file": "a.rs", "line": 1 }, "verdict": "leaked",
            "body": "passed", "leaks": [leak],
        });
        let report =
            crate::report::parse(&report.to_string(), Path::new("a.json")).expect("a report");
        let findings = findings(&[vec![report]], &Baseline::default());
        findings[0].waits_at.as_ref().and_then(place)
    }

    #[test]
    fn it_waits_where_a_reader_has_to_look() {
        let frame = |file: &str, line: u32| json!({ "file": file, "line": line, "function": "f" });
        let stack = [
            frame("./socket/../sysdeps/unix/sysv/linux/recv.c", 28),
            frame("/rustc/abc/library/std/src/net.rs", 5),
            frame("socket2-0.6.3/src/sys/unix.rs", 7),
            frame("src/net.rs", 31),
        ];
        let of_user = Some("src/net.rs:31".to_owned());
        assert_eq!(
            waits(&json!({ "waits_at": stack, "waits_in": stack[3] })),
            of_user
        );
        // Libraries that do not say it are older.
        let of_crate = Some("socket2-0.6.3/src/sys/unix.rs:7".to_owned());
        assert_eq!(waits(&json!({ "waits_at": stack })), of_crate);
        assert_eq!(waits(&json!({ "waits_at": [stack[0], stack[1]] })), None);
        assert_eq!(waits(&json!({})), None);
    }
}
