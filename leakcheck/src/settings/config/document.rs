//! `leakcheck.toml`, key by key: strict, so that nothing which was meant is left out silently.

use toml::de::DeTable;

use super::{date::Date, entry::Entry, file::File, rule};
use crate::{
    base::{
        error::Error,
        model::{Kind, Limited},
    },
    settings::{max_live::MaxLive, options::Options, rate::Rate},
};

const KEYS: [&str; 10] = [
    "settle",
    "timeout",
    "exit_timeout",
    "level",
    "levels",
    "unseen_panics",
    "max_live",
    "rate",
    "end_processes",
    "ignore",
];

/// What the file says, as a layer of options.
///
/// # Errors
///
/// At the first thing in it that is not understood.
pub(super) fn read(file: &File, today: Date) -> Result<Options, Error> {
    let document = DeTable::parse(file.text()).map_err(|error| {
        let at = error.span().unwrap_or_default();
        file.error(
            at.start,
            format!("this is not valid TOML: {}", error.message()),
        )
    })?;
    let mut options = Options::new();
    for at in Entry::all(file, document.get_ref()) {
        options = match at.name() {
            "settle" => options.settle(at.duration()?),
            "timeout" => options.timeout(at.time_limit()?),
            "exit_timeout" => options.exit_timeout(at.duration()?),
            "level" => options.level(at.level()?),
            "unseen_panics" => options.unseen_panics(at.level()?),
            "levels" => levels(file, at.table()?, options)?,
            "max_live" => limits(file, at.budgets()?)?.fold(options, |options, (kind, most)| {
                options.max_live(MaxLive::new().with(kind, most))
            }),
            "rate" => limits(file, at.budgets()?)?.fold(options, |options, (kind, most)| {
                options.rate(Rate::new().with(kind, most))
            }),
            "end_processes" if at.flag()? => options.end_processes(),
            "end_processes" => options,
            "ignore" => rule::read(&at, today)?
                .into_iter()
                .fold(options, Options::ignore),
            _ => return Err(at.unknown_key(&KEYS)),
        };
    }
    Ok(options)
}

fn levels(file: &File, table: &DeTable<'_>, mut options: Options) -> Result<Options, Error> {
    for at in Entry::all(file, table) {
        let Some(kind) = Kind::with_level(at.name()) else {
            return Err(at.unknown_key(&Kind::CHOICES.map(|(_, word)| word)));
        };
        options = options.level_of(kind, at.level()?);
    }
    Ok(options)
}

/// The kinds of a table of budgets, each with its number.
fn limits(file: &File, table: &DeTable<'_>) -> Result<impl Iterator<Item = (Limited, u32)>, Error> {
    let mut limits = Vec::new();
    for at in Entry::all(file, table) {
        let mut all = Limited::ALL.into_iter();
        let Some(limited) = all.find(|limited| limited.word() == at.name()) else {
            return Err(at.unknown_key(&Limited::ALL.map(Limited::word)));
        };
        limits.push((limited, at.budget()?));
    }
    Ok(limits.into_iter())
}
