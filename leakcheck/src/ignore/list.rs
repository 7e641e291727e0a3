//! Sorts findings into accepted and not, and says which rule accepted what.

use super::{Ignore, builtin};
use crate::model::{Ignored, Leak, Tie};

/// Findings after the rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) leaks: Vec<Leak>,
    pub(crate) ignored: Vec<Ignored>,
    /// What a reader of the report should know about the rules.
    pub(crate) notes: Vec<String>,
}

/// Tries the user's rules in order, then the built-in ones.
pub(crate) fn sort(found: Vec<Leak>, rules: &[Ignore]) -> Sorted {
    let mut sorted = Sorted::default();
    let all: Vec<&Ignore> = rules.iter().chain(builtin::rules()).collect();
    let mut used = vec![0_usize; all.len()];
    for mut leak in found {
        for (rule, used) in all.iter().zip(&mut used) {
            if leak.count == 0 {
                break;
            }
            // A runtime that the check shut down has no business with its threads any more.
            if rule.built_in && leak.tie == Tie::Member || !rule.accepts(&leak) {
                continue;
            }
            let room = rule
                .limit()
                .map_or(usize::MAX, |limit| limit.saturating_sub(*used));
            let taken = leak.count.min(room);
            *used += taken;
            leak.count -= taken;
            if taken > 0 {
                note(&mut sorted.ignored, rule, &leak, taken);
            }
            if leak.count > 0 && room != usize::MAX {
                sorted.notes.push(over_limit(rule, room));
            }
        }
        if leak.count > 0 {
            sorted.leaks.push(leak);
        }
    }
    sorted
}

fn note(ignored: &mut Vec<Ignored>, rule: &Ignore, leak: &Leak, count: usize) {
    let entry = ignored
        .iter_mut()
        .find(|entry| entry.rule == rule.describe() && entry.kind == leak.kind);
    if let Some(entry) = entry {
        entry.count += count;
    } else {
        ignored.push(Ignored {
            rule: rule.describe(),
            reason: rule.reason().to_owned(),
            count,
            kind: leak.kind,
            built_in: rule.built_in,
        });
    }
}

fn over_limit(rule: &Ignore, room: usize) -> String {
    let limit = rule.limit().unwrap_or(room);
    format!(
        "{} accepts at most {limit}, and there were more",
        rule.describe()
    )
}
