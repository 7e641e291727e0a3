#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(clippy::doc_markdown, reason = "JUnit is a name")]

mod advisories;
mod annotate;
mod args;
mod asked;
mod audit;
mod baseline;
mod browser;
mod cancelled;
mod causes;
mod chain;
mod chrome_trace;
mod comparison;
mod consequence;
mod diff;
mod doctor;
mod dot;
mod edit;
mod entry;
mod error;
mod escape;
mod exit;
mod explain;
mod exports;
mod finding;
mod firefox;
mod folded;
#[cfg(test)]
mod golden;
mod graphs;
mod grouping;
mod headline;
mod history;
mod holders;
#[cfg(test)]
mod hostile;
mod hung_body;
mod init;
mod json;
mod junit;
mod label;
mod link;
mod long_form;
mod markdown;
mod metrics;
mod mistake;
mod nearness;
mod optional_file;
mod output;
mod over_budget;
mod overbroad_rules;
mod page;
mod pasted_rule;
mod peak;
mod pprof;
mod progress;
mod report;
mod repository;
mod revision;
mod rounds;
mod rules;
mod run;
mod run_store;
mod runner_output;
#[cfg(test)]
mod samples;
mod sarif;
mod selection;
mod session;
mod shards;
mod source_file;
mod stacks;
mod stored_findings;
mod summary;
mod telling;
mod text;
mod time_lines;
mod trial;
mod unused;
mod view;
mod wait_graph;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::Args::parse(std::env::args_os().skip(1)) {
        Ok(args) => session::run(&args).into(),
        Err(error) => error.exit(), // Also for the help, with code 0.
    }
}
