//! What one test left, with all that its report knows of it.

use leakcheck_report::plural;

use super::{
    data::{FindingData, SaidData},
    tables::Tables,
};
use crate::{
    finding::Finding,
    holders::{self, Said},
    long_form::{Stored, facts},
    report::{Frame, Leak},
};

pub(super) fn data(
    finding: &Finding,
    stored: Option<Stored<'_>>,
    tables: &mut Tables<'_>,
) -> FindingData {
    let package = finding.test.package.as_deref();
    let at = Frame {
        file: Some(finding.test_at.file.clone()),
        line: Some(finding.test_at.line),
        column: None,
        function: finding.test.name.clone(),
    };
    let title = plural::named(finding.count, &finding.kind);
    let mut data = FindingData {
        test: tables.text(&finding.test.name),
        suite: tables.text(&finding.test.suite()),
        at: tables.frame(&at, package),
        fingerprint: tables.text(&finding.fingerprint),
        title: tables.text(&title),
        runs: finding.rounds,
        name: finding.name.as_deref().map(|name| tables.text(name)),
        facts: Vec::new(),
        made: finding
            .site
            .as_ref()
            .map(|site| tables.frame(site, package)),
        through: None,
        by: None,
        waits: finding
            .waits_at
            .as_ref()
            .map(|at| tables.frame(at, package)),
        chain: None,
        said: Vec::new(),
        timeline: None,
    };
    if let Some(stored) = stored {
        let leak = stored.leak();
        data.facts = facts(leak).iter().map(|fact| tables.text(fact)).collect();
        data.through = tables.stack(&leak.created_through, package);
        data.by = tables.stack(&leak.created_by, package);
        data.chain = tables.stack(&leak.waits_at, package);
        data.said = said(leak)
            .into_iter()
            .map(|said| {
                let at = said.at.map(|at| tables.frame(at, package));
                SaidData(said.is_detail, tables.text(&said.text), at)
            })
            .collect();
    }
    data
}

/// What it waits for, and who has what.
fn said(leak: &Leak) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    said.extend(leak.waits_for.iter().flat_map(holders::awaited));
    said.extend(leak.keeps_own_handle.iter().map(holders::own_handle));
    said.extend(leak.held.iter().flat_map(holders::kept));
    said
}
