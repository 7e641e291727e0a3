//! A cause of the page: what it is, where, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use leakcheck_report::plural;

use super::{
    data::{CauseData, ConsequenceData, GraphData, WhyData},
    tables::Tables,
};
use crate::{
    consequence::Consequence,
    entry,
    finding::{Finding, Status},
    grouping::Group,
    pasted_rule::PastedRule,
};

/// The places of findings in the page.
type Places = BTreeMap<*const Finding, usize>;

pub(super) fn data(
    group: &Group<'_>,
    places: &Places,
    graph: Option<GraphData>,
    tables: &mut Tables<'_>,
) -> CauseData {
    let first = group.first();
    let package = first.test.package.as_deref();
    let accept = first.accept.as_deref();
    let packages = group.findings().iter().map(|finding| {
        let test = &finding.test;
        test.package.as_deref().unwrap_or(&test.binary)
    });
    let packages: BTreeSet<&str> = packages.collect();
    CauseData {
        fingerprint: tables.text(&first.fingerprint),
        status: match first.status {
            Status::New => "new",
            Status::Known => "known",
        },
        level: first.level.name(),
        kind: first.kind.clone(),
        title: plural::named(group.count(), &first.kind),
        count: group.count(),
        things: group.weight(),
        tests: group.tests().len(),
        packages: packages.into_iter().map(|name| tables.text(name)).collect(),
        made: group.frame().map(|frame| tables.frame(frame, package)),
        look: first.look_at().map(|frame| tables.frame(frame, package)),
        whys: first
            .whys
            .iter()
            .map(|why| WhyData {
                pattern: why.pattern.clone(),
                certain: why.certain,
                text: tables.text(&why.text),
                help: tables.text(&why.help),
            })
            .collect(),
        seen: group.first_seen().map(entry::since),
        since: None,
        release: first.release.as_ref().map(crate::advisories::Release::line),
        panic: first.panic.as_deref().map(|panic| tables.text(panic)),
        rule: accept.and_then(PastedRule::of),
        findings: at(group.findings(), places),
        follows: Consequence::all(group)
            .iter()
            .map(|consequence| ConsequenceData {
                title: plural::named(consequence.count(), consequence.kind()),
                made: consequence
                    .frame()
                    .map(|frame| tables.frame(frame, package)),
                because: consequence.because().map(|because| tables.text(because)),
                findings: at(consequence.findings(), places),
            })
            .collect(),
        graph,
    }
}

fn at(findings: &[&Finding], places: &Places) -> Vec<usize> {
    let place = |finding: &&Finding| places.get(&std::ptr::from_ref(*finding)).copied();
    findings.iter().filter_map(place).collect()
}
