//! The command line: what is for this program is taken out, and everything else is cargo's, unchanged.

mod near_miss;

use std::{
    ffi::OsString,
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
};

use clap::{CommandFactory as _, Parser, error::ErrorKind};

/// Runs the tests of a workspace and sums up what they leak.
///
/// All other flags, and what stands after `--`, are passed to cargo unchanged.
#[derive(Debug, Parser)]
#[command(
    name = "cargo leakcheck",
    version,
    override_usage = "cargo leakcheck [test|nextest] [FLAGS] [CARGO'S FLAGS] [-- ...]\n       cargo leakcheck try [test|nextest] [CARGO'S FLAGS] [-- ...]\n       cargo leakcheck init [nextest] [--yes] [--no-run] [--undo] [CARGO'S FLAGS]\n       cargo leakcheck report [DIR..] [FLAGS]\n       cargo leakcheck explain NAME [DIR]\n       cargo leakcheck audit\n       cargo leakcheck doctor [-p PACKAGE]",
    after_help = "\
Commands:
  test     run `cargo test` (the default)
  nextest  run `cargo nextest run`
  try      check a copy of a workspace that knows nothing of leakcheck; its own files
           stay as they are, and leaks fail nothing
  init     put leakcheck into a workspace, show the changes first, and accept what its
           tests leave behind today: --yes does not ask, --no-run writes no baseline,
           --undo makes everything as it was
  report   show a stored run again: the last one, or those of several machines as one,
           each in a folder DIR
  explain  show all that a stored run knows of a finding: NAME is a fingerprint,
           a test, or a pattern such as own-sender; `explain reading` tells how to read a report
  audit    tell which crates in Cargo.lock are known to leak, and what to do
  doctor   plant a leak of each kind, look for it, and tell what keeps from seeing more

Exit codes:
  0   nothing new was left behind
  2   the command line is not understood, or there is nothing to explain of that name
  10  all tests that failed did so for new leaks only, or --deny-unused-rules found a rule,
      or `audit` a crate, or `doctor` missed a planted leak
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
    /// Write who waits for whom, and who owns what, for Graphviz
    #[arg(long, value_name = "FILE")]
    pub(crate) dot: Option<PathBuf>,
    /// Write the stacks that made what was left, folded, for flame graphs
    #[arg(long, value_name = "FILE")]
    pub(crate) folded: Option<PathBuf>,
    /// Write the same with the stacks in which it waits, for pprof
    #[arg(long, value_name = "FILE")]
    pub(crate) pprof: Option<PathBuf>,
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
    /// Whether files are asked for besides the summary.
    fn writes_files(&self) -> bool {
        let texts = [&self.sarif, &self.junit, &self.html];
        let mut files = texts
            .into_iter()
            .chain([&self.dot, &self.folded, &self.pprof]);
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

/// What runs the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    Test,
    Nextest,
}

/// Whether what is to change is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    Ask,
    Given,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Run the tests, with these arguments for cargo.
    Run {
        runner: Runner,
        cargo: Vec<OsString>,
    },
    /// Run the tests of a copy that has leakcheck, with these arguments for cargo.
    Try {
        runner: Runner,
        cargo: Vec<OsString>,
    },
    /// Put leakcheck into the workspace, and then write a baseline with these arguments for cargo.
    Init {
        runner: Runner,
        cargo: Vec<OsString>,
        consent: Consent,
        /// Whether the tests are run for the baseline.
        runs: bool,
    },
    /// Take out what `init` has put in.
    Undo,
    /// Show runs again, all as one; the last one if none is named.
    Report { folders: Vec<PathBuf> },
    /// Show what a run, the last one if none is named, knows of this.
    Explain {
        name: String,
        folder: Option<PathBuf>,
    },
    /// Tell which crates that the workspace uses are known to leak.
    Audit,
    /// Look for planted leaks, with the versions of this package.
    Doctor { package: Option<String> },
}

/// The whole command line.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) command: Command,
    pub(crate) flags: Flags,
    /// `--manifest-path`, which cargo gets as well.
    pub(crate) manifest: Option<PathBuf>,
    /// `--target-dir`, which cargo gets as well.
    pub(crate) target: Option<PathBuf>,
    /// `--color`, which cargo gets as well.
    pub(crate) colour: Option<String>,
}

impl Args {
    /// Reads what stands behind the program's name.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut args: Vec<OsString> = args.into_iter().collect();
        // Cargo passes the name of the subcommand.
        if args.first().is_some_and(|first| first == "leakcheck") {
            args.remove(0);
        }
        let (own, mut cargo) = split(args)?;
        let flags =
            Flags::try_parse_from([OsString::from("cargo leakcheck")].into_iter().chain(own))?;
        let manifest = value(&cargo, "--manifest-path");
        let target = value(&cargo, "--target-dir");
        let colour = value(&cargo, "--color").map(|colour| colour.display().to_string());
        let first = cargo.first().and_then(|first| first.to_str());
        filter(first)?;
        if flags.shards.is_some() && first != Some("report") {
            return Err(usage(
                "--shards is for `report`, which puts shards together",
            ));
        }
        let command = match first {
            Some("report") => {
                cargo.remove(0);
                report(cargo, &flags)?
            }
            Some("explain") => {
                cargo.remove(0);
                explain(cargo, &flags)?
            }
            Some("audit") => {
                cargo.remove(0);
                audit(cargo, &flags)?
            }
            Some("doctor") => {
                cargo.remove(0);
                doctor(cargo, &flags)?
            }
            Some("try") => {
                cargo.remove(0);
                refuse_all(
                    &flags,
                    "`try` takes only flags of cargo's: it shows what is there, and changes nothing",
                )?;
                let runner = runner(&mut cargo);
                Command::Try { runner, cargo }
            }
            Some("init") => {
                cargo.remove(0);
                init(cargo, &flags)?
            }
            _ => {
                let runner = runner(&mut cargo);
                Command::Run { runner, cargo }
            }
        };
        Ok(Self {
            command,
            flags,
            manifest,
            target,
            colour,
        })
    }
}

/// Takes out the flags of this program; what stands after `--` is never one.
fn split(args: Vec<OsString>) -> Result<(Vec<OsString>, Vec<OsString>), clap::Error> {
    let command = Flags::command();
    let names = own_flags(&command);
    let (mut own, mut cargo) = (Vec::new(), Vec::new());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            cargo.push(arg);
            cargo.extend(args);
            break;
        }
        let text = arg.to_string_lossy().into_owned();
        let (name, has_value) = match text.split_once('=') {
            Some((name, _)) => (name, true),
            None => (text.as_str(), false),
        };
        let flag = command.get_arguments().find(|flag| {
            flag.get_long()
                .is_some_and(|long| name == format!("--{long}"))
        });
        match flag {
            Some(flag) => {
                own.push(arg);
                if flag.get_action().takes_values() && !has_value {
                    own.extend(args.next());
                }
            }
            None if ["-h", "--help", "-V", "--version"].contains(&name) => own.push(arg),
            None => match near_miss::flag(name, &names) {
                Some(meant) => {
                    return Err(usage(&format!(
                        "there is no {name}: did you mean `{meant}`?"
                    )));
                }
                None => cargo.push(arg),
            },
        }
    }
    Ok((own, cargo))
}

/// The flags of this program, without their dashes.
fn own_flags(command: &clap::Command) -> Vec<&str> {
    let all = command.get_arguments();
    all.filter_map(clap::Arg::get_long).collect()
}

/// A name of a test is a name of a test, unless it is nearly a command.
fn filter(first: Option<&str>) -> Result<(), clap::Error> {
    match first.and_then(|first| Some((first, near_miss::command(first)?))) {
        Some((first, meant)) => Err(usage(&format!(
            "there is no command {first}: did you mean `{meant}`? Tests of that name are run by `cargo leakcheck test {first}`"
        ))),
        None => Ok(()),
    }
}

fn report(rest: Vec<OsString>, flags: &Flags) -> Result<Command, clap::Error> {
    if flags.repeat.get() > 1 {
        return Err(usage("--repeat runs tests, which `report` does not"));
    }
    if flags.deny_unused_rules {
        return Err(usage(
            "--deny-unused-rules needs a run of all tests, which `report` does not make",
        ));
    }
    let words = words(
        rest,
        usize::MAX,
        "`report` does not know",
        "it takes folders",
    )?;
    Ok(Command::Report {
        folders: words.into_iter().map(PathBuf::from).collect(),
    })
}

fn audit(rest: Vec<OsString>, flags: &Flags) -> Result<Command, clap::Error> {
    refuse_all(flags, "`audit` takes no flags: it only reads Cargo.lock")?;
    words(rest, 0, "`audit` does not know", "it takes no name")?;
    Ok(Command::Audit)
}

fn doctor(mut rest: Vec<OsString>, flags: &Flags) -> Result<Command, clap::Error> {
    refuse_all(flags, "`doctor` takes no flags but `-p PACKAGE`")?;
    let package = package(&mut rest)?;
    words(rest, 0, "`doctor` does not know", "it takes `-p PACKAGE`")?;
    Ok(Command::Doctor { package })
}

/// Takes out `-p PACKAGE`.
fn package(rest: &mut Vec<OsString>) -> Result<Option<String>, clap::Error> {
    for name in ["-p", "--package"] {
        let with_value = |arg: &OsString| {
            let arg = arg.to_string_lossy();
            arg.strip_prefix(name)?
                .strip_prefix('=')
                .map(ToOwned::to_owned)
        };
        if let Some(at) = rest.iter().position(|arg| arg == name) {
            if at + 1 == rest.len() {
                return Err(usage(&format!("`{name}` needs the name of a package")));
            }
            rest.remove(at);
            return Ok(Some(rest.remove(at).to_string_lossy().into_owned()));
        }
        if let Some(at) = rest.iter().position(|arg| with_value(arg).is_some()) {
            return Ok(with_value(&rest.remove(at)));
        }
    }
    Ok(None)
}

fn init(mut rest: Vec<OsString>, flags: &Flags) -> Result<Command, clap::Error> {
    refuse_all(
        flags,
        "`init` takes only --yes, --no-run, --undo and flags of cargo's",
    )?;
    let [yes, no_run, undo] = ["--yes", "--no-run", "--undo"].map(|flag| take(&mut rest, flag));
    if undo {
        words(rest, 0, "`init --undo` does not know", "it takes nothing")?;
        return Ok(Command::Undo);
    }
    let consent = if yes { Consent::Given } else { Consent::Ask };
    Ok(Command::Init {
        runner: runner(&mut rest),
        cargo: rest,
        consent,
        runs: !no_run,
    })
}

/// Takes out a flag, where it is there.
fn take(args: &mut Vec<OsString>, flag: &str) -> bool {
    let end = args
        .iter()
        .position(|arg| arg == "--")
        .unwrap_or(args.len());
    let at = args[..end].iter().position(|arg| arg == flag);
    at.map(|at| args.remove(at)).is_some()
}

fn explain(rest: Vec<OsString>, flags: &Flags) -> Result<Command, clap::Error> {
    refuse_all(
        flags,
        "`explain` takes no flags: it only shows what is stored",
    )?;
    let takes = "it takes a name and one folder";
    let mut words = words(rest, 2, "`explain` does not know", takes)?.into_iter();
    let Some(name) = words.next() else {
        return Err(usage(
            "`explain` needs a name: a fingerprint, a test, or a pattern such as own-sender",
        ));
    };
    Ok(Command::Explain {
        name: name.to_string_lossy().into_owned(),
        folder: words.next().map(PathBuf::from),
    })
}

/// Takes the words that name a runner; it is `cargo test` without them.
fn runner(cargo: &mut Vec<OsString>) -> Runner {
    let is = |word: &str, cargo: &[OsString]| cargo.first().is_some_and(|first| first == word);
    if is("nextest", cargo) {
        cargo.remove(0);
        if is("run", cargo) {
            cargo.remove(0);
        }
        return Runner::Nextest;
    }
    if is("test", cargo) {
        cargo.remove(0);
    }
    Runner::Test
}

/// Refuses the flags of a run, which this command has no use for.
fn refuse_all(flags: &Flags, why: &str) -> Result<(), clap::Error> {
    let runs = flags.repeat.get() > 1 || flags.deny_unused_rules;
    if flags.bless
        || flags.writes_files()
        || runs
        || flags.baseline.is_some()
        || flags.format != Format::Text
    {
        return Err(usage(why));
    }
    Ok(())
}

fn usage(message: &str) -> clap::Error {
    Flags::command().error(ErrorKind::UnknownArgument, message)
}

/// So many words at most, without the flags that cargo has for the workspace.
fn words(
    rest: Vec<OsString>,
    most: usize,
    unknown: &str,
    takes: &str,
) -> Result<Vec<OsString>, clap::Error> {
    let mut words = Vec::new();
    let mut rest = rest.into_iter();
    while let Some(arg) = rest.next() {
        let text = arg.to_string_lossy();
        if WORKSPACE.contains(&&*text) {
            rest.next();
        } else if WORKSPACE
            .iter()
            .any(|flag| text.starts_with(&format!("{flag}=")))
        {
        } else if text.starts_with('-') || words.len() == most {
            return Err(usage(&format!("{unknown} {text:?}: {takes}")));
        } else {
            words.push(arg);
        }
    }
    Ok(words)
}

/// Flags of cargo's that say where the workspace is, and how to print.
const WORKSPACE: [&str; 3] = ["--color", "--manifest-path", "--target-dir"];

/// The value of a flag of cargo's.
fn value(cargo: &[OsString], name: &str) -> Option<PathBuf> {
    let mut args = cargo.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if arg == name {
            return args.next().map(PathBuf::from);
        }
        let text = arg.to_string_lossy();
        if let Some(value) = text
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('='))
        {
            return Some(value.into());
        }
    }
    None
}

#[cfg(test)]
mod tests;
