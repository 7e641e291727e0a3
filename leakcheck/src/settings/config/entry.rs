//! The entries of `leakcheck.toml`, and what is wrong with one.

use std::{borrow::Cow, ops::Range, time::Duration};

use leakcheck_report::{plural::one_of, suggest::suggestion};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::file::File;
use crate::{
    base::error::Error,
    settings::{env::LEVELS, options::Level},
};

/// A key and its value.
#[derive(Clone, Copy)]
pub(super) struct Entry<'e> {
    pub(super) file: &'e File,
    pub(super) key: &'e Spanned<Cow<'e, str>>,
    pub(super) value: &'e Spanned<DeValue<'e>>,
}

impl<'e> Entry<'e> {
    /// Those of a table in the order of the file.
    pub(super) fn all(file: &'e File, table: &'e DeTable<'e>) -> Vec<Self> {
        let entry = |(key, value)| Self { file, key, value };
        let mut all: Vec<Self> = table.iter().map(entry).collect();
        all.sort_by_key(|entry| entry.key.span().start);
        all
    }

    pub(super) fn name(&self) -> &'e str {
        self.key.get_ref()
    }

    pub(super) fn unknown_key(&self, known: &[&'static str]) -> Error {
        let (keys, name) = (one_of(known.iter().copied()), self.name());
        let meant = suggestion(name, known.iter().copied());
        let what = format!("unknown key `{name}`: expected {keys}{meant}");
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

    pub(super) fn table(&self) -> Result<&'e DeTable<'e>, Error> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self
                .expected("a table of kinds, each with its level, such as `threads = \"warn\"`")),
        }
    }

    pub(super) fn budgets(&self) -> Result<&'e DeTable<'e>, Error> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => {
                Err(self
                    .expected("a table of kinds, each with its budget, such as `{ tasks = 200 }`"))
            }
        }
    }

    /// How many of a kind may be alive at one time.
    pub(super) fn budget(&self) -> Result<u32, Error> {
        let number = match self.value.get_ref() {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        number
            .filter(|most| *most > 0)
            .ok_or_else(|| self.expected("a whole number from 1 on, such as 200"))
    }

    pub(super) fn flag(&self) -> Result<bool, Error> {
        match self.value.get_ref() {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.expected("true or false")),
        }
    }

    pub(super) fn duration(&self) -> Result<Duration, Error> {
        let read = self.text().map(humantime::parse_duration);
        let read = read.and_then(Result::ok);
        read.ok_or_else(|| self.expected("a duration such as \"500ms\", \"2s\" or \"1m 30s\""))
    }

    /// A duration in which a test can end.
    pub(super) fn time_limit(&self) -> Result<Duration, Error> {
        match self.duration()? {
            Duration::ZERO => {
                Err(self.expected("a duration in which a test can end, such as \"30s\""))
            }
            limit => Ok(limit),
        }
    }

    pub(super) fn level(&self) -> Result<Level, Error> {
        let level = LEVELS.iter().find(|(word, _)| Some(*word) == self.text());
        let level = level.map(|(_, level)| *level);
        let words = || LEVELS.iter().map(|(word, _)| *word);
        let meant = || suggestion(self.text().unwrap_or_default(), words());
        level.ok_or_else(|| self.expected(&(one_of(words()) + &meant())))
    }
}
