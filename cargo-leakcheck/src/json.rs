//! The summary as a program reads it, by the schema that `leakcheck-report` publishes.

use std::time::Duration;

use leakcheck_report::summary::{self as written, SUMMARY_VERSION};

use crate::{
    advisories::Release,
    baseline::{Key, Known},
    consequence::Consequence,
    finding::{Finding, FirstSeen, Status, Test},
    grouping::Group,
    summary::{Checked, Summary},
};

/// The whole summary, with what went wrong.
pub(crate) fn render(summary: &Summary, errors: &[String]) -> String {
    let names = |select: fn(&Checked) -> bool| {
        let checked = summary.checked.iter().filter(|checked| select(checked));
        checked.map(|checked| name(&checked.test)).collect()
    };
    let groups = Group::all(&summary.findings);
    let written = written::Summary {
        format_version: SUMMARY_VERSION,
        fails: summary.fails(),
        runs: summary.rounds,
        tests: summary.checked.len(),
        causes: groups.iter().map(cause).collect(),
        hangs: summary.checked.iter().filter_map(hang).collect(),
        over_budget: summary.checked.iter().filter_map(goes_over).collect(),
        inconclusive: names(|checked| checked.inconclusive),
        failed: names(|checked| checked.failed),
        gone: summary.gone.iter().map(gone).collect(),
        absent: summary.absent(),
        accepted: summary.accepted,
        check_ms: ms(summary.spent),
        waited_ms: ms(summary.waited),
        errors: errors.to_vec(),
    };
    written.to_json()
}

fn cause(group: &Group<'_>) -> written::Cause {
    let first = group.first();
    written::Cause {
        status: match first.status {
            Status::New => written::Status::New,
            Status::Known => written::Status::Known,
        },
        level: first.level,
        kind: first.kind.clone(),
        count: group.count(),
        things: group.weight(),
        fingerprint: first.fingerprint.clone(),
        made_at: group.frame().cloned(),
        look_at: first.look_at().cloned(),
        why: first.whys.clone(),
        first_seen: group.first_seen().map(first_seen),
        release: first.release.as_ref().map(release),
        tests: group
            .findings()
            .iter()
            .map(|finding| share(finding))
            .collect(),
        follows: Consequence::all(group).iter().map(consequence).collect(),
    }
}

fn first_seen(seen: &FirstSeen) -> written::FirstSeen {
    written::FirstSeen {
        when: seen.when.clone(),
        commit: seen.commit.clone(),
    }
}

fn release(release: &Release) -> written::KnownRelease {
    let advisory = release.advisory;
    written::KnownRelease {
        name: advisory.krate.clone(),
        version: release.version.to_string(),
        fixed_in: advisory.fixed_in.as_ref().map(ToString::to_string),
        help: advisory.help.clone(),
    }
}

fn share(finding: &Finding) -> written::TestShare {
    written::TestShare {
        test: name(&finding.test),
        count: finding.count,
        runs: finding.rounds,
        name: finding.name.clone(),
        waits_at: finding.waits_at.clone(),
        waits_for: finding.waits_for.clone(),
        panic: finding.panic.clone(),
    }
}

fn consequence(consequence: &Consequence<'_>) -> written::Consequence {
    written::Consequence {
        kind: consequence.kind().to_owned(),
        count: consequence.count(),
        made_at: consequence.frame().cloned(),
        because: consequence.because().map(ToOwned::to_owned),
    }
}

pub(crate) fn name(test: &Test) -> written::TestName {
    written::TestName {
        package: test.package.clone(),
        binary: test.binary.clone(),
        test: test.name.clone(),
    }
}

pub(crate) fn hang(checked: &Checked) -> Option<written::HungTest> {
    Some(written::HungTest {
        test: name(&checked.test),
        after_ms: ms(checked.hung?),
        why: checked.why.clone(),
    })
}

fn goes_over(checked: &Checked) -> Option<written::TestOverBudget> {
    (!checked.breaches.is_empty()).then(|| written::TestOverBudget {
        test: name(&checked.test),
        breaches: checked.breaches.clone(),
    })
}

fn gone((key, known): &(Key, Known)) -> written::GoneLeak {
    written::GoneLeak {
        test: written::TestName {
            package: (!key.package.is_empty()).then(|| key.package.clone()),
            binary: key.binary.clone(),
            test: key.test.clone(),
        },
        kind: key.kind.clone(),
        fingerprint: key.fingerprint.clone(),
        count: known.count,
        site: known.site.clone(),
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{golden::golden, summary::tests as summaries};

    #[test]
    fn everything_is_there() {
        for (name, summary) in [
            ("summary_full.json", summaries::full()),
            ("summary_causes.json", summaries::causes()),
            ("summary_seen.json", summaries::seen()),
            ("summary_released.json", summaries::released()),
            ("summary_over_budget.json", summaries::over_budget()),
            ("summary_clean.json", summaries::clean(1)),
        ] {
            let text = render(&summary, &["failed to read a.json".to_owned()]);
            golden(name, &text);
            let read: written::Summary = serde_json::from_str(&text).expect("it is read");
            assert_eq!(read.to_json(), text, "what is read is what was written");
            assert_eq!(read.fails, summary.fails());
        }
    }
}
