//! The `LEAKCHECK_*` variables, read once, each to a type; a value that is not understood is an error.

use std::{path::PathBuf, time::Duration};

use leakcheck_report::{
    awaits::{self, Awaits},
    plural::one_of,
    suggest::nearest,
};
use once_cell::sync::OnceCell;

use crate::{
    base::{
        error::{Error, Repr},
        model::Kind,
    },
    settings::{
        cancel::Cancel,
        options::{Level, Options},
    },
};

/// How much of a creation stack is taken and shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TraceLevel {
    Off,
    #[default]
    Site,
    Full,
}

/// Whether threads that are left behind are asked where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stacks {
    #[default]
    On,
    Off,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    Github,
}

/// Something that must be seen for a check to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    Tasks,
    Threads,
    Timers,
    Fds,
    Processes,
    TempFiles,
    Heap,
    Sites,
    States,
}

/// Where report files go, and for which checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReportDir {
    /// Checks that were not clean.
    Dirty(PathBuf),
    /// Every check.
    All(PathBuf),
}

/// Which file lists the leaks that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum BaselineFile {
    /// The nearest one, if there is one.
    #[default]
    Nearest,
    /// This one, which has to be there.
    Named(PathBuf),
    /// None.
    Off,
}

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Env {
    level: Option<Level>,
    levels: Vec<(Kind, Level)>,
    settle: Option<Duration>,
    timeout: Option<Duration>,
    exit_timeout: Option<Duration>,
    /// For tests that may be cancelled, and no others.
    pub(crate) cancel: Option<Cancel>,
    pub(crate) trace: TraceLevel,
    pub(crate) stacks: Stacks,
    pub(crate) format: Format,
    pub(crate) baseline: BaselineFile,
    pub(crate) report_dir: Option<ReportDir>,
    pub(crate) required: Vec<(Requirement, &'static str)>,
}

/// The environment as it was at the first check.
///
/// # Errors
///
/// Where a variable has a value that is not understood.
pub(crate) fn get() -> Result<&'static Env, Error> {
    static ENV: OnceCell<Env> = OnceCell::new();
    ENV.get_or_try_init(|| {
        let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
        all_are_known(names)?;
        Env::parse(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    })
}

/// The variables that there are.
const NAMES: [&str; 12] = [
    "LEAKCHECK",
    "LEAKCHECK_BASELINE",
    "LEAKCHECK_CANCEL",
    "LEAKCHECK_EXIT_TIMEOUT",
    "LEAKCHECK_FORMAT",
    "LEAKCHECK_LEVELS",
    "LEAKCHECK_REPORT_DIR",
    "LEAKCHECK_REQUIRE",
    "LEAKCHECK_SETTLE",
    "LEAKCHECK_STACKS",
    "LEAKCHECK_TIMEOUT",
    "LEAKCHECK_TRACE",
];

/// What stands in front of the names of all but the first.
const PREFIX: &str = "LEAKCHECK_";

/// What stands in front of variables that are another program's, the tests of this library among them.
const OTHERS: &str = "LEAKCHECK_TEST_";

/// Refuses a variable that nobody would read.
fn all_are_known(names: impl Iterator<Item = String>) -> Result<(), Error> {
    let is_unknown = |name: &String| {
        name.starts_with(PREFIX) && !name.starts_with(OTHERS) && !NAMES.contains(&name.as_str())
    };
    let Some(name) = { names }.find(is_unknown) else {
        return Ok(());
    };
    let words = NAMES.iter().filter_map(|name| name.strip_prefix(PREFIX));
    let meant = nearest(name.strip_prefix(PREFIX).unwrap_or_default(), words);
    let meant = meant.map(|word| format!("; did you mean `{PREFIX}{word}`?"));
    let expected = one_of(NAMES) + &meant.unwrap_or_default();
    Err(Repr::UnknownVariable { name, expected }.into())
}

impl Env {
    /// Whether a report has what ended by itself, whose stacks are not free.
    pub(crate) fn tells_what_lingered(&self) -> bool {
        self.report_dir.is_some() && self.trace == TraceLevel::Full
    }

    fn parse(get: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        // An empty variable is one that a CI file left out.
        let read = |name: &str| get(name).filter(|value| !value.is_empty());
        Ok(Self {
            level: choice("LEAKCHECK", read("LEAKCHECK"), &LEVELS)?,
            levels: read("LEAKCHECK_LEVELS").map_or(Ok(Vec::new()), |value| levels(&value))?,
            trace: choice(
                "LEAKCHECK_TRACE",
                read("LEAKCHECK_TRACE"),
                &[
                    ("off", TraceLevel::Off),
                    ("site", TraceLevel::Site),
                    ("full", TraceLevel::Full),
                ],
            )?
            .unwrap_or_default(),
            stacks: choice(
                "LEAKCHECK_STACKS",
                read("LEAKCHECK_STACKS"),
                &[("on", Stacks::On), ("off", Stacks::Off)],
            )?
            .unwrap_or_default(),
            format: choice(
                "LEAKCHECK_FORMAT",
                read("LEAKCHECK_FORMAT"),
                &[
                    ("text", Format::Text),
                    ("json", Format::Json),
                    ("github", Format::Github),
                ],
            )?
            .unwrap_or_default(),
            baseline: read("LEAKCHECK_BASELINE").map_or(BaselineFile::Nearest, |value| match value
                .as_str()
            {
                "off" => BaselineFile::Off,
                _ => BaselineFile::Named(value.into()),
            }),
            settle: duration("LEAKCHECK_SETTLE", read("LEAKCHECK_SETTLE"))?,
            timeout: time_limit("LEAKCHECK_TIMEOUT", read("LEAKCHECK_TIMEOUT"))?,
            exit_timeout: duration("LEAKCHECK_EXIT_TIMEOUT", read("LEAKCHECK_EXIT_TIMEOUT"))?,
            cancel: read("LEAKCHECK_CANCEL")
                .map(|value| cancel(&value))
                .transpose()?,
            report_dir: read("LEAKCHECK_REPORT_DIR").map(|value| {
                match value.strip_prefix("all:") {
                    Some(dir) => ReportDir::All(dir.into()),
                    None => ReportDir::Dirty(value.into()),
                }
            }),
            required: read("LEAKCHECK_REQUIRE")
                .map_or(Ok(Vec::new()), |value| requirements(&value))?,
        })
    }

    /// Whether each check has a report.
    pub(crate) fn writes_always(&self) -> bool {
        matches!(self.report_dir, Some(ReportDir::All(_)))
    }

    /// Whether it switches everything off.
    pub(crate) fn is_off(&self) -> bool {
        self.level == Some(Level::Off) && self.levels.is_empty()
    }

    /// The environment as the topmost layer of options.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new();
        if let Some(level) = self.level {
            options = options.level(level);
        }
        for (kind, level) in &self.levels {
            options = options.level_of(*kind, *level);
        }
        if let Some(settle) = self.settle {
            options = options.settle(settle);
        }
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout);
        }
        if let Some(timeout) = self.exit_timeout {
            options = options.exit_timeout(timeout);
        }
        options
    }
}

/// Words for levels.
pub(crate) const LEVELS: [(&str, Level); 3] = [
    ("deny", Level::Deny),
    ("warn", Level::Warn),
    ("off", Level::Off),
];

/// Levels of single kinds: `threads=warn,custom=off`.
fn levels(value: &str) -> Result<Vec<(Kind, Level)>, Error> {
    let read = |entry: &str| {
        let (kind, level) = entry.split_once('=')?;
        let kind = Kind::with_level(kind.trim())?;
        let (_, level) = LEVELS.iter().find(|(word, _)| *word == level.trim())?;
        Some((kind, *level))
    };
    value
        .split(',')
        .map(|entry| {
            read(entry).ok_or_else(|| {
                let kinds = one_of(Kind::CHOICES.iter().map(|(_, word)| *word));
                let levels = one_of(LEVELS.iter().map(|(word, _)| *word));
                let expected = format!(
                    "a list such as `threads=warn,custom=off`, of {kinds}, each with {levels}"
                );
                unknown("LEAKCHECK_LEVELS", value, expected)
            })
        })
        .collect()
}

const REQUIREMENTS: [(&str, Requirement); 9] = [
    ("tasks", Requirement::Tasks),
    ("threads", Requirement::Threads),
    ("timers", Requirement::Timers),
    ("fds", Requirement::Fds),
    ("processes", Requirement::Processes),
    ("temp_files", Requirement::TempFiles),
    ("heap", Requirement::Heap),
    ("sites", Requirement::Sites),
    ("states", Requirement::States),
];

fn requirements(value: &str) -> Result<Vec<(Requirement, &'static str)>, Error> {
    value
        .split(',')
        .map(|word| {
            let word = word.trim();
            REQUIREMENTS
                .iter()
                .find(|(name, _)| *name == word)
                .map(|(name, requirement)| (*requirement, *name))
                .ok_or_else(|| {
                    let expected = format!(
                        "a list of {}",
                        one_of(REQUIREMENTS.iter().map(|(name, _)| *name))
                    );
                    unknown("LEAKCHECK_REQUIRE", value, expected)
                })
        })
        .collect()
}

/// Awaits at which bodies are cancelled.
fn cancel(value: &str) -> Result<Cancel, Error> {
    let unread = |_| unknown("LEAKCHECK_CANCEL", value, awaits::EXPECTED.to_owned());
    Awaits::read(value).map(Cancel).map_err(unread)
}

fn choice<T: Copy>(
    name: &'static str,
    value: Option<String>,
    choices: &[(&'static str, T)],
) -> Result<Option<T>, Error> {
    let Some(value) = value else { return Ok(None) };
    choices
        .iter()
        .find(|(word, _)| *word == value)
        .map(|(_, choice)| Some(*choice))
        .ok_or_else(|| unknown(name, &value, one_of(choices.iter().map(|(word, _)| *word))))
}

fn duration(name: &'static str, value: Option<String>) -> Result<Option<Duration>, Error> {
    let Some(value) = value else { return Ok(None) };
    humantime::parse_duration(&value).map(Some).map_err(|_| {
        unknown(
            name,
            &value,
            "a duration such as `500ms`, `2s` or `1m 30s`".to_owned(),
        )
    })
}

/// A duration in which a test can end.
fn time_limit(name: &'static str, value: Option<String>) -> Result<Option<Duration>, Error> {
    let limit = duration(name, value.clone())?;
    if limit.is_some_and(|limit| limit.is_zero()) {
        let expected = "a duration in which a test can end, such as `30s`".to_owned();
        return Err(unknown(name, &value.unwrap_or_default(), expected));
    }
    Ok(limit)
}

fn unknown(name: &'static str, value: &str, expected: String) -> Error {
    Repr::Variable {
        name,
        value: value.to_owned(),
        expected,
    }
    .into()
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    fn parse(name: &str, value: &str) -> Result<Env, Error> {
        Env::parse(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn known_values_are_read() {
        assert_eq!(parse("LEAKCHECK", "warn").unwrap().level, Some(Level::Warn));
        assert_eq!(parse("LEAKCHECK", "").unwrap().level, None);
        assert_eq!(
            parse("LEAKCHECK_TRACE", "full").unwrap().trace,
            TraceLevel::Full
        );
        assert_eq!(
            parse("LEAKCHECK_FORMAT", "github").unwrap().format,
            Format::Github
        );
        assert_eq!(
            parse("LEAKCHECK_STACKS", "off").unwrap().stacks,
            Stacks::Off
        );
        let env = parse("LEAKCHECK_SETTLE", "1s 500ms").unwrap();
        assert_eq!(env.options().settle_limit(), Duration::from_millis(1500));
        let env = parse("LEAKCHECK_EXIT_TIMEOUT", "0s").unwrap();
        assert_eq!(env.options().exit_limit(), Some(Duration::ZERO));
        let env = parse("LEAKCHECK_LEVELS", "threads=warn, custom = off").unwrap();
        assert_eq!(
            env.levels,
            [(Kind::Thread, Level::Warn), (Kind::Custom, Level::Off)]
        );
        let env = parse("LEAKCHECK_CANCEL", "1..=20").unwrap();
        assert_eq!(env.cancel, Some(Cancel::at(1..=20)));
        let env = parse("LEAKCHECK_BASELINE", "ci.baseline").unwrap();
        assert_eq!(env.baseline, BaselineFile::Named("ci.baseline".into()));
        let env = parse("LEAKCHECK_BASELINE", "off").unwrap();
        assert_eq!(env.baseline, BaselineFile::Off);
        let env = parse("LEAKCHECK_REPORT_DIR", "all:out").unwrap();
        assert_eq!(env.report_dir, Some(ReportDir::All("out".into())));
        let env = parse("LEAKCHECK_REQUIRE", "tasks, sites").unwrap();
        assert_eq!(
            env.required,
            [(Requirement::Tasks, "tasks"), (Requirement::Sites, "sites")]
        );
    }

    #[test]
    fn unknown_variables_name_the_known_ones() {
        let check = |name: &str| all_are_known([name.to_owned()].into_iter());
        for known in NAMES.into_iter().chain(["LEAKCHECK_TEST_REPEAT", "PATH"]) {
            assert!(check(known).is_ok(), "{known}");
        }
        let error = check("LEAKCHECK_COLOUR").unwrap_err().to_string();
        assert!(error.ends_with(" or `LEAKCHECK_TRACE`"), "{error}");
        let error = check("LEAKCHECK_SETLE").unwrap_err().to_string();
        assert_eq!(
            error,
            "failed to read LEAKCHECK_SETLE: there is no such variable: expected `LEAKCHECK`, `LEAKCHECK_BASELINE`, \
             `LEAKCHECK_CANCEL`, `LEAKCHECK_EXIT_TIMEOUT`, `LEAKCHECK_FORMAT`, `LEAKCHECK_LEVELS`, `LEAKCHECK_REPORT_DIR`, \
             `LEAKCHECK_REQUIRE`, `LEAKCHECK_SETTLE`, \
             `LEAKCHECK_STACKS`, `LEAKCHECK_TIMEOUT` or `LEAKCHECK_TRACE`; did you mean `LEAKCHECK_SETTLE`?"
        );
    }

    #[test]
    fn unknown_values_name_the_known_ones() {
        for (name, value, expected) in [
            (
                "LEAKCHECK",
                "yes",
                "failed to read LEAKCHECK=\"yes\": expected `deny`, `warn` or `off`",
            ),
            (
                "LEAKCHECK_LEVELS",
                "threads=of",
                "failed to read LEAKCHECK_LEVELS=\"threads=of\": expected a list such as `threads=warn,custom=off`, of \
                 `tasks`, `threads`, `timers`, `fds`, `processes`, `temp_files`, `heap` or `custom`, each with `deny`, `warn` or `off`",
            ),
            (
                "LEAKCHECK_STACKS",
                "yes",
                "failed to read LEAKCHECK_STACKS=\"yes\": expected `on` or `off`",
            ),
            (
                "LEAKCHECK_SETTLE",
                "soon",
                "failed to read LEAKCHECK_SETTLE=\"soon\": expected a duration such as `500ms`, `2s` or `1m 30s`",
            ),
            (
                "LEAKCHECK_TIMEOUT",
                "0s",
                "failed to read LEAKCHECK_TIMEOUT=\"0s\": expected a duration in which a test can end, such as `30s`",
            ),
            (
                "LEAKCHECK_CANCEL",
                "eech",
                "failed to read LEAKCHECK_CANCEL=\"eech\": expected `each`, `off`, one await such as `3`, or a range such \
                 as `1..20`",
            ),
            (
                "LEAKCHECK_REQUIRE",
                "tasks,everything",
                "failed to read LEAKCHECK_REQUIRE=\"tasks,everything\": expected a list of `tasks`, `threads`, \
                 `timers`, `fds`, `processes`, `temp_files`, `heap`, `sites` or `states`",
            ),
        ] {
            assert_eq!(parse(name, value).unwrap_err().to_string(), expected);
        }
    }
}
