//! All files that are asked for besides the summary, each by its flag.

use std::{env, path::Path};

use crate::{
    annotate,
    args::{Flags, Format},
    browser, chrome_trace,
    diff::{Diff, Run},
    dot,
    error::Error,
    firefox, folded,
    graphs::Graphs,
    history::History,
    junit, markdown, metrics, output, pprof,
    report::Report,
    repository::Repository,
    sarif,
    stored_findings::StoredFindings,
    summary::Summary,
    time_lines,
    view::{self, Beside},
    workspace::Workspace,
};

/// Adds Markdown to the page of a job's step, where it has one.
pub(crate) fn add_to_step(table: impl FnOnce() -> String) -> Result<(), Error> {
    match env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
        Some(path) => output::append(path.as_ref(), &table()),
        None => Ok(()),
    }
}

/// What is written down of a run.
#[derive(Debug)]
pub(crate) struct Exports<'r> {
    pub(crate) summary: &'r Summary,
    pub(crate) rounds: &'r [Vec<Report>],
    pub(crate) repository: &'r Repository,
    pub(crate) workspace: &'r Workspace,
    /// The run that this one is compared with.
    pub(crate) against: Option<Run<'r>>,
    /// Earlier runs.
    pub(crate) history: &'r History,
}

impl Exports<'_> {
    /// Writes as much as can be. What went wrong before is told in the page.
    pub(crate) fn write(&self, flags: &Flags, told: &[String]) -> Vec<Error> {
        let mut results = Vec::new();
        self.for_github(flags.format, &mut results);
        if let Some(path) = &flags.sarif {
            let sarif = sarif::render(self.summary, self.repository);
            results.push(output::write(path, &sarif));
        }
        if let Some(path) = &flags.junit {
            results.push(output::write(path, junit::render(self.summary)));
        }
        if let Some(path) = &flags.metrics {
            results.push(output::write(
                path,
                metrics::render(self.summary, &flags.labels),
            ));
        }
        self.pictures(flags, &mut results);
        if let Some(path) = &flags.chrome_trace {
            results.push(self.chrome_trace(path, flags.merge.as_deref()));
        }
        if let Some(path) = &flags.firefox {
            results.push(self.firefox(path));
        }
        let failed = results.into_iter().filter_map(Result::err);
        failed.chain(self.page(flags, told)).collect()
    }

    /// What a job of GitHub shows.
    fn for_github(&self, format: Format, results: &mut Vec<Result<(), Error>>) {
        if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
            output::beside(format)(&annotate::render(self.summary, self.repository));
        }
        results.push(add_to_step(|| markdown::render(self.summary)));
    }

    /// What other programs draw.
    fn pictures(&self, flags: &Flags, results: &mut Vec<Result<(), Error>>) {
        let stored = StoredFindings::of(self.rounds);
        let mut write = |path: &Path, bytes: &[u8]| results.push(output::write(path, bytes));
        if let Some(path) = &flags.dot {
            let graph = dot::render(self.summary, &mut Graphs::new(&stored));
            write(path, graph.as_bytes());
        }
        if let Some(path) = &flags.folded {
            write(path, folded::render(self.summary, &stored).as_bytes());
        }
        if let Some(path) = &flags.pprof {
            write(path, &pprof::render(self.summary, &stored));
        }
    }

    fn chrome_trace(&self, path: &Path, merged: Option<&Path>) -> Result<(), Error> {
        let others = merged.map(chrome_trace::read).transpose()?;
        let lines = time_lines::of(self.rounds)?;
        let trace = chrome_trace::render(&lines, others.unwrap_or_default());
        output::write(path, trace)
    }

    fn firefox(&self, path: &Path) -> Result<(), Error> {
        let lines = time_lines::of(self.rounds)?;
        output::write(path, firefox::render(&lines))
    }

    /// Writes the page where one is asked for, and opens it.
    fn page(&self, flags: &Flags, told: &[String]) -> Option<Error> {
        let usual = || self.workspace.runs().join("report.html");
        let path = flags.html.clone().or_else(|| flags.open.then(usual))?;
        let (summary, rounds) = (self.summary, self.rounds);
        let folder = &self.workspace.target;
        let diff = self
            .against
            .map(|before| Diff::of(before, Run { folder, summary }));
        let beside = Beside {
            history: Some(self.history),
            diff: diff.as_ref().filter(|diff| diff.is_of_two()),
            errors: told,
        };
        let page = view::render(summary, rounds, self.repository, &beside);
        let written = output::write(&path, &page);
        let opened = written.and_then(|()| {
            if flags.open {
                browser::open(&path)
            } else {
                Ok(())
            }
        });
        opened.err()
    }
}
