//! Child programs: what needs a process of its own, other features or other flags.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A program of this package that was built on demand.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

impl Program {
    /// Builds it with the flags and into the target folder of the running program.
    ///
    /// # Errors
    ///
    /// Where it does not compile.
    pub fn build(name: &str, features: &str) -> Result<Self, String> {
        let target = target_folder()?;
        let status = cargo("build", &target)
            .args(["--bin", name, "--features", features])
            .status()
            .map_err(|error| format!("failed to run cargo: {error}"))?;
        if !status.success() {
            return Err(format!("failed to build {name}"));
        }
        Ok(Self(target.join("release").join(name)))
    }

    /// Builds the program of another package of the workspace, in the same way.
    ///
    /// # Errors
    ///
    /// Where it does not compile.
    pub fn build_package(name: &str) -> Result<Self, String> {
        let target = target_folder()?;
        let status = command()
            .args(["build", "--quiet", "--release", "--package", name])
            .arg("--manifest-path")
            .arg(manifest())
            .arg("--target-dir")
            .arg(&target)
            .status()
            .map_err(|error| format!("failed to run cargo: {error}"))?;
        if !status.success() {
            return Err(format!("failed to build {name}"));
        }
        Ok(Self(target.join("release").join(name)))
    }

    /// Builds a program of the package in a folder, with the dev profile of that package and no flags of this run, and
    /// with the releases that its lock file names.
    ///
    /// # Errors
    ///
    /// Where it does not compile.
    pub fn build_as_tests(package: &Path, name: &str, target: &Path) -> Result<Self, String> {
        let status = command()
            .args(["build", "--quiet", "--locked", "--bin", name])
            .arg("--manifest-path")
            .arg(package.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(target)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTFLAGS")
            .status()
            .map_err(|error| format!("failed to run cargo: {error}"))?;
        if !status.success() {
            return Err(format!("failed to build {name}"));
        }
        Ok(Self(target.join("debug").join(name)))
    }

    /// The running program.
    ///
    /// # Errors
    ///
    /// Where the system does not tell its path.
    pub fn this() -> Result<Self, String> {
        myself().map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Runs it; the number that it prints.
    ///
    /// # Errors
    ///
    /// Where it fails, with what it wrote to standard error.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<f64, String> {
        number(&run(Command::new(&self.0).args(arguments))?)
    }

    /// Runs it; what it prints.
    ///
    /// # Errors
    ///
    /// Where it fails, with what it wrote to standard error.
    pub fn say<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<String, String> {
        let output = run(Command::new(&self.0).args(arguments))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Runs this program once more as a child, with these variables.
///
/// # Errors
///
/// Where it fails, with what it wrote to standard error.
pub fn run_myself(arguments: &[&str], variables: &[(&str, &Path)]) -> Result<Output, String> {
    let mut command = Command::new(myself()?);
    run(command.args(arguments).envs(variables.iter().copied()))
}

/// Runs this program once more as a child that prints for itself; whether it succeeded.
///
/// # Errors
///
/// Where it cannot be run.
pub fn relay_myself(arguments: &[&str]) -> Result<bool, String> {
    relay(Command::new(myself()?).args(arguments))
}

/// Builds this program with `--cfg tokio_unstable` and runs it in the same way.
///
/// # Errors
///
/// Where cargo cannot be run.
pub fn relay_with_hooks(arguments: &[&str]) -> Result<bool, String> {
    let flags = env::var("RUSTFLAGS").unwrap_or_default() + " --cfg tokio_unstable";
    let mut cargo = cargo("run", &target_folder()?.join("unstable"));
    relay(
        cargo
            .env("RUSTFLAGS", flags.trim_start())
            .arg("--")
            .args(arguments),
    )
}

fn relay(command: &mut Command) -> Result<bool, String> {
    match command.status() {
        Ok(status) => Ok(status.success()),
        Err(error) => Err(format!("failed to run a child: {error}")),
    }
}

fn number(output: &Output) -> Result<f64, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .parse()
        .map_err(|_| format!("expected a number, found {text:?}"))
}

/// The most memory that this process ever had, in KiB.
///
/// # Errors
///
/// On systems other than Linux.
pub fn peak_memory() -> Result<u64, String> {
    let status = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok())
        .ok_or_else(|| "/proc/self/status has no VmHWM".to_owned())
}

/// Seconds that processors took for all children of this process that have ended.
///
/// # Errors
///
/// On systems other than Linux.
pub fn children_time() -> Result<f64, String> {
    const IN_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    // The second field is a name, which may have anything in it.
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let times = fields.split(' ').skip(13).take(2);
    let ticks: Option<f64> = times.map(|time| time.parse::<f64>().ok()).sum();
    ticks
        .map(|ticks| ticks / IN_A_SECOND)
        .ok_or_else(|| format!("/proc/self/stat has no times: {stat}"))
}

fn run(command: &mut Command) -> Result<Output, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("failed to run a child: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "a child failed with {}:\n{}",
        output.status,
        text.trim_end()
    ))
}

fn command() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn cargo(verb: &str, target: &Path) -> Command {
    let mut cargo = command();
    cargo
        .args([
            verb,
            "--quiet",
            "--release",
            "--package",
            env!("CARGO_PKG_NAME"),
        ])
        .arg("--manifest-path")
        .arg(manifest())
        .arg("--target-dir")
        .arg(target);
    cargo
}

fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")
}

/// The folder above `release/leakcheck-bench`.
fn target_folder() -> Result<PathBuf, String> {
    let exe = myself()?;
    let folder = exe.ancestors().nth(2);
    folder
        .map(Path::to_owned)
        .ok_or_else(|| format!("{} is in no target folder", exe.display()))
}

fn myself() -> Result<PathBuf, String> {
    env::current_exe().map_err(|error| format!("failed to find this program: {error}"))
}
