//! What `cargo leakcheck` takes to show stored runs: as a summary, as a page, as time lines, and compared, with ten to ten thousand
//! findings.
//!
//! The runs are those on which the tool is tested. Each time is of a process from its start to its end.

#[path = "../cargo-leakcheck/src/samples/mod.rs"]
#[expect(dead_code, reason = "tests use the rest")]
mod samples;

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use leakcheck_bench::{Entrant, Program, Scale, Section, medians};

/// Findings of a run.
const SIZES: [usize; 3] = [10, 1000, 10_000];

/// The codes of nothing new, and of something new.
const CODES: [i32; 2] = [0, 10];

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    if cfg!(tokio_unstable) {
        // It is the same on both legs.
        return Ok(Vec::new());
    }
    let tool = Program::build_package("cargo-leakcheck")?;
    let told = |error: std::io::Error| error.to_string();
    let root = tempfile::tempdir().map_err(told)?;
    samples::workspace(root.path()).map_err(told)?;
    let mut sections = Vec::new();
    for size in SIZES {
        let reports = samples::reports(size);
        let half = reports.get(reports.len() / 2..).unwrap_or_default();
        let folder = |name: &str| format!("{name}-{size}");
        let (before, after) = (folder("before"), folder("after"));
        samples::write(&root.path().join(&before), half).map_err(told)?;
        samples::write(&root.path().join(&after), &reports).map_err(told)?;
        let entrant = |name: &'static str, args: Vec<String>| {
            let (tool, root) = (tool.path(), root.path());
            Entrant::new(name, move || run(tool, root, &args))
        };
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        let entrants = vec![
            entrant("report", words(&["report", &after])),
            entrant(
                "report --html",
                words(&["report", &after, "--html", "page.html"]),
            ),
            entrant(
                "report --chrome-trace",
                words(&["report", &after, "--chrome-trace", "trace.json"]),
            ),
            entrant(
                "report --firefox",
                words(&["report", &after, "--firefox", "profile.json"]),
            ),
            entrant("diff", words(&["diff", &before, &after])),
        ];
        let taken = medians(scale.rounds(11), entrants)?;
        let kilobytes = |name| -> Result<u64, String> {
            let file = std::fs::metadata(root.path().join(name)).map_err(told)?;
            Ok(file.len() / 1000)
        };
        let title = format!(
            "a stored run of {size} findings, in {} reports: a page of {} kB, a trace of {} kB and a profile of {} kB",
            reports.len(),
            kilobytes("page.html")?,
            kilobytes("trace.json")?,
            kilobytes("profile.json")?
        );
        sections.push(Section::new(title).ratios(&taken));
    }
    Ok(sections)
}

/// Nanoseconds from the start of a command to its end.
fn run(tool: &Path, root: &Path, args: &[String]) -> Result<f64, String> {
    let mut command = Command::new(tool);
    command
        .arg("leakcheck")
        .args(args)
        .current_dir(root)
        .env_remove("LEAKCHECK_BASELINE")
        .stdin(Stdio::null());
    let begin = Instant::now();
    let output = command.output().map_err(|error| error.to_string())?;
    let taken = begin.elapsed();
    if output
        .status
        .code()
        .is_some_and(|code| CODES.contains(&code))
    {
        return Ok(taken.as_secs_f64() * 1e9);
    }
    Err(String::from_utf8_lossy(&output.stderr)
        .trim_end()
        .to_owned())
}
