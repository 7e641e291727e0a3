//! The rules of `leakcheck.toml`: one `[[ignore]]` each.

use leakcheck_report::{plural::one_of, rule, suggest::suggestion};
use toml::de::{DeTable, DeValue};

use super::{date::Date, entry::Entry, file::File};
use crate::{
    base::{error::Error, model::Kind},
    settings::ignore::Ignore,
};

/// Makes a rule of a pattern.
type Make = fn(&str) -> Ignore;

/// What a rule may go by, and the constructor of that name.
const PATTERNS: [(&str, Make); 4] = [
    (rule::CREATED_BY, Ignore::created_by),
    (rule::TOP_FUNCTION, Ignore::top_function),
    (rule::ANY_FUNCTION, Ignore::any_function),
    (rule::THREAD_NAME, Ignore::thread_name),
];

/// What else a rule may say.
const KEYS: [&str; 4] = ["kind", "reason", "at_most", "expires"];

/// One rule, as far as it was read.
#[derive(Default)]
struct Parts {
    rule: Option<Ignore>,
    name: &'static str,
    /// With the place of the value.
    kinds: Option<(Vec<Kind>, usize)>,
    reason: Option<String>,
    at_most: Option<usize>,
    expires: Option<Date>,
}

/// Reads the rules in their order.
pub(super) fn read(entry: &Entry<'_>, today: Date) -> Result<Vec<Ignore>, Error> {
    let form = "rules, each under a `[[ignore]]` of its own";
    let DeValue::Array(tables) = entry.value.get_ref() else {
        return Err(entry.expected(form));
    };
    let mut rules: Vec<(Ignore, usize)> = Vec::new();
    for table in tables {
        let at = table.span().start;
        let DeValue::Table(parts) = table.get_ref() else {
            return Err(entry.expected(form));
        };
        let rule = one(entry.file, at, parts, today)?;
        if let Some((_, before)) = rules.iter().find(|(known, _)| known.is_like(&rule)) {
            let line = entry.file.line(*before);
            let what = format!("this rule is in line {line} already: keep one of them");
            return Err(entry.file.error(at, what));
        }
        rules.push((rule, at));
    }
    Ok(rules.into_iter().map(|(rule, _)| rule).collect())
}

fn one(file: &File, at: usize, entries: &DeTable<'_>, today: Date) -> Result<Ignore, Error> {
    let mut parts = Parts::default();
    for entry in Entry::all(file, entries) {
        parts.add(&entry)?;
    }
    let Some(mut rule) = parts.rule else {
        let patterns = one_of(rule::PATTERNS);
        return Err(file.error(at, format!("this rule has no pattern: give it {patterns}")));
    };
    let Some(reason) = parts.reason else {
        let what = "this rule has no `reason`: say why it is accepted; reports quote it";
        return Err(file.error(at, what));
    };
    rule = rule.because(&reason).written_in(file.place(at));
    if let Some((kinds, at)) = parts.kinds {
        if parts.name == rule::THREAD_NAME && kinds.iter().any(|kind| *kind != Kind::Thread) {
            return Err(file.error(at, "`thread_name` is about threads: leave `kind` out"));
        }
        rule = kinds.into_iter().fold(rule, Ignore::on);
    }
    if let Some(most) = parts.at_most {
        rule = rule.at_most(most);
    }
    if let Some(day) = parts.expires.filter(|day| *day <= today) {
        rule = rule.expired_on(day.to_string());
    }
    Ok(rule)
}

impl Parts {
    fn add(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        let pattern = PATTERNS.iter().find(|(name, _)| *name == entry.name());
        if let Some((name, make)) = pattern {
            return self.pattern(entry, name, *make);
        }
        match entry.name() {
            "kind" => self.kinds = Some((kinds(entry)?, entry.at().start)),
            "reason" => {
                let reason = entry.text().filter(|reason| !reason.trim().is_empty());
                let reason = reason.ok_or_else(|| entry.expected("a sentence that says why"))?;
                self.reason = Some(reason.to_owned());
            }
            "at_most" => self.at_most = Some(number(entry)?),
            "expires" => self.expires = Some(day(entry)?),
            _ => {
                let known: Vec<_> = rule::PATTERNS.into_iter().chain(KEYS).collect();
                return Err(entry.unknown_key(&known));
            }
        }
        Ok(())
    }

    fn pattern(&mut self, entry: &Entry<'_>, name: &'static str, make: Make) -> Result<(), Error> {
        if self.rule.is_some() {
            let what = format!(
                "this rule has `{}` already: a rule goes by one pattern, so write two rules",
                self.name
            );
            return Err(entry.file.error(entry.key.span().start, what));
        }
        let form = "a whole path or name, or a glob such as \"my_app::metrics::*\"";
        let pattern = entry.text().ok_or_else(|| entry.expected(form))?;
        if let Some(mistake) = rule::mistake(pattern) {
            return Err(entry.wrong(format!("`{name}` is {pattern:?}: {mistake}")));
        }
        self.rule = Some(make(pattern));
        self.name = name;
        Ok(())
    }
}

/// One kind, or a list.
fn kinds(entry: &Entry<'_>) -> Result<Vec<Kind>, Error> {
    let names = || Kind::ALL.iter().map(|kind| kind.name());
    let meant = |value: &DeValue<'_>| match value {
        DeValue::String(word) => suggestion(word, names()),
        _ => String::new(),
    };
    let read = |value: &DeValue<'_>| match value {
        DeValue::String(word) => Kind::chosen(word),
        _ => None,
    };
    match entry.value.get_ref() {
        DeValue::Array(list) if !list.is_empty() => list
            .iter()
            .map(|value| {
                let entry = Entry { value, ..*entry };
                let words = one_of(names()) + &meant(value.get_ref());
                read(value.get_ref()).ok_or_else(|| entry.expected(&words))
            })
            .collect(),
        one => Ok(vec![read(one).ok_or_else(|| {
            entry.expected(&format!(
                "{}, or a list of them{}",
                one_of(names()),
                meant(one)
            ))
        })?]),
    }
}

fn number(entry: &Entry<'_>) -> Result<usize, Error> {
    let read = match entry.value.get_ref() {
        DeValue::Integer(number) => usize::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    let read = read.filter(|number| *number > 0);
    read.ok_or_else(|| entry.wrong("`at_most` is a number from 1 on".to_owned()))
}

/// A day in quotes, or as TOML writes dates.
fn day(entry: &Entry<'_>) -> Result<Date, Error> {
    let read = match entry.value.get_ref() {
        DeValue::String(day) => Date::parse(day),
        DeValue::Datetime(day) => Date::parse(&day.to_string()),
        _ => None,
    };
    read.ok_or_else(|| entry.expected("a day of the calendar, such as \"2027-01-31\""))
}
