//! What a check is asked to do: one struct for the attribute, the builder and the environment, and one merge.

use std::time::Duration;

use crate::{
    base::model::{Kind, Leak, Limited, Resource},
    observe::sources,
    settings::{cancel::Cancel, ignore::Ignore, limits::Limits, setting::Setting},
};

pub use crate::base::model::Level;

mod budgets;

/// How a check is made and what it accepts.
///
/// What is not set comes from the next layer down: environment, attribute, `options = ..` function, the project's
/// `leakcheck.toml`, default. Ignore rules of all layers add up.
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
    exit_timeout: Option<Duration>,
    level: Option<Level>,
    /// Levels of single kinds; at most one for each.
    levels: Vec<(Kind, Level)>,
    unseen_panics: Option<Level>,
    kinds: Option<Vec<Kind>>,
    cancel: Option<Cancel>,
    cancel_within: Option<Duration>,
    max_live: Limits,
    rate: Limits,
    end_processes: bool,
}

/// How long the cancelled runs of a body may take, all together, where nothing else is said.
pub(crate) const DEFAULT_CANCEL_LIMIT: Duration = Duration::from_secs(60);

/// How long a process may take to end, where nothing else is said.
pub(crate) const DEFAULT_EXIT_LIMIT: Duration = Duration::from_secs(30);

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

    /// Accepts everything that is alive at this moment, also what other tests have made.
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
    /// Only a check that finds something waits at all, and it stops as soon as nothing is left. The time that the check itself
    /// takes to look does not count, and a runtime gets a few turns however short this is. Threads that want to run and that
    /// the system does not let run for this long, because the machine has too much to do, are waited for up to a minute more.
    pub fn settle(mut self, limit: Duration) -> Self {
        self.settle = Some(limit);
        self
    }

    /// Ends a body that takes longer than this, and reports where it waits, for what, and who holds that. Default: none.
    ///
    /// The time is real time, from the start of the body, whatever a paused clock says. An async body whose runtime
    /// still turns is given up: its future is dropped on its own thread, the check goes on, the test fails, and the other
    /// tests run. A body that ends by itself, but later, has failed as well. Where a thread is stuck in synchronous code there
    /// is nothing to drop: once it and the test's other threads were let run for a while, and it has not come back, the report
    /// goes to standard error and the process ends with exit code 101.
    ///
    /// Without a limit, an async body is given up all the same once it is proven that nothing can wake it.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// How long the process may take to end, once it has begun to exit or `main!` has run its tests, until it is reported what it
    /// is in. Zero never looks; the limit of a process that is looked at for another reason is 30 s.
    ///
    /// The report goes to standard error and to `LEAKCHECK_REPORT_DIR`: what the thread does that ends the process, called by
    /// which function of `atexit` or destructor, and which threads and runtimes are alive, with the lines that made them.
    /// The process goes on. It is one for all tests of the process, so the longest that is set for any of them counts. A thread of
    /// this crate waits from the first test on that has the option or a [`timeout`](Self::timeout); `main!` and
    /// [`verify_at_exit!`](crate::verify_at_exit) start one when the process begins to end, and have a limit by themselves.
    ///
    /// ```standalone_crate
    /// use std::time::Duration;
    /// use leakcheck::Options;
    ///
    /// leakcheck::verify_at_exit!(options = patient);
    ///
    /// fn patient() -> Options {
    ///     Options::new().exit_timeout(Duration::from_secs(300))
    /// }
    /// # fn main() {}
    /// ```
    pub fn exit_timeout(mut self, limit: Duration) -> Self {
        self.exit_timeout = Some(limit);
        self
    }

    /// What happens when something was left behind. Default: [`Level::Deny`].
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// What happens when something of this kind was left behind. Default: what [`level`](Self::level) says, but
    /// [`Level::Warn`] at most for temporary files and memory.
    ///
    /// With [`Level::Warn`] it is reported and marked as a warning, and what else was left decides whether the test
    /// fails; with [`Level::Off`] it is not looked at. A general level of a layer above is never exceeded: with
    /// `LEAKCHECK=warn` nothing fails. It raises none either: what is off here is off with `LEAKCHECK=deny`.
    ///
    /// ```
    /// use leakcheck::{Kind, Level, Options};
    ///
    /// let options = Options::new()
    ///     .level_of(Kind::Fd, Level::Warn)
    ///     .level_of(Kind::Thread, Level::Off);
    /// # let _ = options;
    /// ```
    pub fn level_of(mut self, kind: Kind, level: Level) -> Self {
        self.levels.retain(|(other, _)| *other != kind);
        self.levels.push((kind, level));
        self
    }

    /// What happens when a task, thread or blocking closure panicked and its `JoinHandle` was dropped, so that nobody could learn
    /// of it. Default: [`Level::Warn`]; the general [`level`](Self::level) is not exceeded.
    ///
    /// Reported in tests with an attribute, and only if the panic certainly ended the task or thread: the code that panicked was
    /// built with debug info, and tasks can be named. The handle of a task or closure must have been dropped before the panic. A
    /// panic hook that a test sets, and that does not call the one before it, hides them.
    pub fn unseen_panics(mut self, level: Level) -> Self {
        self.unseen_panics = Some(level);
        self
    }

    /// Checks these kinds only; blocking tasks belong to the threads. Default: all.
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.kinds = Some(kinds.into_iter().collect());
        self
    }

    /// Runs the body again after it has passed, once for each of these awaits, and drops it there. Default: not at all.
    ///
    /// The body of an async test can be cancelled at any of its awaits, as `tokio::time::timeout`, `select!` and a client that
    /// hangs up do it. Code behind that await does not run then. So what it would have ended may be left behind, and a test that
    /// runs to its end does not show that. Each run has a runtime and a check of its own: the future is dropped inside of the
    /// runtime after it was polled and waits for the n-th time, and what is left then is a finding that names the await. What is
    /// found at several awaits, and was made on one path, is one finding. A `Drop` that panics, or that does not come back within
    /// the [time limit](Self::timeout), is found as well. A clean body of twelve awaits runs fourteen times: once as it is, once for
    /// each await, and once more, to see that there is no thirteenth.
    ///
    /// For tests with `cancellable` or `cancel = ".."` in their attribute, which are async, have a runtime of their own and may be
    /// run again: what they set up has to be repeatable, without fixed ports, names of files or statics that the first run leaves
    /// changed. A case of `rstest` or `test_case` makes its values again for each run. `LEAKCHECK_CANCEL` overrides it.
    ///
    /// ```
    /// use leakcheck::{Cancel, Options, leak_checked};
    ///
    /// fn cancelled() -> Options {
    ///     Options::new().cancel(Cancel::each())
    /// }
    ///
    /// #[leak_checked(cancellable, options = cancelled)] // or `cancel = "each"`
    /// #[tokio::test]
    /// # async fn hidden() {}
    /// async fn fetches() { /* .. */ }
    /// ```
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// How long the cancelled runs may take, all together. Default: 60 s.
    ///
    /// When it is over no further run begins, and the report says so. It is also what limits each of these runs where there is
    /// no [`timeout`](Self::timeout).
    pub fn cancel_within(mut self, limit: Duration) -> Self {
        self.cancel_within = Some(limit);
        self
    }

    /// Ends what is reported of processes, once it is: the children that were left running, what has outlived them, and what runs
    /// below any of these. Default: nobody is touched.
    ///
    /// They are killed (`SIGKILL`), and the report names them. Who has a `Child` of one still has to wait for it. What rules
    /// accept goes on, and so do processes that a test left which hangs. Takes Linux 5.3; where it cannot be done, the report says
    /// so.
    ///
    /// ```
    /// use leakcheck::leak_checked;
    ///
    /// #[leak_checked(end_processes = true)]
    /// #[test]
    /// # fn hidden() {}
    /// fn starts_a_server() { /* .. */ }
    /// ```
    pub fn end_processes(mut self) -> Self {
        self.end_processes = true;
        self
    }

    /// Puts `over` on top: what it sets wins, and its rules are tried first.
    pub(crate) fn merge(self, over: Self) -> Self {
        let mut rules = over.rules;
        rules.extend(self.rules);
        let mut levels = over.levels;
        let is_open = |(kind, level): &(Kind, Level)| {
            over.level.is_none_or(|most| *level <= most)
                && levels.iter().all(|(other, _)| other != kind)
        };
        let below: Vec<_> = self.levels.into_iter().filter(is_open).collect();
        levels.extend(below);
        Self {
            rules,
            settle: over.settle.or(self.settle),
            timeout: over.timeout.or(self.timeout),
            exit_timeout: over.exit_timeout.or(self.exit_timeout),
            level: over.level.or(self.level),
            levels,
            unseen_panics: over.unseen_panics.or(self.unseen_panics),
            kinds: over.kinds.or(self.kinds),
            cancel: over.cancel.or(self.cancel),
            cancel_within: over.cancel_within.or(self.cancel_within),
            max_live: self.max_live.merge(over.max_live),
            rate: self.rate.merge(over.rate),
            end_processes: self.end_processes || over.end_processes,
        }
    }

    /// What is set besides the rules and the kinds.
    pub(crate) fn settings(&self) -> Vec<Setting> {
        let levels = self.levels.iter();
        let set = [
            self.settle.map(Setting::Settle),
            self.timeout.map(Setting::Timeout),
            self.exit_timeout.map(Setting::ExitTimeout),
            self.level.map(Setting::Level),
            self.unseen_panics.map(Setting::UnseenPanics),
            self.end_processes.then_some(Setting::EndProcesses),
        ];
        let set = set.into_iter().flatten();
        let live = |limited| Some(Setting::MaxLive(limited, self.max_live.of(limited)?));
        let rate = |limited| Some(Setting::Rate(limited, self.rate.of(limited)?));
        set.chain(levels.map(|(kind, level)| Setting::LevelOf(*kind, *level)))
            .chain(Limited::ALL.into_iter().filter_map(live))
            .chain(Limited::ALL.into_iter().filter_map(rate))
            .collect()
    }

    pub(crate) fn rules(&self) -> &[Ignore] {
        &self.rules
    }

    pub(crate) fn settle_limit(&self) -> Duration {
        self.settle.unwrap_or(DEFAULT_SETTLE)
    }

    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.timeout
    }

    /// How long the process may take to end, where that is said; zero where nobody looks.
    pub(crate) fn exit_limit(&self) -> Option<Duration> {
        self.exit_timeout
    }

    /// At which awaits the body is cancelled, where something is said of it.
    pub(crate) fn cancelled(&self) -> Option<Cancel> {
        self.cancel
    }

    /// Whether processes that are left are to be ended.
    pub(crate) fn ends_processes(&self) -> bool {
        self.end_processes
    }

    /// Whether it asks for a body to be cancelled.
    pub(crate) fn asks_to_cancel(&self) -> bool {
        self.cancel.is_some_and(|cancel| cancel != Cancel::off())
    }

    pub(crate) fn cancel_limit(&self) -> Duration {
        self.cancel_within.unwrap_or(DEFAULT_CANCEL_LIMIT)
    }

    /// The highest level of all kinds: what a check can lead to.
    pub(crate) fn chosen_level(&self) -> Level {
        if self.levels.is_empty() {
            return self.level.unwrap_or(Level::Deny);
        }
        let levels = Kind::CHOICES.iter().map(|(kind, _)| self.level_for(*kind));
        levels.max().unwrap_or(Level::Off)
    }

    /// The level of a kind; [`Level::Off`] for one that is not checked.
    pub(crate) fn level_for(&self, kind: Kind) -> Level {
        let kind = match kind {
            // It is a thread that it keeps.
            Kind::BlockingTask => Kind::Thread,
            kind => kind,
        };
        let is_left_out = |kinds: &Vec<Kind>| !kinds.contains(&kind);
        if self.kinds.as_ref().is_some_and(is_left_out) {
            return Level::Off;
        }
        let own = self.levels.iter().find(|(other, _)| *other == kind);
        let general = self.level.unwrap_or(Level::Deny);
        own.map_or_else(|| general.min(default(kind)), |(_, level)| *level)
    }

    /// The level of a panic that nobody could learn of.
    pub(crate) fn level_for_unseen_panics(&self) -> Level {
        let own = self.unseen_panics.unwrap_or(Level::Warn);
        own.min(self.level.unwrap_or(Level::Deny))
    }

    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.level_for(kind) != Level::Off
    }

    /// Whether a check has to look at it: it is of a wanted kind, and no rule accepts it by identity.
    pub(crate) fn concern(&self, resource: &Resource) -> bool {
        let mut accepted = self.rules().iter().filter_map(|rule| rule.identities());
        self.wants(resource.kind()) && !accepted.any(|accepted| accepted.contains(&resource.id))
    }
}

/// The level of a kind that nothing is said of.
const fn default(kind: Kind) -> Level {
    match kind {
        // Other tests are none the worse for files, and what only the kernel or a register leads to seems to be lost memory.
        Kind::TempFile | Kind::Heap => Level::Warn,
        _ => Level::Deny,
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
    fn the_level_of_a_kind_goes_before_the_general_one() {
        let options = Options::new()
            .level(Level::Off)
            .level_of(Kind::Thread, Level::Deny)
            .level_of(Kind::Thread, Level::Warn);
        assert_eq!(options.level_for(Kind::Thread), Level::Warn);
        assert!(!options.wants(Kind::Task));
        assert_eq!(options.chosen_level(), Level::Warn);
        assert_eq!(
            options.kinds([Kind::Task]).chosen_level(),
            Level::Off,
            "a kind that is left out is not checked"
        );
    }

    #[test]
    fn a_general_level_above_is_not_exceeded() {
        use Level::{Deny, Off, Warn};
        let below = Options::new()
            .level_of(Kind::Task, Level::Deny)
            .level_of(Kind::Thread, Level::Warn)
            .level_of(Kind::Fd, Level::Off);
        let levels = |above: Options| {
            let merged = below.clone().merge(above);
            [Kind::Task, Kind::Thread, Kind::Fd, Kind::Custom].map(|kind| merged.level_for(kind))
        };
        assert_eq!(levels(Options::new()), [Deny, Warn, Off, Deny]);
        assert_eq!(levels(Options::new().level(Deny)), [Deny, Warn, Off, Deny]);
        assert_eq!(levels(Options::new().level(Warn)), [Warn, Warn, Off, Warn]);
        assert_eq!(levels(Options::new().level(Off)), [Off; 4]);
        let of_fds = Options::new().level_of(Kind::Fd, Deny);
        assert_eq!(levels(of_fds), [Deny, Warn, Deny, Deny]);
    }

    #[test]
    #[should_panic(expected = "an empty pattern")]
    fn an_empty_pattern_is_refused() {
        let _ = Options::new().ignore_created_by(" ");
    }
}
