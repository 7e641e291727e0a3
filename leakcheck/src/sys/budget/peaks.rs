//! Who had made what was alive at peaks above budgets: a record for each, of which the highest of a scope and kind stays.

use super::census::{Census, SITES};
use crate::{
    base::{
        model::Limited,
        sync::{AtomicU32, AtomicUsize, Ordering},
    },
    sys::{StaticTable, table::Records},
};

/// A peak.
#[derive(Debug, Default)]
struct Facts {
    limited: AtomicU32,
    alive: AtomicUsize,
    sites: [Site; SITES],
}

#[derive(Debug, Default)]
struct Site {
    origin: AtomicU32,
    count: AtomicU32,
}

/// Who had made what was alive when that was looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Makers {
    /// How much was alive then.
    pub(crate) alive: usize,
    /// The paths that had made it, as far as there was room, and how much each.
    pub(crate) paths: Vec<(u32, usize)>,
}

impl Makers {
    /// Nothing, unless it is of this peak, or of when there were an eighth less.
    pub(super) fn if_near(self, peak: usize) -> Self {
        if self.alive <= peak && peak <= self.alive + (self.alive / 8).max(1) {
            self
        } else {
            Self::default()
        }
    }
}

#[cfg(not(leakcheck_loom))]
static RECORDS: Records<Facts> = Records::new(StaticTable::new());
#[cfg(leakcheck_loom)]
loom::lazy_static! {
    static ref RECORDS: Records<Facts> = Records::new(StaticTable::new());
}

/// Keeps a peak, in the place of lower ones.
pub(super) fn publish(scope: u64, limited: Limited, census: &Census) {
    let key = RECORDS.any_key();
    let Some(claim) = RECORDS.claim(key) else {
        return;
    };
    let own = claim.number;
    claim.publish(key, scope, |facts| {
        facts.limited.store(limited as u32, Ordering::Relaxed);
        facts.alive.store(census.alive, Ordering::Relaxed);
        for (site, (origin, count)) in facts.sites.iter().zip(census.sites) {
            site.origin.store(origin, Ordering::Relaxed);
            site.count.store(count, Ordering::Relaxed);
        }
    });
    for other in RECORDS.live(Some(scope), Facts::head) {
        let (kind, alive) = other.facts;
        if other.number != own && kind == limited as u32 && alive <= census.alive {
            end(other.number);
        }
    }
}

/// Those of the highest peak that is kept; of nothing where none is.
pub(super) fn makers(scope: u64, limited: Limited) -> Makers {
    let kept = RECORDS.live(Some(scope), |facts| (facts.head(), facts.makers()));
    kept.filter(|seen| seen.facts.0.0 == limited as u32)
        .map(|seen| seen.facts.1)
        .max_by_key(|makers| makers.alive)
        .unwrap_or_default()
}

/// Those of the scope are of no interest any more.
pub(super) fn forget(scope: u64) {
    for seen in RECORDS.live(Some(scope), |_| ()) {
        end(seen.number);
    }
}

fn end(number: u64) {
    // No scope counts it.
    let _ended = RECORDS.end(number);
}

impl Facts {
    /// Its kind, and how much was alive.
    fn head(&self) -> (u32, usize) {
        let alive = self.alive.load(Ordering::Relaxed);
        (self.limited.load(Ordering::Relaxed), alive)
    }

    fn makers(&self) -> Makers {
        let path = |site: &Site| {
            let count = site.count.load(Ordering::Relaxed);
            let origin = site.origin.load(Ordering::Relaxed);
            (count != 0).then_some((origin, count as usize))
        };
        Makers {
            alive: self.alive.load(Ordering::Relaxed),
            paths: self.sites.iter().filter_map(path).collect(),
        }
    }
}
