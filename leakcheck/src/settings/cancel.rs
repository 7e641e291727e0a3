//! At which of its awaits a body is cancelled.

use std::ops::{Bound, RangeBounds};

use leakcheck_report::awaits::Awaits;

/// At how many awaits a body is cancelled at most.
const MOST: u32 = 200;

/// At which of its awaits the body of a test is cancelled, one after the other; see [`Options::cancel`](crate::Options::cancel).
///
/// ```
/// use leakcheck::Cancel;
///
/// let _ = [Cancel::each(), Cancel::at(1..20), Cancel::at(7..=7), Cancel::off()];
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancel(pub(crate) Awaits);

impl Cancel {
    /// At each of them, 200 at most: of more, so many are tried that are evenly spread.
    pub const fn each() -> Self {
        Self(Awaits::EACH)
    }

    /// At those of a range, counted from 1.
    ///
    /// # Panics
    ///
    /// Where there is no await in it.
    pub fn at(awaits: impl RangeBounds<u32>) -> Self {
        let first = match awaits.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 1,
        };
        let last = match awaits.end_bound() {
            Bound::Included(last) => Some(*last),
            Bound::Excluded(end) => Some(end.saturating_sub(1)),
            Bound::Unbounded => None,
        };
        assert!(first > 0, "awaits are counted from 1");
        assert!(
            last.is_none_or(|last| first <= last),
            "there is no await in this range"
        );
        Self(Awaits::From(first, last))
    }

    /// At none, whatever a layer below says.
    pub const fn off() -> Self {
        Self(Awaits::Off)
    }

    /// The awaits to try of a body that came to so many, in this order, until it comes to its end before one; and whether these
    /// are only some of them. What comes to `awaits` once may come to more the next time.
    pub(crate) fn numbers(self, awaits: u32) -> (Vec<u32>, bool) {
        let Awaits::From(first, last) = self.0 else {
            return (Vec::new(), false);
        };
        let last_known = last.unwrap_or(awaits).min(awaits);
        let span = u64::from(last_known.saturating_sub(first)) + 1;
        if span <= u64::from(MOST) {
            let all = first..=last.unwrap_or(u32::MAX);
            return (all.take(MOST as usize).collect(), false);
        }
        let spread = (0..MOST).map(|step| {
            let beyond = u64::from(step) * (span - 1) / u64::from(MOST - 1);
            first + u32::try_from(beyond).unwrap_or(u32::MAX)
        });
        (spread.collect(), true)
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_language() {
        for (range, first, last) in [
            (Cancel::at(1..20), 1, Some(19)),
            (Cancel::at(2..=5), 2, Some(5)),
            (Cancel::at(4..), 4, None),
            (Cancel::at(..=3), 1, Some(3)),
        ] {
            assert_eq!(range.0, Awaits::From(first, last));
        }
        assert_eq!(Cancel::at(..), Cancel::each());
    }

    #[test]
    fn few_are_tried_one_by_one_and_more_are_spread() {
        let first = |cancel: Cancel, awaits| cancel.numbers(awaits).0[..3].to_vec();
        assert_eq!(first(Cancel::each(), 2), [1, 2, 3]);
        assert_eq!(first(Cancel::at(4..), 0), [4, 5, 6]);
        assert_eq!(Cancel::at(2..=3).numbers(9), (vec![2, 3], false));
        assert_eq!(Cancel::off().numbers(9), (Vec::new(), false));
        for awaits in [0, 1, 199, 200] {
            let (numbers, is_spread) = Cancel::each().numbers(awaits);
            assert!(!is_spread && numbers == (1..=200).collect::<Vec<_>>());
        }
        for (cancel, awaits) in [
            (Cancel::each(), 201),
            (Cancel::each(), 100_000),
            (Cancel::at(1..1000), u32::MAX),
            (Cancel::at(50..), 300),
        ] {
            let (numbers, is_spread) = cancel.numbers(awaits);
            assert!(is_spread && numbers.len() == 200, "{cancel:?}");
            assert!(numbers.is_sorted_by(|one, next| one < next), "{cancel:?}");
        }
        let (numbers, _) = Cancel::at(50..).numbers(300);
        assert_eq!((numbers[0], numbers[199]), (50, 300));
    }

    #[test]
    #[should_panic(expected = "there is no await in this range")]
    fn an_empty_range_is_refused() {
        let _ = Cancel::at(3..3);
    }
}
