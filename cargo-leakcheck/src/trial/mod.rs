//! `cargo leakcheck try`: the tests of a copy that has leakcheck, of a workspace that knows nothing of it.

mod build;
mod cancelled;
mod candidate;
mod copy;
mod flags;
mod locked;
pub(crate) mod memory;
mod mirror;
mod missing;
mod outcome;
mod page;
mod plan;
mod rounds;
mod setting;
pub(crate) mod tree;

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use cargo_metadata::MetadataCommand;
use leakcheck_report::plural;

use crate::{
    args::{Cancels, Format, Runner},
    baseline,
    edit::manifest::Library,
    error::Error,
    escape::plain,
    exit::Exit,
    link::Links,
    output, report, run, run_store, text,
    workspace::Workspace,
};
use cancelled::Cancelled;
use copy::Copy;
use memory::Memory;
use plan::Plan;
use rounds::Rounds;
use setting::Setting;

/// What is to be tried, and how.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) runner: Runner,
    /// The arguments for cargo.
    pub(crate) cargo: &'a [OsString],
    /// `--manifest-path`.
    pub(crate) manifest: Option<&'a Path>,
    pub(crate) library: Library,
    pub(crate) cancels: Cancels,
}

impl Trial<'_> {
    /// Makes the copy, runs its tests and tells what they leave behind.
    pub(crate) fn run(&self) -> Result<Exit, Error> {
        let copy = Copy::of(self.workspace)?;
        let mut plan = Plan::of(self.workspace, &copy.tree, self.library.clone())?;
        if self.cancels == Cancels::Each {
            plan.cancel();
        }
        let memory = Memory::of(self.workspace);
        memory.recall(&mut plan);
        copy.write(&plan)?;
        copy.lock()?;
        let setting = Setting::of(&copy, self.manifest, self.cancels);
        let args = flags::for_tests(self.cargo);
        output::print(&begin(plan.covered(), &copy));
        resolve(&setting, &args)?;
        let rounds = Rounds {
            copy: &copy,
            setting: &setting,
            args: &flags::for_building(self.runner, &args),
        };
        if let Err((code, refusals)) = rounds.build(&mut plan)? {
            output::print(&rounds::shown(&refusals));
            output::complain(UNBUILT);
            return Ok(Exit::Cargo(code));
        }
        memory.keep(&plan)?;
        self.test(&setting, &args, &plan, &copy)
    }

    fn test(
        &self,
        setting: &Setting,
        args: &[OsString],
        plan: &Plan,
        copy: &Copy<'_>,
    ) -> Result<Exit, Error> {
        let folder = run_store::create(&self.workspace.runs())?;
        let round = run_store::round(&folder, 1)?;
        let all: Vec<OsString> = setting.arguments().chain(args.iter().cloned()).collect();
        let mut command = run::command(self.runner, &all, Some(&round), OsStr::new(baseline::OFF));
        setting.apply(&mut command);
        let ended = run::wait(self.runner, command, Format::Text)?;
        let (reports, errors) = report::read(&round);
        let cancelled = match self.cancels {
            Cancels::None => None,
            Cancels::Each => Some(Cancelled::of(&reports, plan, copy)),
        };
        let summary = outcome::summary(reports, copy);
        output::print(&format!("\n{}", text::render(&summary, Links::default())));
        output::print(&outcome::page(&ended.printed, &summary, cancelled, plan, copy).render());
        errors.iter().for_each(output::complain);
        let failed = (ended.code != 0).then_some(ended.code);
        Ok(Exit::of(failed, !errors.is_empty(), false))
    }
}

const UNBUILT: &str = "nothing was tried: the tests do not build without the attribute either";

/// Lets cargo choose the versions, which changes the lock file no more than it must.
fn resolve(setting: &Setting, args: &[OsString]) -> Result<(), Error> {
    let offline = args.iter().find(|arg| *arg == "--offline").cloned();
    let options = setting.arguments().chain(offline);
    let options: Vec<String> = options
        .map(|option| option.to_string_lossy().into_owned())
        .collect();
    let mut command = MetadataCommand::new();
    command.current_dir(&setting.folder).other_options(options);
    let cause = match command.exec() {
        Ok(_) => return Ok(()),
        Err(cargo_metadata::Error::CargoMetadata { stderr }) => stderr.trim().to_owned(),
        Err(other) => other.to_string(),
    };
    Err(Error::Cargo {
        what: "add leakcheck to the dependencies of the copy".to_owned(),
        cause,
    })
}

fn begin(tests: usize, copy: &Copy<'_>) -> String {
    let tests = plural::of(tests, "test gets", "tests get");
    let root = plain(&copy.mirror.root.display().to_string());
    format!("leakcheck: {tests} the attribute in a copy, {root}\n")
}
