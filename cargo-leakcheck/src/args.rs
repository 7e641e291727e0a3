//! The command line: what is for this program is taken out, and everything else is cargo's, unchanged.

mod flags;
mod near_miss;

use std::{collections::BTreeSet, ffi::OsString, path::PathBuf};

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};
pub(crate) use flags::{Flags, Format};

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

/// Whether the bodies of tests are cancelled at their awaits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancels {
    None,
    Each,
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
        cancels: Cancels,
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
    /// Compare a run with an earlier one; the last one if only that is named.
    Diff {
        before: PathBuf,
        after: Option<PathBuf>,
    },
    /// Show what runs have left, and before that add the last one, or those in folders.
    History { folders: Vec<PathBuf>, adds: bool },
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
        if flags.history.is_some() && first != Some("history") {
            return Err(usage("--history names the file of `history`"));
        }
        if let Some(why) = mislabelled(&flags) {
            return Err(usage(&why));
        }
        if flags.against.is_some() && (first != Some("report") || !flags.makes_page()) {
            return Err(usage(
                "--against is for the page of `report`: name that with --html, or open it with --open",
            ));
        }
        let command = match first {
            Some("report") => {
                cargo.remove(0);
                report(cargo, &flags)?
            }
            Some("diff") => {
                cargo.remove(0);
                diff(cargo, &flags)?
            }
            Some("history") => {
                cargo.remove(0);
                history(cargo, &flags)?
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
                    "`try` takes only --cancel and flags of cargo's: it shows what is there, and changes nothing",
                )?;
                let cancels = if take(&mut cargo, "--cancel") {
                    Cancels::Each
                } else {
                    Cancels::None
                };
                let runner = runner(&mut cargo);
                Command::Try {
                    runner,
                    cargo,
                    cancels,
                }
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

/// What is wrong with labels.
fn mislabelled(flags: &Flags) -> Option<String> {
    let mut names = BTreeSet::new();
    let mut labels = flags.labels.iter();
    let twice = labels.find(|label| !names.insert(&label.name));
    match (twice, flags.labels.is_empty() || flags.metrics.is_some()) {
        (_, false) => Some("--label is for the numbers that --metrics writes".to_owned()),
        (Some(label), true) => Some(format!("--label {} is there twice", label.name)),
        (None, true) => None,
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

fn diff(rest: Vec<OsString>, flags: &Flags) -> Result<Command, clap::Error> {
    let only = Flags {
        baseline: None,
        format: Format::Text,
        ..flags.clone()
    };
    refuse_all(
        &only,
        "`diff` takes only --baseline, --format and two folders",
    )?;
    let takes = "it takes the folders of two runs";
    let mut words = words(rest, 2, "`diff` does not know", takes)?.into_iter();
    let Some(before) = words.next() else {
        return Err(usage(
            "`diff` needs a run to compare with: the folder of an earlier one",
        ));
    };
    Ok(Command::Diff {
        before: before.into(),
        after: words.next().map(PathBuf::from),
    })
}

fn history(mut rest: Vec<OsString>, flags: &Flags) -> Result<Command, clap::Error> {
    let takes = "`history` takes only --add, --baseline, --history and folders";
    let only = Flags {
        baseline: None,
        ..flags.clone()
    };
    refuse_all(&only, takes)?;
    let adds = take(&mut rest, "--add");
    let words = words(
        rest,
        usize::MAX,
        "`history` does not know",
        "it takes folders",
    )?;
    if !adds && !words.is_empty() {
        return Err(usage(
            "`history` takes folders only with --add: a run is shown by `report`",
        ));
    }
    Ok(Command::History {
        folders: words.into_iter().map(PathBuf::from).collect(),
        adds,
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
