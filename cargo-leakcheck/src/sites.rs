//! Findings by the place that made them, so that a place is told once for all its tests.

use crate::{
    finding::{Finding, Status, place},
    plural,
    report::{Frame, Level},
    summary::Summary,
};

/// Findings of one kind from one place.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    /// At least one.
    findings: Vec<&'a Finding>,
}

impl<'a> Site<'a> {
    /// Groups the findings, in the order of their first ones.
    pub(crate) fn group(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Self> {
        let mut sites: Vec<Self> = Vec::new();
        for finding in findings {
            match sites.iter_mut().find(|site| alike(site.first(), finding)) {
                Some(site) => site.findings.push(finding),
                None => sites.push(Self {
                    findings: vec![finding],
                }),
            }
        }
        sites
    }

    pub(crate) fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    pub(crate) fn findings(&self) -> &[&'a Finding] {
        &self.findings
    }

    /// How many things there are.
    pub(crate) fn count(&self) -> usize {
        self.findings.iter().map(|finding| finding.count).sum()
    }

    pub(crate) fn frame(&self) -> Option<&'a Frame> {
        self.first().site.as_ref()
    }

    /// `` `reconnects` left 2 tasks behind that were created here ``.
    pub(crate) fn sentence(&self) -> String {
        let tests: Vec<String> = self
            .findings
            .iter()
            .map(|finding| format!("`{}`", finding.test.name))
            .collect();
        let tests = plural::list(&tests);
        let count = plural::kinds(self.count(), &self.first().kind);
        if self.first().panic.is_some() {
            return format!("{count} of {tests} panicked unseen");
        }
        let created = match (self.frame(), self.count()) {
            (None, _) => "",
            (Some(_), 1) => " that was created here",
            (Some(_), _) => " that were created here",
        };
        format!("{tests} left {count} behind{created}")
    }
}

fn alike(one: &Finding, other: &Finding) -> bool {
    let key = |finding: &Finding| {
        let site = finding.site.as_ref();
        (
            finding.kind.clone(),
            finding.status,
            finding.level == Level::Warn,
            finding.panic.is_some(),
            site.and_then(place),
            site.map(|site| site.function.clone()),
            // What has no place is told by what it is called, at its own test.
            site.is_none()
                .then(|| (finding.test.clone(), finding.name.clone())),
        )
    };
    key(one) == key(other)
}

/// `2 of 3 checked tests left 2 tasks and 1 thread behind`.
pub(crate) fn headline(summary: &Summary) -> String {
    let mut tests: Vec<_> = summary
        .findings
        .iter()
        .map(|finding| &finding.test)
        .collect();
    tests.dedup(); // They are in order.
    let (panicked, left): (Vec<&Finding>, Vec<&Finding>) = summary
        .findings
        .iter()
        .partition(|finding| finding.panic.is_some());
    let mut found = Vec::new();
    if !left.is_empty() {
        found.push(format!("left {} behind", kinds(&left)));
    }
    if !panicked.is_empty() {
        found.push(format!("had {} panic unseen", kinds(&panicked)));
    }
    let checked = plural::of(summary.checked.len(), "checked test", "checked tests");
    format!("{} of {checked} {}", tests.len(), found.join(" or "))
}

/// `3 checked tests left nothing behind`, of those for which that is certain.
pub(crate) fn nothing(summary: &Summary) -> String {
    let checked = plural::of(summary.checked.len(), "checked test", "checked tests");
    match summary.sure() {
        sure if sure == summary.checked.len() => format!("{checked} left nothing behind"),
        sure => format!("{sure} of {checked} left nothing behind"),
    }
}

/// `2 tasks and 1 thread` for all of the findings.
fn kinds(findings: &[&Finding]) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for finding in findings {
        match kinds.iter_mut().find(|(kind, _)| *kind == finding.kind) {
            Some((_, count)) => *count += finding.count,
            None => kinds.push((&finding.kind, finding.count)),
        }
    }
    kinds.sort_by_key(|(kind, _)| plural::rank(kind));
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| plural::kinds(count, kind))
        .collect();
    plural::list(&kinds)
}

/// How many findings are new, known, or warnings: `1 new, 2 known`.
pub(crate) fn statuses(findings: &[Finding]) -> String {
    let count = |select: &dyn Fn(&Finding) -> bool| -> usize {
        let selected = findings.iter().filter(|finding| select(finding));
        selected.map(|finding| finding.count).sum()
    };
    let parts = [
        (count(&|finding| finding.fails()), "new"),
        (count(&|finding| finding.status == Status::Known), "known"),
        (
            count(&|finding| finding.status == Status::New && finding.level == Level::Warn),
            "only warned of",
        ),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::tests::{full, small};

    #[test]
    fn a_place_is_told_once() {
        let summary = full();
        let sites = Site::group(summary.with(Status::New));
        let sentences: Vec<String> = sites.iter().map(Site::sentence).collect();
        assert_eq!(
            sentences,
            [
                "`drains` and `reconnects` left 3 tasks behind that were created here",
                "1 task of `panics` panicked unseen",
                "`reconnects` left 1 thread behind",
                "`warns` left 2 file descriptors behind that were created here",
            ]
        );
        let summary = small();
        let sites = Site::group(&summary.findings);
        assert_eq!(
            sites[0].sentence(),
            "`reconnects` left 1 task behind that was created here"
        );
    }
}
