//! Leaks that are known, by the file of the project.

use std::collections::HashMap;

use leakcheck_report::baseline::{Key, Line, Why};

use super::file::File;
use crate::base::{
    error::Error,
    model::{Leak, Remark, Subject},
};

/// Known leaks, and how many of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    name: String,
    counts: HashMap<Key, usize>,
}

fn key(subject: &Subject, leak: &Leak) -> Key {
    let Subject {
        package,
        binary,
        test,
        ..
    } = subject;
    let test = (package.as_deref(), &**binary, &**test);
    Key::new(test, leak.kind.name(), &leak.fingerprint)
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
    /// At the first line that is not understood.
    pub(super) fn read(file: &File) -> Result<Self, Error> {
        let mut counts: HashMap<Key, usize> = HashMap::new();
        let mut start = 0;
        for (number, whole) in file.text().split_inclusive('\n').enumerate() {
            let line = Line::read(whole.trim_end_matches(['\n', '\r']), number == 0);
            let line = line.map_err(|error| file.error(start + error.at, error.why.to_string()))?;
            if let Line::Known(key, known) = line {
                // Of lines that two branches have written the higher number is right for both.
                let before = counts.entry(key).or_default();
                *before = known.count.max(*before);
            }
            start += whole.len();
        }
        if start == 0 {
            return Err(file.error(0, Why::NoVersion.to_string()));
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
            let key = key(subject, &leak);
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
