//! Leaks that are known: a line each, in a file that a tool writes and that two branches may merge line by line.

use std::{borrow::Cow, collections::HashMap};

use leakcheck_report::plural::one_of;

use super::file::File;
use crate::{
    base::error::Error,
    base::model::{Kind, Leak, Remark, Subject},
};

/// What the first line begins with; the version follows.
const HEADER: &str = "leakcheck baseline ";

/// The version of the format.
const VERSION: u32 = 1;

const FORM: &str = "`package binary test kind fingerprint count`, with one space between them, and then what tells a reader \
                    where it is";

/// Known leaks, and how many of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    name: String,
    counts: HashMap<Key, usize>,
}

/// What a line is about: the first five fields as they stand there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key([String; 5]);

impl Key {
    fn of(subject: &Subject, leak: &Leak) -> Self {
        let package = subject.package.as_deref().unwrap_or("-");
        let kind = leak.kind.name();
        Self(
            [
                package,
                &subject.binary,
                &subject.test,
                kind,
                &leak.fingerprint,
            ]
            .map(|text| field(text).into_owned()),
        )
    }
}

/// A text as a field: what would end it stands there as `%` and two digits.
fn field(text: &str) -> Cow<'_, str> {
    let ends = |c: char| c == ' ' || c == '%' || c.is_ascii_control();
    if !text.contains(ends) {
        return text.into();
    }
    let escaped = text.chars().map(|c| match c {
        c if ends(c) => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    });
    escaped.collect::<String>().into()
}

/// Findings apart by whether they are known.
#[derive(Debug, Default)]
pub(crate) struct Split {
    pub(crate) leaks: Vec<Leak>,
    pub(crate) known: Vec<Leak>,
    /// What a reader of the report should know about this.
    pub(crate) notes: Vec<Remark>,
}

impl Split {
    /// Where nothing is known.
    pub(crate) fn of_unknown(leaks: Vec<Leak>) -> Self {
        Self {
            leaks,
            ..Self::default()
        }
    }
}

impl Baseline {
    /// # Errors
    ///
    /// At the first line that is not understood: a leak that is lost from the file by accident would be reported as new.
    pub(super) fn read(file: &File) -> Result<Self, Error> {
        let mut counts: HashMap<Key, usize> = HashMap::new();
        let mut start = 0;
        for (number, whole) in file.text().split_inclusive('\n').enumerate() {
            let line = whole.trim_end_matches(['\n', '\r']);
            let error = |column: usize, what: String| file.error(start + column, what);
            if number == 0 || line.starts_with(HEADER) && line.split(' ').count() == 3 {
                header(line).map_err(|what| error(0, what))?;
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                let (key, count) = entry(line).map_err(|(column, what)| error(column, what))?;
                // Of lines that two branches have written the higher number is right for both.
                let known = counts.entry(key).or_default();
                *known = count.max(*known);
            }
            start += whole.len();
        }
        if file.text().is_empty() {
            header("").map_err(|what| file.error(0, what))?;
        }
        Ok(Self {
            name: file.name().to_owned(),
            counts,
        })
    }

    /// Tells the known leaks of a test from the others. As many are known as are listed; a panic never is.
    pub(crate) fn split(&self, subject: &Subject, found: Vec<Leak>) -> Split {
        let mut split = Split::default();
        let mut used: HashMap<Key, usize> = HashMap::new();
        for leak in found {
            let key = Key::of(subject, &leak);
            let listed = self.counts.get(&key).copied().unwrap_or(0);
            if listed == 0 || leak.panic.is_some() {
                split.leaks.push(leak);
                continue;
            }
            let used = used.entry(key).or_default();
            let known = leak.count.min(listed.saturating_sub(*used));
            *used += leak.count;
            let part = |count| Leak {
                count,
                ..leak.clone()
            };
            if known > 0 {
                split.known.push(part(known));
            }
            if known < leak.count {
                split.leaks.push(part(leak.count - known));
                split.notes.push(Remark::BeyondBaseline {
                    file: self.name.clone(),
                    listed,
                    fingerprint: leak.fingerprint.clone(),
                    found: *used,
                });
            }
        }
        split
    }
}

fn header(line: &str) -> Result<(), String> {
    let version = line.strip_prefix(HEADER);
    match version.and_then(|version| version.parse::<u32>().ok()) {
        Some(VERSION) => Ok(()),
        Some(version) if version > VERSION => Err(format!(
            "this is version {version} of the format, and this release of leakcheck reads version {VERSION}: use a later \
             release, or write the file anew with this one"
        )),
        _ => Err(format!("expected `{HEADER}{VERSION}` in the first line")),
    }
}

/// What a line says, or what is wrong with it and where.
fn entry(line: &str) -> Result<(Key, usize), (usize, String)> {
    const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    if MARKS.iter().any(|mark| line.starts_with(mark)) {
        let what = "a merge was left here: keep the lines of both sides, which is always right, and let git do so with \
                    `leakcheck.baseline merge=union` in `.gitattributes`";
        return Err((0, what.to_owned()));
    }
    let mut fields = line.splitn(7, ' ');
    let mut column = 0;
    let mut next = |is_valid: &dyn Fn(&str) -> bool, form: &str| {
        let at = column;
        let field = fields.next();
        let Some(field) = field.filter(|field| !field.is_empty()) else {
            let what = format!("a field is missing here: expected {FORM}");
            return Err((at.min(line.len()), what));
        };
        column += field.len() + 1;
        if is_valid(field) {
            Ok(field)
        } else {
            Err((at, format!("`{field}` is not {form}")))
        }
    };
    let any = |_: &str| true;
    let is_fingerprint = |text: &str| {
        text.len() == 16 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_count = |text: &str| text.parse::<usize>().is_ok_and(|count| count > 0);
    let (package, binary, test) = (next(&any, "")?, next(&any, "")?, next(&any, "")?);
    let kinds = one_of(Kind::ALL.iter().map(|kind| kind.name()));
    let kind = next(
        &|text| Kind::named(text).is_some(),
        &format!("a kind: expected {kinds}"),
    )?;
    let fingerprint = next(
        &is_fingerprint,
        "a fingerprint: expected 16 digits from `0` to `f`",
    )?;
    let count = next(&is_count, "a number from 1 on")?;
    let key = [package, binary, test, kind, fingerprint].map(ToOwned::to_owned);
    Ok((Key(key), count.parse().unwrap_or(1)))
}
