//! What `cargo leakcheck` adds to `cargo test`: to five hundred checked tests that take a minute, and where there are none.
//!
//! The tests are a package of their own, in `suite/`, as a user's would be. They wait for most of the time, so that what else the
//! machine does makes none of them longer. Each round runs both, one behind the other, and what counts is the median over the
//! rounds of what one took more than the other.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use leakcheck_bench::{Program, Scale, Section};

/// Tests in `suite/tests/many.rs`, and how many run at once.
const TESTS: u32 = 500;
const THREADS: u32 = 2;

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    if cfg!(tokio_unstable) {
        // It is the same on both legs.
        return Ok(Vec::new());
    }
    let suite = Suite::new()?;
    // The first runs build, and fill the caches.
    for runner in [Runner::Test, Runner::Leakcheck] {
        suite.run(runner, "empty", Duration::ZERO)?;
        suite.run(runner, "many", Duration::ZERO)?;
    }
    let empty = suite.compare("empty", Duration::ZERO, scale.rounds(21))?;
    let (whole, rounds) = match scale {
        Scale::Full => (Duration::from_secs(60), 3),
        Scale::Quick => (Duration::from_secs(5), 3),
    };
    let many = suite.compare("many", whole * THREADS / TESTS, rounds)?;
    let _ = fs::remove_dir_all(suite.target.join("leakcheck"));
    Ok(vec![
        empty.section("a run without tests".to_owned(), |more, _| {
            format!("{:.0} ms more, target 150 ms", more * 1e3)
        }),
        many.section(format!("a run of {TESTS} checked tests"), |more, base| {
            let (share, more) = (100.0 * more / base, more * 1e3);
            format!("{more:.0} ms more: {share:.1} %, target 2 % of a minute")
        }),
    ])
}

#[derive(Clone, Copy)]
enum Runner {
    Test,
    Leakcheck,
}

/// The tests, and what runs them.
struct Suite {
    folder: PathBuf,
    target: PathBuf,
    /// Where cargo finds `cargo leakcheck`.
    path: std::ffi::OsString,
}

impl Suite {
    fn new() -> Result<Self, String> {
        let tool = Program::build_package("cargo-leakcheck")?;
        let folder = tool.path().parent().ok_or("it is in no folder")?;
        let others = env::var_os("PATH").unwrap_or_default();
        let folders = [folder.to_owned()].into_iter();
        let path = env::join_paths(folders.chain(env::split_paths(&others)));
        let target = folder.parent().ok_or("it is in no target folder")?;
        Ok(Self {
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("suite"),
            target: target.join("suite"),
            path: path.map_err(|error| error.to_string())?,
        })
    }

    /// How long it takes, from the command to its end.
    fn run(&self, runner: Runner, tests: &str, wait: Duration) -> Result<Duration, String> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.arg(match runner {
            Runner::Test => "test",
            Runner::Leakcheck => "leakcheck",
        });
        cargo
            .args(["--locked", "--test", tests])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("PATH", &self.path)
            .env("SUITE_WAIT", wait.as_millis().to_string())
            .env("RUST_TEST_THREADS", THREADS.to_string())
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::null());
        let begin = Instant::now();
        let output = cargo.output().map_err(|error| error.to_string())?;
        let taken = begin.elapsed();
        if output.status.success() {
            return Ok(taken);
        }
        let text = String::from_utf8_lossy(&output.stderr);
        Err(format!("{tests} failed:\n{}", text.trim_end()))
    }

    fn compare(&self, tests: &str, wait: Duration, rounds: usize) -> Result<Compared, String> {
        let mut compared = Compared::default();
        for _ in 0..rounds {
            let plain = self.run(Runner::Test, tests, wait)?.as_secs_f64();
            let ours = self.run(Runner::Leakcheck, tests, wait)?.as_secs_f64();
            compared.plain.push(plain);
            compared.ours.push(ours);
            compared.more.push(ours - plain);
        }
        Ok(compared)
    }
}

/// Seconds, by round.
#[derive(Default)]
struct Compared {
    plain: Vec<f64>,
    ours: Vec<f64>,
    more: Vec<f64>,
}

impl Compared {
    fn section(self, title: String, remark: impl Fn(f64, f64) -> String) -> Section {
        let [plain, ours, more] = [self.plain, self.ours, self.more].map(median);
        let names = ["cargo test", "cargo leakcheck"];
        let lines = [
            (names[0].to_owned(), plain * 1e9),
            (names[1].to_owned(), ours * 1e9),
        ];
        Section::new(title)
            .ratios(&lines)
            .remark(names[1], &remark(more, plain))
    }
}

fn median(mut taken: Vec<f64>) -> f64 {
    taken.sort_by(f64::total_cmp);
    taken[taken.len() / 2]
}
