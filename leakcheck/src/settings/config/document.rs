//! `leakcheck.toml`, key by key: strict, so that nothing which was meant is left out silently.

use std::{borrow::Cow, ops::Range, time::Duration};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{date::Date, file::File, rule};
use crate::{
    base::{error::Error, model::Kind},
    settings::{
        env::{LEVELS, one_of},
        options::{Level, Options},
    },
};

pub(super) type Key<'f> = Spanned<Cow<'f, str>>;
pub(super) type Value<'f> = Spanned<DeValue<'f>>;

const KEYS: [&str; 6] = [
    "settle",
    "timeout",
    "level",
    "levels",
    "unseen_panics",
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
    for (key, value) in in_order(document.get_ref()) {
        let at = Entry { file, key, value };
        options = match key.get_ref().as_ref() {
            "settle" => options.settle(at.duration()?),
            "timeout" => options.timeout(at.time_limit()?),
            "level" => options.level(at.level()?),
            "unseen_panics" => options.unseen_panics(at.level()?),
            "levels" => levels(file, at.table()?, options)?,
            "ignore" => rule::read(&at, today)?
                .into_iter()
                .fold(options, Options::ignore),
            _ => return Err(at.unknown_key(&KEYS)),
        };
    }
    Ok(options)
}

fn levels(file: &File, table: &DeTable<'_>, mut options: Options) -> Result<Options, Error> {
    for (key, value) in in_order(table) {
        let at = Entry { file, key, value };
        let known = Kind::CHOICES
            .iter()
            .find(|(_, word)| *word == key.get_ref());
        let Some((kind, _)) = known else {
            return Err(at.unknown_key(&Kind::CHOICES.map(|(_, word)| word)));
        };
        options = options.level_of(*kind, at.level()?);
    }
    Ok(options)
}

/// The entries of a table in the order of the file.
pub(super) fn in_order<'t, 'f>(table: &'t DeTable<'f>) -> Vec<(&'t Key<'f>, &'t Value<'f>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// A key and its value.
#[derive(Clone, Copy)]
pub(super) struct Entry<'e> {
    pub(super) file: &'e File,
    pub(super) key: &'e Key<'e>,
    pub(super) value: &'e Value<'e>,
}

impl<'e> Entry<'e> {
    pub(super) fn name(&self) -> &'e str {
        self.key.get_ref()
    }

    pub(super) fn unknown_key(&self, known: &[&'static str]) -> Error {
        let keys = one_of(known.iter().copied());
        let what = format!("unknown key `{}`: expected {keys}", self.name());
        self.file.error(self.key.span().start, what)
    }

    /// The value is not what it should be.
    pub(super) fn expected(&self, what: &str) -> Error {
        let found = match self.value.get_ref() {
            DeValue::String(text) => format!("{:?}", text.as_ref()),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
            _ => self.written().to_owned(),
        };
        self.wrong(format!("`{}` is {found}: expected {what}", self.name()))
    }

    /// The value as the file has it.
    fn written(&self) -> &'e str {
        let text = self.file.text().get(self.value.span());
        text.unwrap_or_default()
    }

    /// What is wrong with the value.
    pub(super) fn wrong(&self, what: String) -> Error {
        self.file.error(self.at().start, what)
    }

    pub(super) fn at(&self) -> Range<usize> {
        self.value.span()
    }

    pub(super) fn text(&self) -> Option<&'e str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }

    fn table(&self) -> Result<&'e DeTable<'e>, Error> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self
                .expected("a table of kinds, each with its level, such as `threads = \"warn\"`")),
        }
    }

    fn duration(&self) -> Result<Duration, Error> {
        let read = self.text().map(humantime::parse_duration);
        let read = read.and_then(Result::ok);
        read.ok_or_else(|| self.expected("a duration such as \"500ms\", \"2s\" or \"1m 30s\""))
    }

    /// A duration in which a test can end.
    fn time_limit(&self) -> Result<Duration, Error> {
        match self.duration()? {
            Duration::ZERO => {
                Err(self.expected("a duration in which a test can end, such as \"30s\""))
            }
            limit => Ok(limit),
        }
    }

    fn level(&self) -> Result<Level, Error> {
        let level = LEVELS.iter().find(|(word, _)| Some(*word) == self.text());
        let level = level.map(|(_, level)| *level);
        level.ok_or_else(|| self.expected(&one_of(LEVELS.iter().map(|(word, _)| *word))))
    }
}
