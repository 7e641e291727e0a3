//! How many things of a kind a test may have at one time, and may make in a second.

use super::Options;
use crate::{
    base::model::Limited,
    settings::{max_live::MaxLive, rate::Rate},
};

impl Options {
    /// Fails the test if more of a kind was alive at one time than this, also where all of it has ended since. Default: no
    /// budgets.
    ///
    /// The report says how many there were at the highest, when that was, and which lines had made most of them. What the test's
    /// threads and tasks make counts as well; what other tests make meanwhile does not. Only while the body runs is anything
    /// counted, and only for a kind with a budget; what was said of other kinds before stays. What a budget amounts to that was
    /// gone over is the [`level_of`](Self::level_of) its kind; a kind that is off, or left out of [`kinds`](Self::kinds), has
    /// none.
    ///
    /// For tests with an attribute: guards, checkpoints and looks refuse it, because they share their scope with all of the test.
    /// The runs of a body that is [cancelled](Self::cancel) have no budgets; those that are
    /// [repeated](macro@crate::leak_checked) share one.
    ///
    /// ```
    /// use leakcheck::{MaxLive, Options, leak_checked};
    ///
    /// fn frugal() -> Options {
    ///     Options::new().max_live(MaxLive::new().threads(8).fds(64))
    /// }
    ///
    /// #[leak_checked(options = frugal, max_live(tasks = 200))] // all three hold
    /// #[tokio::test]
    /// # async fn hidden() {}
    /// async fn serves() { /* .. */ }
    /// ```
    pub fn max_live(mut self, most: MaxLive) -> Self {
        self.max_live = self.max_live.merge(most.limits());
        self
    }

    /// Fails the test if more of a kind began than this in a second, on average over the measured rounds of its
    /// [`repeat`](macro@crate::leak_checked), also where all of it has ended since. Default: no budgets.
    ///
    /// The report says how many began, within how long, and which lines made most of them. What counts is what counts for
    /// [`max_live`](Self::max_live), and the level is that of its kind. Rounds to warm up do not count, and of the others the time
    /// in which the body runs: not that in which its end is waited for and looked at. That is real time, and where the clock of
    /// the runtime is paused at the end of a round, what that clock says has gone by is added.
    ///
    /// Rounds whose bodies take less than a second together count as a second: more than that many have to begin in them. What is
    /// more than is allowed in proportion only is no breach, and the report says that it cannot be told; more rounds help.
    ///
    /// For tests with `repeat` in their attribute. It is an error in the options of other tests, and of guards, checkpoints and
    /// looks; in `leakcheck.toml` and the options of `main!` and `verify_at_exit!` it is for those that repeat.
    ///
    /// ```
    /// use leakcheck::{Options, Rate, leak_checked};
    ///
    /// fn calm() -> Options {
    ///     Options::new().rate(Rate::new().fds(50))
    /// }
    ///
    /// #[leak_checked(repeat = "1:100", options = calm, rate(tasks = 500))] // both hold
    /// #[tokio::test]
    /// # async fn hidden() {}
    /// async fn serves() { /* .. */ }
    /// ```
    pub fn rate(mut self, most: Rate) -> Self {
        self.rate = self.rate.merge(most.limits());
        self
    }

    /// Whether it says how many of any kind may be alive at one time.
    pub(crate) fn has_budgets(&self) -> bool {
        self.max_live.is_any()
    }

    /// Whether it says how many of any kind may begin in a second.
    pub(crate) fn has_rates(&self) -> bool {
        self.rate.is_any()
    }

    /// How many of a kind may be alive at one time, if that is said and the kind is checked.
    pub(crate) fn budget(&self, limited: Limited) -> Option<u32> {
        let most = self.max_live.of(limited)?;
        self.wants(limited.kind()).then_some(most)
    }

    /// The same of how many may begin in a second.
    pub(crate) fn rate_of(&self, limited: Limited) -> Option<u32> {
        let most = self.rate.of(limited)?;
        self.wants(limited.kind()).then_some(most)
    }
}
