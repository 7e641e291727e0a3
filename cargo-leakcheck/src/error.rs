//! What could not be done: on which file, at which place, and what to do about it.

mod unread;

use std::{
    io,
    path::{Path, PathBuf},
};

use leakcheck_report::{baseline::Why, plural};

use crate::escape::{code, plain};
pub(crate) use unread::Unread;

/// One thing that went wrong. It is told at the end, and nothing else is lost for it.
#[derive(Debug)]
pub(crate) enum Error {
    /// A file or folder that could not be read.
    Read { path: PathBuf, cause: io::Error },
    /// A file or folder that could not be written.
    Write { path: PathBuf, cause: io::Error },
    /// A report whose writer ended before it was whole.
    Unfinished { path: PathBuf },
    /// A report that is not JSON, or not all of it.
    Json {
        path: PathBuf,
        cause: serde_json::Error,
    },
    /// JSON that something else has written.
    Foreign { path: PathBuf },
    /// A report in a form that this program does not know yet.
    NewerReport { path: PathBuf, version: u64 },
    /// A line of a file that is not the TOML that it should be.
    Toml {
        path: PathBuf,
        line: usize,
        cause: String,
    },
    /// A file that does not begin as a baseline does.
    NoBaseline { path: PathBuf },
    /// A line of a baseline.
    BaselineLine {
        path: PathBuf,
        line: usize,
        why: Why,
    },
    /// A line of a history.
    HistoryLine {
        path: PathBuf,
        line: usize,
        why: Unread,
    },
    /// A history that is asked for and has no run.
    NoHistory { path: PathBuf },
    /// A run that is asked for and was never made.
    NoRun { folder: PathBuf },
    /// A run without a time line, of which one is asked for.
    NoTimeLine,
    /// A file that is no trace.
    NoTrace { path: PathBuf },
    /// A run that is to be compared with itself.
    SameRun { folder: PathBuf },
    /// A folder of a shard that has no report.
    EmptyShard { folder: PathBuf },
    /// A shard whose tests were not run to their end, with so many reports.
    UnendedShard { folder: PathBuf, reports: usize },
    /// A shard that was named before.
    ShardTwice { folder: PathBuf },
    /// Not as many shards as there should be: those that there are, with how many reports each has.
    Shards {
        expected: usize,
        found: Vec<(PathBuf, usize)>,
    },
    /// No package of the workspace, or not this one, has leakcheck.
    NoLeakcheck { package: Option<String> },
    /// A package that is none of the workspace's, and those that may be meant.
    NoPackage { name: String, nearest: Vec<String> },
    /// A name that means nothing, and those that may be meant.
    Unknown { name: String, nearest: Vec<String> },
    /// That something is to be taken back which was never done, or is not known any more.
    NothingToUndo { path: PathBuf },
    /// A file that could not be copied.
    Copy {
        from: PathBuf,
        to: PathBuf,
        cause: io::Error,
    },
    /// What git says of a folder.
    Git { folder: PathBuf, cause: String },
    /// A page that no browser would show.
    Open { path: PathBuf, cause: String },
    /// Cargo, or what it says of the workspace.
    Cargo { what: String, cause: String },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Read { path, cause } => write!(f, "failed to read {}: {cause}", shown(path)),
            Self::Write { path, cause } => write!(f, "failed to write {}: {cause}", shown(path)),
            Self::Unfinished { path } => write!(
                f,
                "failed to read {}: it was not written to its end, because its process ended before",
                shown(path)
            ),
            Self::Json { path, cause } => write!(
                f,
                "failed to read {}:{}:{}: {}",
                shown(path),
                cause.line(),
                cause.column(),
                without_place(cause)
            ),
            Self::Foreign { path } => write!(
                f,
                "failed to read {}: it is JSON, but no report of leakcheck; keep other files out of the folder",
                shown(path)
            ),
            Self::NewerReport { path, version } => write!(
                f,
                "failed to read {}: it has format {version}, which is newer than this cargo-leakcheck; update it",
                shown(path)
            ),
            Self::Toml { path, line, cause } => {
                write!(f, "failed to read {}:{line}: {}", shown(path), plain(cause))
            }
            Self::NoBaseline { path } => write!(
                f,
                "failed to read {}:1: expected `leakcheck baseline 1`; if it is no baseline, name another file with --baseline",
                shown(path)
            ),
            Self::BaselineLine { path, line, why } => {
                let why = plain(&why.to_string());
                write!(f, "failed to read {}:{line}: {why}", shown(path))
            }
            Self::HistoryLine { path, line, why } => {
                let why = plain(&why.to_string());
                write!(f, "failed to read {}:{line}: {why}", shown(path))
            }
            Self::NoHistory { .. }
            | Self::NoRun { .. }
            | Self::NoTimeLine
            | Self::NoTrace { .. }
            | Self::SameRun { .. } => self.of_runs(f),
            Self::EmptyShard { .. }
            | Self::UnendedShard { .. }
            | Self::ShardTwice { .. }
            | Self::Shards { .. } => self.of_shards(f),
            Self::NoLeakcheck { package } => no_leakcheck(f, package.as_deref()),
            Self::NoPackage { name, nearest } => {
                let (name, there) = (code(name), there(nearest));
                write!(
                    f,
                    "failed to find a package {name} in this workspace{there}"
                )
            }
            Self::Unknown { name, nearest } => {
                let (name, there) = (code(name), there(nearest));
                write!(
                    f,
                    "failed to find {name}: it is no pattern, and no fingerprint or test of the stored run{there}"
                )
            }
            Self::NothingToUndo { path } => write!(
                f,
                "failed to undo: {} has nothing that `cargo leakcheck init` has changed",
                shown(path)
            ),
            Self::Copy { from, to, cause } => write!(
                f,
                "failed to copy {} to {}: {cause}",
                shown(from),
                shown(to)
            ),
            Self::Git { folder, cause } => write!(
                f,
                "failed to list the files of the repository {} with git: {}",
                shown(folder),
                plain(cause)
            ),
            Self::Open { path, cause } => write!(
                f,
                "failed to open {}: {}; open it by hand, or name a program in BROWSER",
                shown(path),
                plain(cause)
            ),
            Self::Cargo { what, cause } => write!(f, "failed to {what}: {cause}"),
        }
    }
}

impl Error {
    /// What is wrong with stored runs.
    fn of_runs(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoHistory { path } => write!(
                f,
                "failed to find a run in {}: add the last one with `cargo leakcheck history --add`",
                shown(path)
            ),
            Self::NoRun { folder } => write!(
                f,
                "failed to find a stored run in {}: make one with `cargo leakcheck`",
                shown(folder)
            ),
            Self::NoTimeLine => f.write_str(
                "failed to find a time line in the reports: they have one where `cargo leakcheck` or LEAKCHECK_REPORT_DIR=all:<dir> had all tests written down",
            ),
            Self::NoTrace { path } => write!(
                f,
                "failed to read {}: it is JSON, but no Chrome trace; name one, such as `cargo nextest store export-chrome-trace` writes",
                shown(path)
            ),
            Self::SameRun { folder } => write!(
                f,
                "failed to compare {} with itself: name another run as the first one, as `cargo leakcheck diff BEFORE [AFTER]`",
                shown(folder)
            ),
            _ => Ok(()),
        }
    }

    /// What is wrong with shards.
    fn of_shards(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EmptyShard { folder } => write!(
                f,
                "failed to find a report in {}: name the folder of its reports, or a copy of its target/leakcheck",
                shown(folder)
            ),
            Self::UnendedShard { folder, reports } => write!(
                f,
                "failed to read all of {}: its tests were not run to their end, and it has {}",
                shown(folder),
                plural::of(*reports, "report", "reports")
            ),
            Self::ShardTwice { folder } => {
                write!(f, "failed to merge {}: it is named twice", shown(folder))
            }
            Self::Shards { expected, found } => shards(f, *expected, found),
            _ => Ok(()),
        }
    }

    /// All of them, a sentence each.
    pub(crate) fn told(all: &[Self]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }

    /// What is wrong with a text that should be TOML.
    pub(crate) fn toml(path: PathBuf, text: &str, cause: &toml::de::Error) -> Self {
        let at = cause.span().map_or(0, |span| span.start);
        Self::Toml {
            path,
            line: text.get(..at).unwrap_or_default().matches('\n').count() + 1,
            cause: cause.message().to_owned(),
        }
    }
}

/// `; there is `pool``
fn there(nearest: &[String]) -> String {
    let names: Vec<String> = nearest.iter().map(|name| code(name)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("; there is {one}"),
        names => format!("; there are {}", plural::all_of(names)),
    }
}

fn no_leakcheck(f: &mut std::fmt::Formatter<'_>, package: Option<&str>) -> std::fmt::Result {
    let who = package.map_or_else(|| "this workspace".to_owned(), code);
    write!(
        f,
        "failed to find leakcheck among what {who} depends on: see with `cargo leakcheck try` what it finds, or add it with `cargo leakcheck init`"
    )
}

fn shards(
    f: &mut std::fmt::Formatter<'_>,
    expected: usize,
    found: &[(PathBuf, usize)],
) -> std::fmt::Result {
    let expected = plural::of(expected, "shard", "shards");
    let found: Vec<String> = found
        .iter()
        .map(|(folder, reports)| {
            let reports = plural::of(*reports, "report", "reports");
            format!("{} with {reports}", shown(folder))
        })
        .collect();
    let are = if found.len() == 1 { "is" } else { "are" };
    let found = plural::all_of(&found);
    write!(f, "failed to find {expected}: there {are} {found}")
}

/// The message alone: the place stands before it, as in every other message.
fn without_place(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    // It may quote what stands there.
    plain(&text[..end])
}

fn shown(path: &Path) -> String {
    plain(&path.display().to_string())
}

#[cfg(test)]
mod tests;
