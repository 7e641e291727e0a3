//! One thing that options set, as `leakcheck.toml` has it.

use std::{fmt, time::Duration};

use crate::base::model::{Kind, Level, Limited};

/// One thing that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    Settle(Duration),
    Timeout(Duration),
    ExitTimeout(Duration),
    Level(Level),
    LevelOf(Kind, Level),
    UnseenPanics(Level),
    MaxLive(Limited, u32),
    Rate(Limited, u32),
    EndProcesses,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: &Duration| humantime::format_duration(*time).to_string();
        let (key, value) = match self {
            Self::Settle(limit) => ("settle", time(limit)),
            Self::Timeout(limit) => ("timeout", time(limit)),
            Self::ExitTimeout(limit) => ("exit_timeout", time(limit)),
            Self::Level(level) => ("level", word(*level).to_owned()),
            Self::UnseenPanics(level) => ("unseen_panics", word(*level).to_owned()),
            Self::EndProcesses => return f.write_str("`end_processes = true`"),
            Self::MaxLive(limited, most) => {
                return write!(f, "`max_live.{} = {most}`", limited.word());
            }
            Self::Rate(limited, most) => {
                return write!(f, "`rate.{} = {most}`", limited.word());
            }
            Self::LevelOf(kind, level) => {
                let known = Kind::CHOICES.iter().find(|(other, _)| other == kind);
                let kind = known.map_or("", |(_, word)| *word);
                return write!(f, "`levels.{kind} = {:?}`", word(*level));
            }
        };
        write!(f, "`{key} = {value:?}`")
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Off => "off",
        Level::Warn => "warn",
        Level::Deny => "deny",
    }
}
