//! What a check is asked to do: one struct for the attribute, the builder and the environment, and one merge.

use std::time::Duration;

use crate::{
    ignore::Ignore,
    model::{Kind, Leak},
    sources,
};

/// What happens when something was left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing is checked.
    Off,
    /// The report is printed; the test passes.
    Warn,
    /// The report is printed and the test fails. The default.
    Deny,
}

/// How a check is made and what it accepts.
///
/// What is not set comes from the next layer down: environment, attribute, `options = ..` function, default. Ignore
/// rules of all layers add up.
///
/// ```
/// use std::time::Duration;
/// use leakcheck::{Kind, Options};
///
/// let options = Options::new()
///     .ignore_created_by("my_app::metrics::*")
///     .ignore_thread_name("metrics-*")
///     .kinds([Kind::Task, Kind::Thread])
///     .settle(Duration::from_millis(300));
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until a check is given them"]
pub struct Options {
    rules: Vec<Ignore>,
    settle: Option<Duration>,
    timeout: Option<Duration>,
    level: Option<Level>,
    kinds: Option<Vec<Kind>>,
}

/// How long a check waits for things to end, where nothing else is said.
pub(crate) const DEFAULT_SETTLE: Duration = Duration::from_secs(1);

impl Options {
    /// The defaults: everything that can be seen, a second to settle, fail on a leak, built-in rules only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule.
    pub fn ignore(mut self, rule: Ignore) -> Self {
        self.rules.push(rule);
        self
    }

    /// Accepts what waits in this function; see [`Ignore::top_function`].
    pub fn ignore_top_function(self, pattern: &str) -> Self {
        self.ignore(Ignore::top_function(pattern))
    }

    /// Accepts what has this function on its current stack; see [`Ignore::any_function`].
    pub fn ignore_any_function(self, pattern: &str) -> Self {
        self.ignore(Ignore::any_function(pattern))
    }

    /// Accepts what has this function on the stack that created it; see [`Ignore::created_by`].
    pub fn ignore_created_by(self, pattern: &str) -> Self {
        self.ignore(Ignore::created_by(pattern))
    }

    /// Accepts threads of this name; see [`Ignore::thread_name`].
    pub fn ignore_thread_name(self, pattern: &str) -> Self {
        self.ignore(Ignore::thread_name(pattern))
    }

    /// Accepts everything that is alive at this moment, whoever made it.
    pub fn ignore_current(self) -> Self {
        self.ignore(Ignore::current(sources::everything()).because("alive before the check"))
    }

    /// Accepts what `accept` says yes to, for a stated reason.
    pub fn ignore_if(
        self,
        reason: &str,
        accept: impl Fn(&Leak) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.ignore(Ignore::matching(accept).because(reason))
    }

    /// Waits this long for things to end before they count as left behind. Default: 1 s.
    ///
    /// Only a check that finds something waits at all, and it stops as soon as nothing is left.
    pub fn settle(mut self, limit: Duration) -> Self {
        self.settle = Some(limit);
        self
    }

    /// Ends a body that hangs after this long. Parsed and kept; has no effect in this version.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// What happens when something was left behind. Default: [`Level::Deny`].
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Checks these kinds only; blocking tasks belong to the threads. Default: all.
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.kinds = Some(kinds.into_iter().collect());
        self
    }

    /// Puts `over` on top: what it sets wins, and its rules are tried first.
    pub(crate) fn merge(self, over: Self) -> Self {
        let mut rules = over.rules;
        rules.extend(self.rules);
        Self {
            rules,
            settle: over.settle.or(self.settle),
            timeout: over.timeout.or(self.timeout),
            level: over.level.or(self.level),
            kinds: over.kinds.or(self.kinds),
        }
    }

    pub(crate) fn rules(&self) -> &[Ignore] {
        &self.rules
    }

    pub(crate) fn settle_limit(&self) -> Duration {
        self.settle.unwrap_or(DEFAULT_SETTLE)
    }

    pub(crate) fn chosen_level(&self) -> Level {
        self.level.unwrap_or(Level::Deny)
    }

    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&kind))
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_top_wins_and_rules_add_up() {
        let below = Options::new()
            .settle(Duration::from_secs(1))
            .level(Level::Warn)
            .ignore_created_by("below");
        let above = Options::new()
            .settle(Duration::from_secs(2))
            .kinds([Kind::Task])
            .ignore_thread_name("above");
        let merged = below.merge(above);
        assert_eq!(merged.settle_limit(), Duration::from_secs(2));
        assert_eq!(merged.chosen_level(), Level::Warn);
        assert!(merged.wants(Kind::Task) && !merged.wants(Kind::Thread));
        assert_eq!(merged.rules().len(), 2);
    }

    #[test]
    #[should_panic(expected = "empty ignore pattern")]
    fn an_empty_pattern_is_refused() {
        let _ = Options::new().ignore_created_by(" ");
    }
}
