//! From the command line to the exit code.

use std::{
    collections::BTreeSet,
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::Instant,
};

use leakcheck_report::plural;

use crate::{
    args::{Args, Cancels, Command, Flags, Format, Runner},
    audit::Audit,
    baseline::{self, Baseline},
    comparison, diff,
    doctor::{self, Diagnosis},
    edit::manifest::Library,
    error::Error,
    escape,
    exit::Exit,
    explain,
    exports::Exports,
    finding::total,
    history::{self, Entry, History},
    init::{self, Init},
    json,
    link::Links,
    output,
    overbroad_rules::OverbroadRules,
    progress,
    report::{self, Report},
    repository::Repository,
    revision::Revision,
    run, run_store, selection, shards,
    summary::Summary,
    text,
    trial::Trial,
    unused::{Unsure, Unused, VARIABLES},
    workspace::Workspace,
};

/// What a run, new or stored, has left.
#[derive(Default)]
struct Found {
    rounds: Vec<Vec<Report>>,
    errors: Vec<Error>,
    /// The code of cargo, where tests failed by themselves.
    cargo: Option<u8>,
    /// How many tests were not run, in the round that left out most.
    left_out: Option<usize>,
    /// Whether a test failed, for whatever.
    has_failed: bool,
    /// Files that the library could not read, for which tests failed.
    unread: BTreeSet<String>,
}

/// Does what the command line asks for.
pub(crate) fn run(args: &Args) -> Exit {
    let variable = env::var("CARGO_TERM_COLOR").ok();
    output::colour(args.colour.as_deref().or(variable.as_deref()));
    if let Command::Explain { name, .. } = &args.command
        && let Some(page) = explain::without_run(name)
    {
        output::print(&page);
        return Exit::Clean;
    }
    let workspace = match Workspace::find(args.manifest.as_deref(), args.target.as_deref()) {
        Ok(workspace) => workspace,
        Err(error) => {
            output::complain(error);
            return Exit::Cargo(101);
        }
    };
    match &args.command {
        Command::Try {
            runner,
            cargo,
            cancels,
        } => attempt(*runner, cargo, *cancels, args, &workspace),
        Command::Init { .. } | Command::Undo => change(args, &workspace).unwrap_or_else(broken),
        Command::Explain { name, folder } => {
            explain(name, folder.as_slice(), &args.flags, &workspace)
        }
        Command::History { folders, adds } => {
            let adds = adds.then_some(&folders[..]);
            history(adds, &args.flags, &workspace).unwrap_or_else(broken)
        }
        Command::Diff { before, after } => {
            let known = Baseline::read(&baseline_path(&args.flags, &workspace));
            let repository = repository(&workspace);
            let (after, format) = (after.as_deref(), args.flags.format);
            comparison::run(before, after, known, format, &workspace, &repository)
        }
        Command::Audit => told(Audit::of(&workspace.root), Audit::render, Audit::finds),
        Command::Doctor { package } => {
            let diagnosis = doctor::examine(&workspace, package.as_deref());
            told(diagnosis, Diagnosis::render, |found| !found.finds_all())
        }
        Command::Run { .. } | Command::Report { .. } => sum_up(args, &workspace),
    }
}

fn broken(error: Error) -> Exit {
    output::complain(error);
    Exit::Broken
}

/// Sums up a run, new or stored.
fn sum_up(args: &Args, workspace: &Workspace) -> Exit {
    let beside = output::beside(args.flags.format);
    let path = baseline_path(&args.flags, workspace);
    let (known, mut errors) = Baseline::read(&path);
    // What is to be blessed has to be seen, and one error of a broken file is enough.
    let library = if args.flags.bless || !errors.is_empty() || !path.exists() {
        OsStr::new(baseline::OFF)
    } else {
        path.as_os_str()
    };
    let found = match &args.command {
        Command::Run { runner, cargo } => new(*runner, cargo, &args.flags, workspace, library),
        Command::Report { folders } => stored(folders, &args.flags, workspace),
        _ => Ok(Found::default()),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            errors.push(error);
            errors.iter().for_each(output::complain);
            if args.flags.format == Format::Json {
                output::print(&json::render(
                    &Summary::of(&[], &known),
                    &Error::told(&errors),
                ));
            }
            return Exit::Broken;
        }
    };
    let (unused, overbroad) = match &args.command {
        Command::Run { runner, cargo } => (
            Unused::of(workspace, *runner, &found.rounds, ran(cargo, &found)),
            OverbroadRules::of(workspace, &found.rounds),
        ),
        // Which tests did not run is not kept, nor what the rules were.
        _ => (Unused::default(), OverbroadRules::default()),
    };
    errors.extend(found.errors);
    let mut summary = Summary::of(&found.rounds, &known);
    // What is wrong with it is told where it is asked for.
    let (history, _) = History::read(&workspace.root.join(history::NAME));
    history.date(&mut summary);
    // Where nothing was built, cargo has said it; and without a folder nothing is known.
    let repository = repository(workspace);
    if found.cargo.is_none() && !found.rounds.is_empty() || !summary.checked.is_empty() {
        if args.flags.format == Format::Text {
            let links = Links::for_terminal(&repository);
            output::print(&format!("\n{}", text::render(&summary, links)));
        }
        if summary.has_new() && !summary.has_baseline && !args.flags.bless {
            beside(text::HINT);
        }
        beside(&unused.render(args.flags.deny_unused_rules));
        beside(&overbroad.render(args.flags.deny_unused_rules));
        let before = args.flags.against.as_deref().map(run_store::run_in);
        let earlier = before.as_deref().map(|folder| {
            let (summary, unread) = comparison::whole(folder, &known, workspace);
            errors.extend(unread);
            summary
        });
        let against = before.as_deref().zip(earlier.as_ref());
        let against = against.map(|(folder, summary)| diff::Run { folder, summary });
        let exports = Exports {
            against,
            history: &history,
            summary: &summary,
            rounds: &found.rounds,
            repository: &repository,
            workspace,
        };
        errors.extend(exports.write(&args.flags, &Error::told(&errors)));
    }
    let blessed = args.flags.bless && bless(&summary, &path, beside, &mut errors);
    if args.flags.format == Format::Json {
        output::print(&json::render(&summary, &Error::told(&errors)));
    }
    errors.iter().for_each(output::complain);
    for complaint in &found.unread {
        output::complain(format_args!(
            "tests could not be checked: failed to read {}",
            escape::plain(complaint)
        ));
    }
    let is_denied = args.flags.deny_unused_rules && (unused.is_some() || overbroad.is_some());
    let fails = is_denied || summary.is_over_budget() || summary.has_new() && !blessed;
    Exit::of(found.cargo, !errors.is_empty(), fails)
}

/// What stored runs have, as one; the last one if none is named.
fn stored(folders: &[PathBuf], flags: &Flags, workspace: &Workspace) -> Result<Found, Error> {
    let folders = match folders {
        [] => vec![run_store::last(&workspace.runs())?],
        folders => folders.to_vec(),
    };
    let (rounds, errors) = shards::read(&folders, flags.shards, workspace);
    Ok(Found {
        rounds,
        errors,
        ..Found::default()
    })
}

/// Shows a history, and before that adds what is asked for. Nothing is added where not everything could be read.
fn history(adds: Option<&[PathBuf]>, flags: &Flags, workspace: &Workspace) -> Result<Exit, Error> {
    let usual = || workspace.root.join(history::NAME);
    let path = flags.history.clone().unwrap_or_else(usual);
    let (mut history, mut errors) = History::read(&path);
    if let Some(folders) = adds {
        let (known, unread) = Baseline::read(&baseline_path(flags, workspace));
        let found = stored(folders, flags, workspace)?;
        errors.extend(unread.into_iter().chain(found.errors));
        if errors.is_empty() {
            let run = match folders {
                [] => run_store::last(&workspace.runs())?,
                [first, ..] => run_store::run_in(first),
            };
            let when = run_store::began(&run).unwrap_or_else(run_store::now);
            let revision = Revision::noted(&run);
            let revision = revision.unwrap_or_else(|| Revision::of(&workspace.root));
            history.add(Entry::of(
                &Summary::of(&found.rounds, &known),
                &when,
                revision,
            ));
            history.write(&path)?;
        } else {
            output::complain("nothing was added, because not everything could be read");
        }
    } else if history.is_empty() && errors.is_empty() {
        return Err(Error::NoHistory { path });
    }
    output::print(&history.render());
    errors.iter().for_each(output::complain);
    Ok(Exit::of(None, !errors.is_empty(), false))
}

/// Puts leakcheck into the workspace, or takes it out.
fn change(args: &Args, workspace: &Workspace) -> Result<Exit, Error> {
    let Command::Init {
        runner,
        cargo,
        consent,
        runs,
    } = &args.command
    else {
        let is_whole = init::undo(workspace)?;
        return Ok(Exit::of(None, !is_whole, false));
    };
    let folder = args.flags.leakcheck_path.as_deref();
    let init = Init {
        workspace,
        library: Library::compatible(folder),
        consent: *consent,
        wants_nextest: *runner == Runner::Nextest,
    };
    let Some(before) = init.run()? else {
        return Ok(Exit::Clean);
    };
    if !runs {
        return Ok(Exit::Clean);
    }
    let exit = bless_all(*runner, cargo);
    init::note(before, workspace)?;
    Ok(exit)
}

/// Runs the tests and accepts what they leave behind.
fn bless_all(runner: Runner, cargo: &[OsString]) -> Exit {
    let word = match runner {
        Runner::Test => "test",
        Runner::Nextest => "nextest",
    };
    let own = ["--bless", word].map(OsString::from);
    match Args::parse(own.into_iter().chain(cargo.iter().cloned())) {
        Ok(args) => run(&args),
        Err(error) => error.exit(),
    }
}

/// Checks the tests of a copy.
fn attempt(
    runner: Runner,
    cargo: &[OsString],
    cancels: Cancels,
    args: &Args,
    workspace: &Workspace,
) -> Exit {
    let trial = Trial {
        workspace,
        runner,
        cargo,
        manifest: args.manifest.as_deref(),
        library: Library::exact(args.flags.leakcheck_path.as_deref()),
        cancels,
    };
    trial.run().unwrap_or_else(broken)
}

/// Shows what a stored run knows of a name.
fn explain(name: &str, folders: &[PathBuf], flags: &Flags, workspace: &Workspace) -> Exit {
    let Found { rounds, errors, .. } = match stored(folders, flags, workspace) {
        Ok(found) => found,
        Err(error) => {
            return broken(error);
        }
    };
    let reports: Vec<Report> = rounds.into_iter().flatten().collect();
    let told = explain::text(name, &reports, &repository(workspace));
    errors.iter().for_each(output::complain);
    match told {
        Ok(text) => output::print(&text),
        Err(error) => {
            output::complain(error);
            return if errors.is_empty() {
                Exit::Unknown
            } else {
                Exit::Broken
            };
        }
    }
    Exit::of(None, !errors.is_empty(), false)
}

/// Prints a text, and says whether it tells of something bad; or why there is none.
fn told<T>(result: Result<T, Error>, render: fn(&T) -> String, is_bad: fn(&T) -> bool) -> Exit {
    match result {
        Ok(found) => {
            output::print(&render(&found));
            Exit::of(None, false, is_bad(&found))
        }
        Err(error) => broken(error),
    }
}

/// Whether all tests of the whole workspace ran, or those of some packages; or why not even these did.
fn ran(cargo: &[OsString], found: &Found) -> Result<bool, Unsure> {
    let steered = || {
        VARIABLES
            .into_iter()
            .find(|name| env::var_os(name).is_some())
    };
    if found.has_failed {
        Err(Unsure::Failed)
    } else if !found.errors.is_empty() {
        Err(Unsure::Unread)
    } else if let Some(arg) = selection::selects(cargo) {
        Err(Unsure::Selected(arg))
    } else if let Some(name) = steered() {
        Err(Unsure::Steered(name))
    } else if let Some(number) = found.left_out {
        Err(Unsure::LeftOut(number))
    } else {
        Ok(selection::is_of_workspace(cargo))
    }
}

/// The file that is named, or the one beside the workspace's manifest.
fn baseline_path(flags: &Flags, workspace: &Workspace) -> PathBuf {
    let variable = || env::var_os(baseline::VARIABLE).filter(|file| file != baseline::OFF);
    let named = flags
        .baseline
        .clone()
        .or_else(|| variable().map(PathBuf::from));
    match named {
        Some(path) => std::path::absolute(&path).unwrap_or(path),
        None => workspace.root.join(baseline::NAME),
    }
}

/// Runs the tests as often as asked.
fn new(
    runner: Runner,
    cargo: &[OsString],
    flags: &Flags,
    workspace: &Workspace,
    library: &OsStr,
) -> Result<Found, Error> {
    let rounds = flags.repeat.get() as usize;
    let mut found = Found::default();
    let folder = match run_store::create(&workspace.runs()) {
        Ok(folder) => folder,
        Err(error) => {
            // The tests are run all the same, and tell their leaks themselves.
            let ended = run::tests(runner, cargo, None, library, flags.format)?;
            found.cargo = (ended.code != 0).then_some(ended.code);
            found.errors.push(error);
            return Ok(found);
        }
    };
    found
        .errors
        .extend(Revision::of(&workspace.root).note(&folder).err());
    for number in 1..=rounds {
        let begin = Instant::now();
        let round = run_store::round(&folder, number)?;
        let ended = run::tests(runner, cargo, Some(&round), library, flags.format)?;
        if rounds > 1 {
            output::beside(flags.format)(&progress::round(number, rounds, begin.elapsed()));
        }
        let (reports, errors) = report::read(&round);
        found.errors.extend(run_store::end(&round).err());
        let failed = ended.code != 0 && !ended.printed.are_leaks_only(&reports);
        if failed {
            found.unread.extend(ended.printed.unread.iter().cloned());
        }
        found.cargo = found.cargo.or(failed.then_some(ended.code));
        found.has_failed |= ended.code != 0;
        found.left_out = found.left_out.max(ended.printed.left_out());
        found.rounds.push(reports);
        found.errors.extend(errors);
        if failed && ended.printed.ended == 0 {
            break; // It does not build, and would not the next time.
        }
    }
    Ok(found)
}

fn repository(workspace: &Workspace) -> Repository {
    let root = env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    Repository::around(&workspace.root, root.as_deref(), workspace.packages.clone())
}

/// Writes the baseline anew, unless that would lose what could not be read.
fn bless(summary: &Summary, path: &Path, beside: fn(&str), errors: &mut Vec<Error>) -> bool {
    if !errors.is_empty() {
        output::complain("nothing was blessed, because not everything could be read or written");
        return false;
    }
    let baseline = summary.baseline();
    let lost = baseline.unwritable();
    if lost > 0 {
        let lost = plural::of(lost, "leak", "leaks");
        output::complain(format_args!(
            "nothing was blessed: {lost} have a name, a kind or a fingerprint that no baseline can have"
        ));
        return false;
    }
    if baseline.is_empty() && !path.exists() {
        beside("leakcheck: there is nothing to bless\n");
        return true;
    }
    match baseline.write(path) {
        Ok(()) => {
            let known = total(baseline.entries().map(|(_, known)| known.count));
            let known = plural::of(known, "known leak", "known leaks");
            beside(&format!("leakcheck: {} has {known} now\n", path.display()));
            true
        }
        Err(error) => {
            errors.push(error);
            false
        }
    }
}
