//! The flags of this program.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
};

use clap::Parser;

use crate::label::Label;

/// Runs the tests of a workspace and sums up what they leak.
///
/// All other flags, and what stands after `--`, are passed to cargo unchanged.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "cargo leakcheck",
    version,
    override_usage = "cargo leakcheck [test|nextest] [FLAGS] [CARGO'S FLAGS] [-- ...]\n       cargo leakcheck try [test|nextest] [--cancel] [CARGO'S FLAGS] [-- ...]\n       cargo leakcheck init [nextest] [--yes] [--no-run] [--undo] [CARGO'S FLAGS]\n       cargo leakcheck report [DIR..] [FLAGS]\n       cargo leakcheck diff BEFORE [AFTER] [FLAGS]\n       cargo leakcheck explain NAME [DIR]\n       cargo leakcheck history [--add] [DIR..]\n       cargo leakcheck audit\n       cargo leakcheck doctor [-p PACKAGE]",
    after_help = "\
Commands:
  test     run `cargo test` (the default)
  nextest  run `cargo nextest run`
  try      check a copy of a workspace that knows nothing of leakcheck; its own files
           stay as they are, and leaks fail nothing: --cancel runs async tests again,
           and cancels their bodies at each await
  init     put leakcheck into a workspace, show the changes first, and accept what its
           tests leave behind today: --yes does not ask, --no-run writes no baseline,
           --undo makes everything as it was
  report   show a stored run again: the last one, or those of several machines as one,
           each in a folder DIR
  diff     compare a stored run, the last one if only one is named, with an earlier one:
           what is new, what is gone, and what there is more or less of
  explain  show all that a stored run knows of a finding: NAME is a fingerprint,
           a test, or a pattern such as own-sender; `explain reading` tells how to read a report
  history  show what runs have left, from a file with a line for each: --add adds the
           last run first, or those of several machines as one, each in a folder DIR
  audit    tell which crates in Cargo.lock are known to leak, and what to do
  doctor   plant a leak of each kind, look for it, and tell what keeps from seeing more

Exit codes:
  0   nothing new was left behind
  2   the command line is not understood, or there is nothing to explain of that name
  10  all tests that failed did so for new leaks only, or --deny-unused-rules found a rule,
      or `audit` a crate, or `doctor` missed a planted leak, or the later run of `diff` has
      something new or more of something that fails it
  11  a report, the baseline or an output file could not be read or written
  Where tests failed by themselves or did not build, the code is that of cargo."
)]
pub(crate) struct Flags {
    /// Write what was found into the baseline: from now on only new leaks fail
    #[arg(long)]
    pub(crate) bless: bool,
    /// Known leaks [default: leakcheck.baseline in the folder of the workspace]
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Run the tests so many times, and tell in how many runs each leak was seen
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) repeat: NonZeroU32,
    /// Write the findings as SARIF 2.1.0
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = "Write the checked tests as JUnit")]
    pub(crate) junit: Option<PathBuf>,
    /// Write a page for a browser: causes, stacks, sources, who waits for whom
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Open that page [default FILE: leakcheck/report.html in the target folder]
    #[arg(long)]
    pub(crate) open: bool,
    /// With `report`: tell in the page what is new, and what is gone, against the run in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) against: Option<PathBuf>,
    /// Write who waits for whom, and who owns what, for Graphviz
    #[arg(long, value_name = "FILE")]
    pub(crate) dot: Option<PathBuf>,
    /// Write the stacks that made what was left, folded, for flame graphs
    #[arg(long, value_name = "FILE")]
    pub(crate) folded: Option<PathBuf>,
    /// Write the same with the stacks in which it waits, for pprof
    #[arg(long, value_name = "FILE")]
    pub(crate) pprof: Option<PathBuf>,
    /// Write when each test made what, for Perfetto and other viewers of Chrome traces
    #[arg(long, value_name = "FILE")]
    pub(crate) chrome_trace: Option<PathBuf>,
    /// Write the same for the Firefox profiler
    #[arg(long, value_name = "FILE")]
    pub(crate) firefox: Option<PathBuf>,
    /// With `--chrome-trace`: put another trace beside it, such as nextest exports of a recorded run
    #[arg(long, value_name = "FILE", requires = "chrome_trace")]
    pub(crate) merge: Option<PathBuf>,
    /// Write the numbers of the run as OpenMetrics
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics: Option<PathBuf>,
    /// Add a label to each of these numbers, such as `stage=before`
    #[arg(long = "label", value_name = "NAME=TEXT", value_parser = Label::read)]
    pub(crate) labels: Vec<Label>,
    /// With `history`: its file [default: leakcheck.history in the folder of the workspace]
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Print the summary as `text`, or as `json` for programs: then all else goes to standard error
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    pub(crate) format: Format,
    /// With `report`: fail unless there are so many folders, each with all that its machine has found
    #[arg(long, value_name = "N")]
    pub(crate) shards: Option<NonZeroUsize>,
    /// Fail also for rules of leakcheck.toml that accepted nothing in a run of all tests, or that are over-broad
    #[arg(long)]
    pub(crate) deny_unused_rules: bool,
    /// The folder of the library, where it shall not come from the registry
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) leakcheck_path: Option<PathBuf>,
}

impl Flags {
    /// Whether a page is asked for.
    pub(super) fn makes_page(&self) -> bool {
        self.open || self.html.is_some()
    }

    /// Whether files are asked for besides the summary.
    pub(super) fn writes_files(&self) -> bool {
        let texts = [&self.sarif, &self.junit, &self.html];
        let pictures = [&self.dot, &self.folded, &self.pprof, &self.metrics];
        let time_lines = [&self.chrome_trace, &self.firefox];
        let mut files = texts.into_iter().chain(pictures).chain(time_lines);
        self.open || files.any(Option::is_some)
    }
}

/// How a summary is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For a reader.
    #[default]
    Text,
    /// For a program, by a published schema.
    Json,
}
