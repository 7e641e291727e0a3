//! Where in a table the entries of one scope are, roughly: neighbours in memory are neighbours there, so that a few ranges have
//! them all, and a check need not search the whole table.

use std::ops::RangeInclusive;

use crate::base::sync::{AtomicU32, Ordering};

/// Places that are closer than this are of one range.
const NEAR: u32 = 1 << 8;
/// Ranges that are kept: what is left of a cache line.
const RANGES: usize = 4;

/// Ranges of places. Nothing is lost between threads that note at once, but a range may be there twice.
#[derive(Debug, Default)]
pub(crate) struct SlotRanges {
    /// How many ranges were begun; beyond those that fit, nothing is known.
    begun: AtomicU32,
    ranges: [Range; RANGES],
}

#[derive(Debug, Default)]
struct Range {
    /// The lowest and the highest place, each plus one; 0 where the range was just begun.
    low: AtomicU32,
    high: AtomicU32,
}

impl SlotRanges {
    #[cfg(not(leakcheck_loom))]
    pub(crate) const fn new() -> Self {
        Self {
            begun: AtomicU32::new(0),
            ranges: [const {
                Range {
                    low: AtomicU32::new(0),
                    high: AtomicU32::new(0),
                }
            }; RANGES],
        }
    }

    /// Notes a place.
    #[inline]
    pub(crate) fn note(&self, place: u32) {
        let begun = self.begun.load(Ordering::Relaxed) as usize;
        if begun > RANGES
            || self
                .ranges
                .iter()
                .take(begun)
                .any(|range| range.take(place))
        {
            return;
        }
        let next = self.begun.fetch_add(1, Ordering::Relaxed) as usize;
        if let Some(range) = self.ranges.get(next) {
            range.low.store(place + 1, Ordering::Relaxed);
            range.high.store(place + 1, Ordering::Relaxed);
        }
    }

    /// Ranges that have all places that were noted and so many after each, no place twice; `None` where they are too many to
    /// tell.
    pub(crate) fn noted(&self, after: u32) -> Option<Vec<RangeInclusive<u32>>> {
        let begun = self.begun.load(Ordering::Relaxed) as usize;
        let ranges = self.ranges.get(..begun)?;
        let noted = ranges.iter().filter_map(|range| {
            let low = range.low.load(Ordering::Relaxed).checked_sub(1)?;
            let high = range.high.load(Ordering::Relaxed).checked_sub(1)?;
            Some((low, high + after))
        });
        let mut noted: Vec<(u32, u32)> = noted.collect();
        noted.sort_unstable();
        let mut apart: Vec<RangeInclusive<u32>> = Vec::with_capacity(noted.len());
        for (low, high) in noted {
            match apart.last_mut() {
                Some(last) if low <= *last.end() => {
                    *last = *last.start()..=high.max(*last.end());
                }
                _ => apart.push(low..=high),
            }
        }
        Some(apart)
    }

    /// What was noted so far is of no interest. Nobody may note meanwhile what is.
    pub(crate) fn forget(&self) {
        for range in &self.ranges {
            range.low.store(0, Ordering::Relaxed);
            range.high.store(0, Ordering::Relaxed);
        }
        self.begun.store(0, Ordering::Relaxed);
    }
}

impl Range {
    /// Extends the range to the place, if that is near.
    #[inline]
    fn take(&self, place: u32) -> bool {
        let low = self.low.load(Ordering::Relaxed);
        let high = self.high.load(Ordering::Relaxed);
        let place = place + 1;
        if low == 0 || high == 0 || place + NEAR < low || place > high + NEAR {
            return false;
        }
        if place < low {
            self.low.fetch_min(place, Ordering::Relaxed);
        }
        if place > high {
            self.high.fetch_max(place, Ordering::Relaxed);
        }
        true
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    fn has(places: &SlotRanges, place: u32) -> bool {
        let ranges = places.noted(0).expect("they fit");
        ranges.iter().any(|range| range.contains(&place))
    }

    #[test]
    fn neighbours_are_of_one_range() {
        let places = SlotRanges::default();
        let all = [
            NEAR * 3,
            NEAR * 3 + 7,
            NEAR * 4,
            NEAR * 2 + 1,
            NEAR * 5,
            0,
            1,
        ];
        for place in all {
            places.note(place);
        }
        assert!(all.iter().all(|place| has(&places, *place)));
        assert!(!has(&places, NEAR));
        assert!(!has(&places, NEAR * 5 + 1));
        assert_eq!(places.noted(0).map(|noted| noted.len()), Some(2));
        assert_eq!(places.noted(NEAR * 2), Some(vec![0..=NEAR * 7]));
    }

    #[test]
    fn too_many_are_not_told() {
        let places = SlotRanges::default();
        for far in 0..4 {
            places.note(far * NEAR * 10);
        }
        assert!(has(&places, NEAR * 30));
        places.note(NEAR * 100);
        assert_eq!(places.noted(0), None);
        places.note(0);
        assert_eq!(places.noted(0), None);
    }

    #[test]
    fn what_is_forgotten_does_not_come_back() {
        let places = SlotRanges::default();
        places.note(7);
        places.note(NEAR * 10);
        places.forget();
        assert_eq!(places.noted(0), Some(Vec::new()));
        places.note(NEAR * 20);
        assert!(has(&places, NEAR * 20) && !has(&places, 7));
        places.note(NEAR * 30);
        assert!(!has(&places, NEAR * 10));
    }

    #[test]
    fn no_place_is_lost_between_threads() {
        for _ in 0..if cfg!(miri) { 3 } else { 100 } {
            let places = SlotRanges::default();
            std::thread::scope(|threads| {
                for first in [0, 500] {
                    let places = &places;
                    threads
                        .spawn(move || (first..first + 100).for_each(|place| places.note(place)));
                }
            });
            assert!((0..100).chain(500..600).all(|place| has(&places, place)));
        }
    }
}
