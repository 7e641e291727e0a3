//! A number for each kind that can have a budget.

use crate::base::model::Limited;

/// At most so many of each kind, whatever is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits([Option<u32>; Limited::ALL.len()]);

impl Limits {
    /// No budget for any kind.
    pub(crate) const fn new() -> Self {
        Self([None; Limited::ALL.len()])
    }

    /// The same with a budget for this kind.
    #[track_caller]
    pub(crate) const fn with(mut self, limited: Limited, most: u32) -> Self {
        assert!(most > 0, "a budget is 1 at least");
        self.0[limited as usize] = Some(most);
        self
    }

    /// Puts `over` on top, kind by kind.
    pub(crate) fn merge(self, over: Self) -> Self {
        let mut limits = over.0;
        for (limit, below) in limits.iter_mut().zip(self.0) {
            *limit = limit.or(below);
        }
        Self(limits)
    }

    /// The budget of a kind, if it has one.
    pub(crate) const fn of(self, limited: Limited) -> Option<u32> {
        self.0[limited as usize]
    }

    /// Whether any kind has one.
    pub(crate) fn is_any(self) -> bool {
        self.0.iter().any(Option::is_some)
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_budget_of_a_kind_holds() {
        let below = Limits::new()
            .with(Limited::Task, 200)
            .with(Limited::Thread, 8);
        let over = Limits::new().with(Limited::Task, 5).with(Limited::Fd, 1);
        let limits = Limited::ALL.map(|limited| below.merge(over).of(limited));
        assert_eq!(limits, [Some(5), Some(8), Some(1), None]);
        assert!(over.is_any() && !Limits::new().is_any());
    }

    #[test]
    #[should_panic(expected = "a budget is 1 at least")]
    fn no_budget_is_zero() {
        let _ = Limits::new().with(Limited::Process, 0);
    }
}
