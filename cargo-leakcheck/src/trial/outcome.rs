//! What a trial has found, for its page.

use std::collections::BTreeMap;

use crate::{
    baseline::Baseline,
    report::{Level, Report},
    repository::Repository,
    runner_output::{RunnerOutput, is_of_documentation},
    summary::{Checked, Summary},
    trial::{
        cancelled::Cancelled, candidate::Candidate, copy::Copy, missing::missing, page::Page,
        plan::Plan,
    },
};

/// What was left behind, as if it would fail, with files as they are seen from the workspace.
pub(crate) fn summary(mut reports: Vec<Report>, copy: &Copy<'_>) -> Summary {
    for leak in reports.iter_mut().flat_map(|report| &mut report.leaks) {
        if leak.panic.is_none() {
            leak.level = Level::Deny;
        }
    }
    let mut summary = Summary::of(&[reports], &Baseline::default());
    let packages = copy.workspace.packages.clone();
    let repository = Repository::around(&copy.workspace.root, None, packages);
    for finding in &mut summary.findings {
        let package = finding.test.package.as_deref();
        let cancelled = finding.cancelled.iter_mut();
        let cancelled = cancelled.filter_map(|cancelled| cancelled.at.as_mut());
        let own = finding.site.iter_mut().chain(&mut finding.waits_at);
        for frame in own.chain(cancelled) {
            copy.show(frame, package, &repository);
        }
    }
    for checked in &mut summary.checked {
        let failed = checked.cancelled.as_mut();
        if let Some(frame) = failed.and_then(|failed| failed.at.at.as_mut()) {
            copy.show(frame, checked.test.package.as_deref(), &repository);
        }
    }
    summary
}

/// What is to be known besides.
pub(crate) fn page(
    printed: &RunnerOutput,
    summary: &Summary,
    cancelled: Option<Cancelled>,
    plan: &Plan,
    copy: &Copy<'_>,
) -> Page {
    let all = printed.ran.iter().cloned();
    let (documented, ran): (Vec<String>, Vec<String>) =
        all.partition(|name| is_of_documentation(name));
    let mut missing = missing(&ran, summary, &plan.candidates);
    for (file, _) in missing.iter_mut().filter_map(|missing| missing.at.as_mut()) {
        *file = copy.seen(file);
    }
    let unread = plan.unread.iter();
    Page {
        ran: ran.len(),
        of_documentation: documented.len(),
        failed: printed.failures(),
        missing,
        cancelled,
        executors: executors(plan, &summary.checked),
        unread: unread
            .map(|(file, why)| (copy.seen(file), why.clone()))
            .collect(),
        changed: copy.changed_versions(),
        had_no_debug_info: plan.had_no_debug_info,
        folder: copy.folder.clone(),
    }
}

/// How many of the checked tests run on each other executor.
fn executors(plan: &Plan, checked: &[Checked]) -> BTreeMap<String, usize> {
    let mut executors = BTreeMap::new();
    let of = |checked: &Checked| {
        let package = checked.test.package.as_deref();
        let is_it = |candidate: &&Candidate| {
            candidate.left.is_none()
                && package.is_none_or(|package| package == candidate.package)
                && candidate.is_named(&checked.test.name)
        };
        plan.candidates.iter().find(is_it)?.executor.clone()
    };
    for executor in checked.iter().filter_map(of) {
        *executors.entry(executor).or_default() += 1;
    }
    executors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::tests::sample, trial::plan::tests::plan};

    #[test]
    fn executors_are_counted_where_tests_were_checked() {
        let text = "#[async_std::test] async fn a() {}\n#[smol::test] async fn b() {}\n#[async_std::test] async fn c() {}\n#[test] fn d() {}\n#[async_std::test] async fn did_not_run() {}";
        let (_folder, mut plan) = plan(text);
        let refused = crate::trial::candidate::Left::Refused("no".to_owned());
        plan.take(|candidate| candidate.name == "b", &refused);
        let reports = ["a", "c", "d"].map(|name| Report {
            package: Some("a".to_owned()),
            ..sample(name, &[])
        });
        let summary = Summary::of(&[reports.into()], &Baseline::default());
        let found = executors(&plan, &summary.checked);
        assert_eq!(found, [("async_std".to_owned(), 2)].into());
    }
}
