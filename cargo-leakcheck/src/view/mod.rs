//! One page with all that a run found: self-contained, so that it opens from a file and needs no network.

mod cause;
mod data;
mod digest;
mod finding;
mod graph;
mod pattern;
mod shell;
mod tables;
mod timelines;

use std::collections::{BTreeMap, BTreeSet};

use leakcheck_report::{plural, time};

use crate::{
    diff::Diff,
    escape::{code, plain},
    finding::{Finding, Status, total},
    graphs::Graphs,
    grouping::Group,
    headline::headline,
    history::{Entry, History},
    mistake, over_budget,
    report::Report,
    repository::Repository,
    source_file::SourceFiles,
    stored_findings::StoredFindings,
    summary::Summary,
};
use data::{Data, RunData, SinceData, Totals};
use tables::Tables;
use timelines::Timelines;

/// Runs of the history that are shown: the last ones.
const TREND: usize = 60;

/// What the page tells besides the run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside<'r> {
    /// Earlier runs.
    pub(crate) history: Option<&'r History>,
    /// How the run differs from another one.
    pub(crate) diff: Option<&'r Diff<'r>>,
    /// What went wrong.
    pub(crate) errors: &'r [String],
}

/// The page on these reports, which the summary is of.
pub(crate) fn render(
    summary: &Summary,
    rounds: &[Vec<Report>],
    repository: &Repository,
    beside: &Beside<'_>,
) -> String {
    let mut data = data(summary, rounds, repository, beside.diff);
    data.trend = beside.history.map(trend).unwrap_or_default();
    data.errors = beside.errors.iter().map(|error| plain(error)).collect();
    // A page of nothing tells more than no page; but it is plain data, which is always written.
    let json = serde_json::to_string(&data).unwrap_or_default();
    shell::html(&data.headline, &json)
}

fn data(
    summary: &Summary,
    rounds: &[Vec<Report>],
    repository: &Repository,
    diff: Option<&Diff<'_>>,
) -> Data {
    let stored = StoredFindings::of(rounds);
    let mut tables = Tables::new(SourceFiles::new(repository));
    let groups = Group::all(&summary.findings);
    let mut at: BTreeMap<*const Finding, usize> = BTreeMap::new();
    let mut timelines = Timelines::default();
    let mut findings = Vec::new();
    for finding in &summary.findings {
        at.insert(std::ptr::from_ref(finding), findings.len());
        let stored = stored.of_finding(finding);
        let mut data = finding::data(finding, stored, &mut tables);
        data.timeline = stored.and_then(|stored| timelines.of(stored.report, &mut tables));
        findings.push(data);
    }
    let mut graphs = Graphs::new(&stored);
    let mut causes = Vec::new();
    for group in &groups {
        let first = stored.of_finding(group.first());
        let graph = first
            .and_then(|stored| graph::data(&graphs.of_finding(group.first()), stored, &mut tables));
        let since = diff.and_then(|diff| diff.since(group.first()));
        let mut cause = cause::data(group, &at, graph, &mut tables);
        cause.since = since.map(|since| SinceData(since.outcome.name(), since.sentence));
        causes.push(cause);
    }
    let whys = summary.findings.iter().flat_map(|finding| &finding.whys);
    let names: BTreeSet<&String> = whys.map(|why| &why.pattern).collect();
    let patterns = names
        .into_iter()
        .map(|name| (name.clone(), pattern::data(name)));
    Data {
        headline: plain(&head(summary)),
        totals: totals(summary),
        patterns: patterns.collect(),
        causes,
        findings,
        timelines: timelines.end(),
        notes: diff
            .map(Diff::notes)
            .into_iter()
            .flatten()
            .chain(notes(summary))
            .collect(),
        trend: Vec::new(),
        errors: Vec::new(),
        tables: tables.end(),
    }
}

fn head(summary: &Summary) -> String {
    if summary.findings.is_empty() {
        let tests = plural::of(summary.checked.len(), "checked test", "checked tests");
        return format!("{tests} left nothing behind");
    }
    headline(summary)
}

fn totals(summary: &Summary) -> Totals {
    let of = |status: Status| total(summary.with(status).map(|finding| finding.count));
    Totals {
        runs: summary.rounds,
        tests: summary.checked.len(),
        new: of(Status::New),
        known: of(Status::Known),
        fails: summary.fails(),
        has_baseline: summary.has_baseline,
    }
}

fn trend(history: &History) -> Vec<RunData> {
    let entries = history.last(TREND);
    let run = |entry: &Entry| RunData {
        when: plain(&entry.when),
        commit: plain(&entry.commit),
        branch: plain(&entry.branch),
        new: entry.new,
        known: entry.known,
    };
    entries.map(run).collect()
}

/// What is to be said besides the findings, a sentence each.
fn notes(summary: &Summary) -> Vec<String> {
    let mut notes = Vec::new();
    for checked in &summary.checked {
        let name = checked.test.quoted();
        if let Some(after) = checked.hung {
            let why = checked.why.as_ref().map(mistake::line);
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            notes.push(format!(
                "{name} did not end, after {}{why}",
                time::taken(after)
            ));
        } else if checked.inconclusive {
            notes.push(format!("{name} could not be judged"));
        }
        notes.extend(over_budget::sentences(checked).map(|(_, sentence)| sentence));
    }
    if summary.accepted > 0 {
        let things = plural::of(summary.accepted, "thing", "things");
        notes.push(format!("rules accepted {things}"));
    }
    for (key, known) in &summary.gone {
        notes.push(format!(
            "{} in {} is gone: --bless takes it out of the baseline",
            plural::named(known.count, &key.kind),
            code(&key.test)
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
