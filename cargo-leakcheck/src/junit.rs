//! The checked tests as JUnit, which most CI systems show.

use std::collections::{BTreeMap, HashMap};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{
    annotate,
    escape::plain,
    finding::{Finding, Test, place},
    grouping::Group,
    mistake, over_budget,
    summary::{Checked, Summary},
};

/// One suite for each test binary, one case for each checked test: a failure where it left something new, hung or went
/// over a budget, an error where its own body failed.
pub(crate) fn render(summary: &Summary) -> String {
    let mut report = Report::new("leakcheck");
    let mut suites: Vec<TestSuite> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut findings: BTreeMap<&Test, Vec<&Finding>> = BTreeMap::new();
    for finding in &summary.findings {
        findings.entry(&finding.test).or_default().push(finding);
    }
    for checked in &summary.checked {
        let name = plain(&checked.test.suite());
        let at = *known.entry(name.clone()).or_insert_with(|| {
            suites.push(TestSuite::new(name.as_str()));
            suites.len() - 1
        });
        let findings = findings.get(&checked.test).map_or(&[][..], Vec::as_slice);
        suites[at].add_test_case(case(checked, findings, &name));
    }
    report.add_test_suites(suites);
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn case(checked: &Checked, findings: &[&Finding], suite: &str) -> TestCase {
    let failing = || findings.iter().copied().filter(|finding| finding.fails());
    let status = if let Some(sentence) = annotate::fault(checked).filter(|_| checked.failed) {
        let (ty, text) = match checked.cancelled {
            None => ("hang", String::new()),
            Some(_) => ("cancel", lines(failing())),
        };
        non_success(NonSuccessKind::Failure, ty, &sentence, &text)
    } else if checked.failed {
        let message = "its body failed, whatever it left behind";
        non_success(NonSuccessKind::Error, "failed", message, &lines(failing()))
    } else if failing().next().is_some() || checked.is_over_budget() {
        let ty = match failing().next() {
            Some(_) => "leak",
            None => "over-budget",
        };
        let left = Group::all(failing());
        let left = left.iter().map(mistake::sentence);
        let over = over_budget::sentences(checked).map(|(_, sentence)| sentence);
        let message = left.chain(over).collect::<Vec<String>>().join("; ");
        non_success(NonSuccessKind::Failure, ty, &message, &lines(failing()))
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(plain(&checked.test.name), status);
    case.set_classname(suite);
    // Known ones and warnings.
    let passing: String = lines(findings.iter().copied().filter(|finding| !finding.fails()));
    if !passing.is_empty() {
        case.set_system_out(passing);
    }
    case
}

fn non_success(kind: NonSuccessKind, ty: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(ty).set_message(message);
    if !text.is_empty() {
        status.set_description(text);
    }
    status
}

/// One line for each cause, and one below it for what follows.
fn lines<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let lines = Group::each(findings).into_iter().flat_map(|group| {
        let followers = group.followers().iter();
        let followers: Vec<String> = followers
            .map(|finding| format!("  {}", line(finding)))
            .collect();
        std::iter::once(line(group.first())).chain(followers)
    });
    lines.collect()
}

/// `1 task 9f31c0ffee000001 src/pool.rs:88 own-sender`
fn line(finding: &Finding) -> String {
    let made = finding.site.as_ref().and_then(place);
    let patterns = finding.whys.iter().map(|why| format!(" {}", why.pattern));
    let because = finding
        .follows
        .as_ref()
        .and_then(|follows| follows.because.as_deref());
    let because = because.map(|because| format!(" {}", plain(because)));
    let more: String = patterns.chain(because).collect();
    format!(
        "{} {} {} {}{more}\n",
        finding.count,
        finding.kind,
        plain(&finding.fingerprint),
        made.as_deref().unwrap_or("-")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{golden::golden, summary::tests as summaries};

    #[test]
    fn it_is_complete_and_can_be_read() {
        for (name, summary) in [
            ("full.xml", summaries::full()),
            ("causes.xml", summaries::causes()),
            ("cancelled.xml", summaries::cancelled()),
            ("more.xml", summaries::more()),
            ("over_budget.xml", summaries::over_budget()),
            ("clean.xml", summaries::clean(1)),
        ] {
            let text = render(&summary);
            golden(name, &text);
            let read = Report::deserialize_from_str(&text).expect("JUnit");
            let failing = summary.checked.iter().filter(|checked| {
                let mut findings = summary.findings.iter();
                checked.failed
                    || checked.is_over_budget()
                    || findings.any(|finding| finding.test == checked.test && finding.fails())
            });
            assert_eq!(read.tests, summary.checked.len());
            assert_eq!(read.failures + read.errors, failing.count());
        }
    }
}
