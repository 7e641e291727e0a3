//! From which finding of a report each other one follows, whatever the report says.

use crate::report::Leak;

/// Causes of the findings of one report, and what follows from them. What a report says of findings that it does not have, or
/// of one and itself, says nothing, and a circle has one cause.
#[derive(Debug)]
pub(crate) struct Causes {
    above: Vec<Option<usize>>,
    below: Vec<Vec<usize>>,
    cause: Vec<usize>,
}

impl Causes {
    /// Of these findings.
    pub(crate) fn of(leaks: &[Leak]) -> Self {
        let all = leaks.iter().enumerate();
        let above = all.map(|(at, leak)| {
            let above = leak.follows.as_ref()?.leak;
            (above < leaks.len() && above != at).then_some(above)
        });
        let mut causes = Self {
            above: above.collect(),
            below: vec![Vec::new(); leaks.len()],
            cause: (0..leaks.len()).collect(),
        };
        causes.climb();
        for (at, above) in causes.above.iter().enumerate() {
            if let Some(above) = above {
                causes.below[*above].push(at);
            }
        }
        causes
    }

    /// Finds the cause of each, and looks at none twice.
    fn climb(&mut self) {
        let mut is_seen = vec![false; self.above.len()];
        for first in 0..self.above.len() {
            let (mut at, mut path) = (first, Vec::new());
            let mut is_known = is_seen[at];
            while !is_known {
                is_seen[at] = true;
                path.push(at);
                let Some(next) = self.above[at] else { break };
                is_known = is_seen[next];
                at = next;
            }
            // Whoever comes again on one path is in a circle.
            let cause = if path.contains(&at) {
                self.above[at] = None;
                at
            } else {
                self.cause[at]
            };
            for below in path {
                self.cause[below] = cause;
            }
        }
    }

    /// From which it follows at once.
    pub(crate) fn above(&self, at: usize) -> Option<usize> {
        self.above.get(at).copied().flatten()
    }

    /// From which it follows in the end; itself for a cause.
    pub(crate) fn cause(&self, at: usize) -> usize {
        self.cause.get(at).copied().unwrap_or(at)
    }

    /// What follows from it, each with the number of steps: at once, and then what follows from that.
    pub(crate) fn followers(&self, at: usize) -> Vec<(usize, usize)> {
        let next = |at: usize, steps: usize| {
            let below = self.below.get(at).into_iter().flatten().rev();
            below.map(move |below| (*below, steps))
        };
        let (mut all, mut open) = (Vec::new(), Vec::new());
        open.extend(next(at, 1));
        while let Some((follower, steps)) = open.pop() {
            all.push((follower, steps));
            open.extend(next(follower, steps + 1));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use leakcheck_report::Follows;

    use super::*;

    fn of(follows: &[Option<usize>]) -> Causes {
        let leak = |follows: &Option<usize>| Leak {
            follows: follows.map(|leak| Follows {
                leak,
                because: String::new(),
            }),
            ..Leak::default()
        };
        Causes::of(&follows.iter().map(leak).collect::<Vec<_>>())
    }

    fn causes(follows: &[Option<usize>]) -> Vec<usize> {
        let causes = of(follows);
        (0..follows.len()).map(|at| causes.cause(at)).collect()
    }

    #[test]
    fn each_has_one_cause() {
        assert_eq!(causes(&[None, Some(0), Some(1)]), [0, 0, 0]);
        assert_eq!(causes(&[Some(1), Some(2), None, Some(0)]), [2, 2, 2, 2]);
        assert_eq!(of(&[Some(1), Some(2), None]).followers(2), [(1, 1), (0, 2)]);
    }

    #[test]
    fn what_makes_no_sense_says_nothing() {
        assert_eq!(causes(&[Some(0), Some(7), Some(usize::MAX)]), [0, 1, 2]);
        assert_eq!(causes(&[Some(1), Some(0)]), [0, 0]);
        assert_eq!(causes(&[Some(1), Some(2), Some(1), Some(2)]), [1, 1, 1, 1]);
        let circle = of(&[Some(1), Some(2), Some(1)]);
        assert_eq!(circle.followers(1), [(0, 1), (2, 1)]);
        assert_eq!((circle.above(1), circle.above(2)), (None, Some(1)));
    }

    #[test]
    fn a_long_chain_is_climbed_once() {
        const LENGTH: usize = 100_000;
        let follows: Vec<_> = (0..LENGTH).map(|at| at.checked_add(1)).collect();
        let causes = of(&follows);
        assert_eq!(causes.cause(0), LENGTH - 1);
        assert_eq!(causes.followers(LENGTH - 1).len(), LENGTH - 1);
    }
}
