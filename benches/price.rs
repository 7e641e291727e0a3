//! What leakcheck costs a project that takes it: to build, to build again, on disk, in a clean suite and in a first report,
//! next to the same project without it and with insta.
//!
//! The projects are packages of their own, in `price/`, built as tests are and from nothing. What counts is the time that
//! processors took, of all children together: it says what a build costs also where several run at once.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::SystemTime,
};

use leakcheck_bench::{Scale, Section, children_time, median};

/// Has the profile lines that leave debug info out of what brings nothing to a user's own stacks.
const SHOWN: &str = include_str!("../COSTS.md");

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    if cfg!(tokio_unstable) {
        // It is the same on both legs.
        return Ok(Vec::new());
    }
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let projects = [
        Project::new("plain", "without", Vec::new(), scratch.path()),
        Project::new("with-insta", "with insta", Vec::new(), scratch.path()),
        Project::new(
            "with-leakcheck",
            "with leakcheck",
            Vec::new(),
            scratch.path(),
        ),
        Project::new(
            "with-leakcheck",
            "… its crates without debug info",
            lean(),
            scratch.path(),
        ),
    ];
    let rounds = match scale {
        Scale::Full => 3,
        Scale::Quick => 1,
    };
    let mut figures: [Vec<Figures>; 4] = Default::default();
    for _ in 0..rounds {
        for (project, figures) in projects.iter().zip(&mut figures) {
            figures.push(project.measure()?);
        }
    }
    let figures = figures.map(|rounds| Figures::medians(&rounds));
    Ok(sections(&projects, &figures))
}

/// Those lines, as cargo takes them.
fn lean() -> Vec<String> {
    let packages = SHOWN
        .lines()
        .filter_map(|line| line.strip_suffix(".debug = false"));
    packages
        .map(|package| format!("profile.dev.package.{package}.debug=false"))
        .collect()
}

/// One way to have the same tests.
struct Project {
    package: &'static str,
    name: &'static str,
    config: Vec<String>,
    target: PathBuf,
}

/// Seconds of processors, and bytes.
#[derive(Clone, Copy, Default)]
struct Figures {
    cold: f64,
    again: f64,
    bytes: f64,
    clean: f64,
    first: f64,
    later: f64,
}

/// Leaking tests in `price/with-leakcheck`.
const LEAKS: u32 = 10;
/// Runs of a program that takes milliseconds, counted in hundredths of a second.
const RUNS: u32 = 20;

impl Project {
    fn new(package: &'static str, name: &'static str, config: Vec<String>, scratch: &Path) -> Self {
        let target = scratch.join(format!("{package}-{}", config.len()));
        Self {
            package,
            name,
            config,
            target,
        }
    }

    fn measure(&self) -> Result<Figures, String> {
        let _ = fs::remove_dir_all(&self.target);
        let cold = self.build("suite")?;
        touch(&folder().join(self.package).join("tests/suite.rs"))?;
        let again = self.build("suite")?;
        let suite = self.tests("suite")?;
        let mut figures = Figures {
            cold,
            again,
            bytes: bytes(&suite)?,
            clean: seconds(RUNS, || run(&mut Command::new(&suite)).map(drop))?,
            ..Figures::default()
        };
        if self.package == "with-leakcheck" {
            self.build("leaks")?;
            let tests = self.tests("leaks")?;
            let leaks = |which| {
                let mut tests = Command::new(&tests);
                tests.args(["--test-threads=1", which]);
                seconds(RUNS, || run(&mut tests).map(drop))
            };
            figures.first = leaks("leaks_0")?;
            figures.later = (leaks("leaks_")? - figures.first) / f64::from(LEAKS - 1);
        }
        Ok(figures)
    }

    fn build(&self, tests: &str) -> Result<f64, String> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args([
                "test",
                "--quiet",
                "--no-run",
                "--locked",
                "--package",
                self.package,
                "--test",
                tests,
            ])
            .args(self.config.iter().flat_map(|line| ["--config", line]))
            .current_dir(folder())
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTFLAGS");
        let mut is_built = false;
        let taken = seconds(1, || {
            is_built = run(&mut cargo)?;
            Ok(())
        })?;
        is_built
            .then_some(taken)
            .ok_or_else(|| format!("failed to build {}", self.package))
    }

    /// The program that the tests were built to.
    fn tests(&self, name: &str) -> Result<PathBuf, String> {
        let built =
            fs::read_dir(self.target.join("debug/deps")).map_err(|error| error.to_string())?;
        let mut paths = built.filter_map(|entry| Some(entry.ok()?.path()));
        let is_it = |path: &PathBuf| {
            let file = path.file_name().and_then(|file| file.to_str());
            let rest = file.and_then(|file| file.strip_prefix(name));
            path.extension().is_none() && rest.is_some_and(|rest| rest.starts_with('-'))
        };
        paths
            .find(is_it)
            .ok_or_else(|| format!("{} has no tests", self.package))
    }
}

/// What processors take to do it, of several times; tests may fail.
fn seconds(times: u32, mut what: impl FnMut() -> Result<(), String>) -> Result<f64, String> {
    let before = children_time()?;
    for _ in 0..times {
        what()?;
    }
    Ok((children_time()? - before) / f64::from(times))
}

/// Whether it succeeded.
fn run(command: &mut Command) -> Result<bool, String> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = command.status().map_err(|error| error.to_string())?;
    Ok(status.success())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("price")
}

/// How long a file is, as far as tables tell.
fn bytes(path: &Path) -> Result<f64, String> {
    let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
    let length = u32::try_from(length).map_err(|error| error.to_string())?;
    Ok(length.into())
}

/// Makes cargo build it again.
fn touch(path: &Path) -> Result<(), String> {
    let file = fs::File::options().append(true).open(path);
    file.and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(|error| format!("failed to touch {}: {error}", path.display()))
}

impl Figures {
    fn medians(rounds: &[Self]) -> Self {
        let median = |of: fn(&Self) -> f64| median(rounds.iter().map(of).collect());
        Self {
            cold: median(|figures| figures.cold),
            again: median(|figures| figures.again),
            bytes: median(|figures| figures.bytes),
            clean: median(|figures| figures.clean),
            first: median(|figures| figures.first),
            later: median(|figures| figures.later),
        }
    }
}

fn sections(projects: &[Project; 4], figures: &[Figures; 4]) -> Vec<Section> {
    let [plain, insta, ..] = figures;
    let each = |title: &str, line: &dyn Fn(&Figures) -> (String, String)| {
        let all = projects.iter().zip(figures);
        all.fold(Section::new(title), |section, (project, figures)| {
            let (value, remark) = line(figures);
            section
                .fact(project.name, value)
                .remark(project.name, &remark)
        })
    };
    let more = |of: f64, than: f64| format!("{:.2}x", of / than);
    let ours = |title: String, of: fn(&Figures) -> f64, target: &str| {
        let ours = projects.iter().zip(figures).skip(2);
        ours.fold(Section::new(title), |section, (project, figures)| {
            let value = format!("{:.0} ms", of(figures) * 1e3);
            section
                .fact(project.name, value)
                .remark(project.name, target)
        })
    };
    let size = figures[2].bytes / 1e6;
    vec![
        each(
            "build the tests from nothing, in seconds of processors",
            &|of| {
                let share = (of.cold - plain.cold) / (insta.cold - plain.cold);
                (
                    format!("{:.1} s", of.cold),
                    format!("{share:.1}x of what insta adds, target 1.5x"),
                )
            },
        ),
        each(
            "build them again after one file of tests has changed",
            &|of| {
                (
                    format!("{:.2} s", of.again),
                    format!("{}, target 1.1x", more(of.again, plain.again)),
                )
            },
        ),
        each("the program", &|of| {
            let added = (of.bytes - plain.bytes) / 1e6;
            (
                format!("{:.1} MB", of.bytes / 1e6),
                format!("+{added:.1} MB, target +15 MB"),
            )
        }),
        each("run 15 clean tests that take no time", &|of| {
            (format!("{:.1} ms", of.clean * 1e3), String::new())
        }),
        ours(
            format!("first report of a process, of an unoptimised program of {size:.0} MB"),
            |of| of.first,
            "target 150 ms",
        ),
        ours("later reports".to_owned(), |of| of.later, "target 30 ms"),
    ]
}
