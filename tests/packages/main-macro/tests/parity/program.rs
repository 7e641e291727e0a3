//! The other test targets of this package, as programs.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Output, Stdio},
};

/// How a program ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs a test target.
pub(crate) fn run(target: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = Command::new(built(target));
    command
        .args(arguments)
        .env_remove("RUST_TEST_THREADS")
        .env_remove("RUST_BACKTRACE")
        .envs(variables.iter().copied());
    Ended::of(&command.output().expect("the target runs"))
}

/// Runs a test target until it has said a line with these words on standard error, or has ended; returns what it has said there.
pub(crate) fn run_until(target: &str, words: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(built(target));
    command.envs(variables.iter().copied());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the target runs");
    let lines = BufReader::new(child.stderr.take().expect("it is a pipe")).lines();
    let mut said = String::new();
    for line in lines {
        said += &(line.expect("it is text")
            + "
");
        if said.contains(words) {
            break;
        }
    }
    child.kill().expect("it was not waited for");
    child.wait().expect("it is waited for");
    said
}

/// The program of a test target that was built last.
fn built(target: &str) -> PathBuf {
    let this = env::current_exe().expect("a running test has a binary");
    let folder = this.parent().expect("binaries are in a folder");
    let files = fs::read_dir(folder).expect("the folder is readable");
    let files = files.filter_map(|entry| Some(entry.ok()?.path()));
    let prefix = format!("{target}-");
    let is_built = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&prefix) && path.extension().is_none_or(|extension| extension == "exe")
    };
    files
        .filter(is_built)
        .max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok())
        .unwrap_or_else(|| panic!("`{target}` is not built: run `cargo test` without `--test`"))
}
