//! Commands on the sample, and how they ended.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command) -> Self {
        let output = command.output().expect("it runs");
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Whether the code is this, and each of the lines was printed.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, lines: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.all());
        for line in lines {
            let mut shown = self.stdout.lines().chain(self.stderr.lines());
            assert!(
                shown.any(|shown| shown.trim() == *line),
                "{line:?} in {}",
                self.all()
            );
        }
    }

    /// What it printed.
    pub(crate) fn all(&self) -> String {
        format!("{}\n---\n{}", self.stdout, self.stderr)
    }

    /// The summary, without times.
    pub(crate) fn summary(&self) -> String {
        let at = self.stdout.rfind("\nleakcheck: ").expect("a summary");
        let lines = self.stdout[at + 1..].lines();
        let lines = lines.filter(|line| !line.starts_with("checking took"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The tests share the sample, its target folder and its stored runs: one at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static SAMPLE: Mutex<()> = Mutex::new(());
    SAMPLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sample's folder.
pub(crate) fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/packages/seeded-leaks")
}

/// The target folder of the program and the sample.
pub(crate) fn target() -> &'static Path {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    target.parent().expect("it is in the target folder")
}

/// The folder of the last run, beside what `try` and `init` keep.
pub(crate) fn last_run() -> PathBuf {
    let folders = fs::read_dir(target().join("leakcheck")).expect("runs");
    let folders = folders.map(|entry| entry.expect("a run"));
    let runs = folders.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(|first: char| first.is_ascii_digit())
    });
    let last = runs.map(|run| run.path()).max();
    last.expect("a run")
}

/// A command in the sample's folder, with nothing of the environment that steers it.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(sample())
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_TERM_COLOR", "never");
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if ["LEAKCHECK", "GITHUB_", "NEXTEST"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            command.env_remove(&*name);
        }
    }
    command
}

pub(crate) fn cargo() -> Command {
    command(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

/// `cargo leakcheck` with a baseline of its own.
pub(crate) fn leakcheck(baseline: &Path, args: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_cargo-leakcheck"));
    command
        .arg("leakcheck")
        .arg("--baseline")
        .arg(baseline)
        .args(args);
    command
}
