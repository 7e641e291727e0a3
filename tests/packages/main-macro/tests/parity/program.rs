//! The other test targets of this package, as programs.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Output},
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
