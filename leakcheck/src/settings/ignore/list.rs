//! Sorts findings into accepted and not, and says which rule accepted what.

use super::{Ignore, builtin, near_miss::near_miss, registered};
use crate::base::model::{Accepted, Ignored, Leak, Remark, RuntimeRelation};

/// Findings after the rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) leaks: Vec<Leak>,
    pub(crate) ignored: Vec<Ignored>,
    /// What a reader of the report should know about the rules.
    pub(crate) notes: Vec<Remark>,
}

/// Tries the user's rules in order, then those that libraries registered, then the built-in ones.
pub(crate) fn sort(found: Vec<Leak>, rules: &[Ignore]) -> Sorted {
    let mut sorted = Sorted::default();
    let registered = registered::rules();
    let all = rules.iter().chain(&registered).chain(builtin::rules());
    let (expired, all): (Vec<&Ignore>, Vec<&Ignore>) =
        all.partition(|rule| rule.expired().is_some());
    let mut used = vec![0_usize; all.len()];
    for mut leak in found {
        for (rule, used) in all.iter().zip(&mut used) {
            if leak.count == 0 {
                break;
            }
            // A runtime that the check shut down has no business with its threads any more.
            if rule.built_in && leak.relation == RuntimeRelation::Member || !rule.accepts(&leak) {
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
    let would_accept = |rule: &&Ignore| sorted.leaks.iter().any(|leak| rule.accepts(leak));
    let missed = expired.into_iter().filter(would_accept).map(expiry);
    sorted.notes.extend(missed.collect::<Vec<_>>());
    let unused = rules.iter().filter(|rule| rule.expired().is_none());
    let unused = unused.filter(|rule| !sorted.ignored.iter().any(|used| is_of(used, rule)));
    let missed = unused.filter_map(|rule| Some((rule, near_miss(rule, &sorted.leaks)?)));
    let missed = missed.map(|(rule, meant)| Remark::NearMiss {
        rule: rule.shown(),
        meant,
    });
    sorted.notes.extend(missed.collect::<Vec<_>>());
    sorted
}

fn note(ignored: &mut Vec<Ignored>, rule: &Ignore, leak: &Leak, count: usize) {
    let is_entry = |entry: &Ignored| is_of(entry, rule) && entry.kind == leak.kind;
    let place = ignored.iter().position(is_entry);
    let place = place.unwrap_or_else(|| {
        ignored.push(Ignored {
            rule: rule.describe(),
            reason: rule.reason().to_owned(),
            source: rule.source().map(ToOwned::to_owned),
            count: 0,
            kind: leak.kind,
            built_in: rule.built_in,
            accepted: Accepted::default(),
        });
        ignored.len() - 1
    });
    let entry = &mut ignored[place];
    entry.count += count;
    // Nobody can narrow what comes with the library.
    if let Some((by, frame)) = rule.site(leak).filter(|_| !rule.built_in) {
        entry.accepted.add(by, frame, count);
    }
}

fn is_of(entry: &Ignored, rule: &Ignore) -> bool {
    entry.rule == rule.describe() && entry.source.as_deref() == rule.source()
}

fn over_limit(rule: &Ignore, room: usize) -> Remark {
    Remark::OverLimit {
        rule: rule.shown(),
        limit: rule.limit().unwrap_or(room),
    }
}

fn expiry(rule: &Ignore) -> Remark {
    Remark::Expired {
        rule: rule.shown(),
        day: rule.expired().unwrap_or_default().to_owned(),
    }
}
