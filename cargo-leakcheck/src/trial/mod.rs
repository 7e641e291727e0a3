//! `cargo leakcheck try`: the tests of a copy that has leakcheck, of a workspace that knows nothing of it.

mod build;
mod candidate;
mod flags;
mod locked;
mod memory;
mod mirror;
mod missing;
mod page;
mod plan;
mod rounds;
mod setting;
pub(crate) mod tree;

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use cargo_metadata::MetadataCommand;
use leakcheck_report::plural;

use crate::{
    args::Runner,
    baseline::{self, Baseline},
    edit::manifest::Library,
    error::Error,
    exit::Exit,
    output,
    report::{self, Frame, Level, Report},
    repository::Repository,
    run, run_store,
    runner_output::{RunnerOutput, is_of_documentation},
    summary::Summary,
    text,
    workspace::Workspace,
};
use mirror::Mirror;
use page::Page;
use plan::Plan;
use rounds::Rounds;
use setting::Setting;
use tree::Tree;

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
}

impl Trial<'_> {
    /// Makes the copy, runs its tests and tells what they leave behind.
    pub(crate) fn run(&self) -> Result<Exit, Error> {
        let folder = setting::trial(self.workspace);
        let mirror = Mirror::in_folder(&folder);
        let tree = Tree::around(self.workspace)?;
        let mut plan = Plan::of(self.workspace, &tree, self.library.clone())?;
        memory::recall(&folder.join("refused.json"), &mut plan);
        mirror.write(&tree.root, &tree.files, &plan.texts())?;
        let setting = Setting::of(self.workspace, &tree, &mirror, self.manifest);
        let lock = self.workspace.root.join("Cargo.lock");
        locked::give(
            &lock,
            &setting.root.join("Cargo.lock"),
            &folder.join("Cargo.lock"),
        )?;
        output::print(&begin(plan.covered(), &folder));
        resolve(&setting)?;
        let args = flags::for_tests(self.cargo);
        let rounds = Rounds {
            tree: &tree,
            mirror: &mirror,
            setting: &setting,
            args: &flags::for_building(self.runner, &args),
        };
        if let Err((code, refusals)) = rounds.build(&mut plan)? {
            output::print(&rounds::shown(&refusals));
            output::complain(
                "nothing was tried: the tests do not build without the attribute either",
            );
            return Ok(Exit::Cargo(code));
        }
        memory::keep(&folder.join("refused.json"), &plan)?;
        self.test(
            &setting,
            &args,
            &plan,
            &Copy {
                tree: &tree,
                mirror: &mirror,
                folder: &folder,
            },
        )
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
        let ended = run::wait(self.runner, command)?;
        let (reports, errors) = report::read(&round);
        let summary = self.summary(reports, copy);
        output::print(&format!("\n{}", text::render(&summary)));
        output::print(&self.page(&ended.printed, &summary, plan, copy).render());
        errors.iter().for_each(output::complain);
        let failed = (ended.code != 0).then_some(ended.code);
        Ok(Exit::of(failed, !errors.is_empty(), false))
    }

    /// What was found, as if leaks would fail, with files as they are seen from the workspace.
    fn summary(&self, mut reports: Vec<Report>, copy: &Copy<'_>) -> Summary {
        for leak in reports.iter_mut().flat_map(|report| &mut report.leaks) {
            if leak.panic.is_none() {
                leak.level = Level::Deny;
            }
        }
        let mut summary = Summary::of(&[reports], &Baseline::default());
        let repository =
            Repository::around(&self.workspace.root, None, self.workspace.packages.clone());
        for finding in &mut summary.findings {
            let package = finding.test.package.as_deref();
            for frame in finding.site.iter_mut().chain(&mut finding.waits_at) {
                self.place(frame, package, &repository, copy);
            }
        }
        summary
    }

    fn place(
        &self,
        frame: &mut Frame,
        package: Option<&str>,
        repository: &Repository,
        copy: &Copy<'_>,
    ) {
        let in_copy = |file: &String| {
            let inside = Path::new(file).strip_prefix(&copy.mirror.root).ok()?;
            Some(copy.tree.root.join(inside).display().to_string())
        };
        if let Some(file) = frame.file.as_ref().and_then(in_copy) {
            frame.file = Some(file);
        }
        if let Some(path) = repository.path_of(frame, package) {
            let seen = path.strip_prefix(&self.workspace.root).unwrap_or(&path);
            frame.file = Some(seen.display().to_string());
        }
    }

    /// A file of the tree as it is seen from the workspace.
    fn seen(&self, file: &Path, copy: &Copy<'_>) -> PathBuf {
        let whole = copy.tree.root.join(file);
        let seen = whole.strip_prefix(&self.workspace.root);
        seen.unwrap_or(file).to_owned()
    }

    fn page(
        &self,
        printed: &RunnerOutput,
        summary: &Summary,
        plan: &Plan,
        copy: &Copy<'_>,
    ) -> Page {
        let (documented, ran): (Vec<String>, Vec<String>) = printed
            .ran
            .iter()
            .cloned()
            .partition(|name| is_of_documentation(name));
        let mut executors: BTreeMap<String, usize> = BTreeMap::new();
        let covered = plan
            .candidates
            .iter()
            .filter(|candidate| candidate.left.is_none());
        for executor in covered.filter_map(|candidate| candidate.executor.clone()) {
            *executors.entry(executor).or_default() += 1;
        }
        let mut missing = missing::missing(&ran, summary, &plan.candidates);
        for (file, _) in missing.iter_mut().filter_map(|missing| missing.at.as_mut()) {
            *file = self.seen(file, copy);
        }
        let lock = |root: &Path| root.join("Cargo.lock");
        Page {
            ran: ran.len(),
            of_documentation: documented.len(),
            failed: printed.failures(),
            missing,
            executors,
            unread: plan
                .unread
                .iter()
                .map(|(file, why)| (self.seen(file, copy), why.clone()))
                .collect(),
            changed: locked::changes(
                &lock(&self.workspace.root),
                &lock(&copy.root(self.workspace)),
            ),
            had_no_debug_info: plan.had_no_debug_info,
            folder: copy.folder.to_owned(),
        }
    }
}

/// The copy, and what it is one of.
struct Copy<'a> {
    tree: &'a Tree,
    mirror: &'a Mirror,
    folder: &'a Path,
}

impl Copy<'_> {
    /// The root of the workspace in the copy.
    fn root(&self, workspace: &Workspace) -> PathBuf {
        let inside = workspace.root.strip_prefix(&self.tree.root);
        self.mirror.root.join(inside.unwrap_or(Path::new("")))
    }
}

/// Lets cargo choose the versions, which changes the lock file no more than it must.
fn resolve(setting: &Setting) -> Result<(), Error> {
    let mut command = MetadataCommand::new();
    command.current_dir(&setting.folder);
    command.other_options(
        setting
            .arguments()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect::<Vec<_>>(),
    );
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

fn begin(tests: usize, folder: &Path) -> String {
    let tests = plural::of(tests, "test gets", "tests get");
    format!(
        "leakcheck: {tests} the attribute in a copy, {}\n",
        folder.join("tree").display()
    )
}
