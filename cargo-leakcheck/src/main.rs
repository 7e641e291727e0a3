#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(clippy::doc_markdown, reason = "JUnit is a name")]

mod annotate;
mod args;
mod baseline;
mod causes;
mod consequence;
mod entry;
mod error;
mod escape;
mod exit;
mod finding;
#[cfg(test)]
mod golden;
mod grouping;
mod headline;
#[cfg(test)]
mod hostile;
mod junit;
mod markdown;
mod mistake;
mod output;
mod overbroad_rules;
mod progress;
mod report;
mod repository;
mod rounds;
mod rules;
mod run;
mod run_store;
mod runner_output;
mod sarif;
mod selection;
mod session;
mod summary;
mod text;
mod unused;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::Args::parse(std::env::args_os().skip(1)) {
        Ok(args) => session::run(&args).into(),
        Err(error) => error.exit(), // Also for the help, with code 0.
    }
}
