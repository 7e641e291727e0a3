//! One rule of what is accepted.

use std::{collections::HashSet, sync::Arc};

use leakcheck_report::rule;
use wildmatch::WildMatch;

use crate::{
    base::model::{CodeOwner, Frame, Kind, Leak, ResourceId, RuntimeRelation},
    observe::capture,
};

/// A rule that accepts something that was left behind.
///
/// Patterns are a full path or a glob in which `*` matches any text. Closures and generic arguments are not part of
/// a function's path: `my_app::pool::reap` also covers the body of `async fn reap`.
///
/// ```
/// use leakcheck::{Ignore, Kind, Options};
///
/// let options = Options::new().ignore(
///     Ignore::created_by("moka::*")
///         .on(Kind::Thread)
///         .at_most(2)
///         .because("the cache's housekeepers live as long as the process"),
/// );
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a rule does nothing until it is given to `Options::ignore`"]
pub struct Ignore {
    matcher: Matcher,
    kinds: Vec<Kind>,
    reason: String,
    at_most: Option<usize>,
    unless_created_by: Option<WildMatch>,
    /// Where it was written, other than in the test's own code.
    source: Option<String>,
    /// The day since which it is not applied any more.
    expired: Option<String>,
    pub(super) built_in: bool,
}

type Predicate = Arc<dyn Fn(&Leak) -> bool + Send + Sync>;

#[derive(Clone)]
pub(super) enum Matcher {
    TopFunction(WildMatch),
    AnyFunction(WildMatch),
    CreatedBy(WildMatch),
    /// Only the function that called the library to start it.
    StartedBy(WildMatch),
    ThreadName(WildMatch),
    /// A function of this crate, or of one of its family, which the body has called.
    LentBy(String),
    Predicate(Predicate),
    /// Identities that existed when the rule was made; applied before anything is grouped.
    Current(Arc<HashSet<ResourceId>>),
}

impl std::fmt::Debug for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.describe())
    }
}

impl Ignore {
    fn new(matcher: Matcher) -> Self {
        Self {
            matcher,
            kinds: Vec::new(),
            reason: String::new(),
            at_most: None,
            unless_created_by: None,
            source: None,
            expired: None,
            built_in: false,
        }
    }

    fn pattern(make: impl FnOnce(WildMatch) -> Matcher, pattern: &str) -> Self {
        if let Some(mistake) = rule::mistake(pattern) {
            panic!("the ignore pattern {pattern:?} is not understood: {mistake}");
        }
        Self::new(make(WildMatch::new(pattern)))
    }

    /// Accepts what waits in this function: the innermost frame of its current stack.
    ///
    /// Both the innermost frame of all and the innermost one of the user's own code are compared. Of a thread the
    /// innermost is the call that blocks it, such as `std::sync::mpsc::Receiver::recv`. Threads are asked where they are
    /// when the check has waited for them, so a check with such a rule and a thread that stays waits to the end.
    ///
    /// # Panics
    ///
    /// Where the pattern is empty, or has `**` or a set of letters such as `[a-z]`, as all constructors that take one.
    pub fn top_function(pattern: &str) -> Self {
        Self::pattern(Matcher::TopFunction, pattern)
    }

    /// Accepts what has this function anywhere on its current stack. See [`top_function`](Self::top_function).
    pub fn any_function(pattern: &str) -> Self {
        Self::pattern(Matcher::AnyFunction, pattern)
    }

    /// Accepts what has this function anywhere on the stack that created it, or on the stack of a parent task or thread.
    pub fn created_by(pattern: &str) -> Self {
        Self::pattern(Matcher::CreatedBy, pattern)
    }

    /// Accepts threads of this name.
    pub fn thread_name(pattern: &str) -> Self {
        Self::pattern(Matcher::ThreadName, pattern).on(Kind::Thread)
    }

    /// Accepts what `accept` says yes to.
    pub fn matching(accept: impl Fn(&Leak) -> bool + Send + Sync + 'static) -> Self {
        Self::new(Matcher::Predicate(Arc::new(accept)))
    }

    /// A rule of the built-in list: on things of one kind with this function on their creation stack.
    pub(super) fn built_in(kind: Kind, created_by: &str, reason: &str) -> Self {
        Self {
            built_in: true,
            ..Self::created_by(created_by).on(kind).because(reason)
        }
    }

    /// A rule of the built-in list: on threads that this function itself started, unless one that matches `unless` had it
    /// do so.
    pub(super) fn built_in_pool(started_by: &str, unless: &str, reason: &str) -> Self {
        Self {
            unless_created_by: Some(WildMatch::new(unless)),
            built_in: true,
            ..Self::pattern(Matcher::StartedBy, started_by)
                .on(Kind::Thread)
                .because(reason)
        }
    }

    /// Accepts what this crate has opened or started for what it lends to a test, and ends after that.
    pub(crate) fn lent_by(krate: &str) -> Self {
        Self {
            built_in: true,
            ..Self::new(Matcher::LentBy(krate.to_owned()))
                .on(Kind::Thread)
                .on(Kind::Fd)
                .because(&format!(
                    "`{krate}` runs this test, and ends what it lends to it when that has ended"
                ))
        }
    }

    pub(crate) fn current(identities: HashSet<ResourceId>) -> Self {
        Self::new(Matcher::Current(Arc::new(identities)))
    }

    /// Says why; reports quote it.
    pub fn because(mut self, reason: &str) -> Self {
        reason.clone_into(&mut self.reason);
        self
    }

    /// Accepts no more than `count` things per check; what is beyond is a leak.
    pub fn at_most(mut self, count: usize) -> Self {
        self.at_most = Some(count);
        self
    }

    /// Applies to this kind only; may be repeated.
    pub fn on(mut self, kind: Kind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Says where the rule was written, other than in the test's own code.
    pub(crate) fn written_in(mut self, source: String) -> Self {
        self.source = Some(source);
        self
    }

    /// Applies it no more: this day has come.
    #[cfg_attr(
        not(feature = "config"),
        allow(dead_code, reason = "only the project's file says so")
    )]
    pub(crate) fn expired_on(mut self, day: String) -> Self {
        self.expired = Some(day);
        self
    }

    pub(super) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    pub(super) fn expired(&self) -> Option<&str> {
        self.expired.as_deref()
    }

    /// Whether both accept the same things, however many and for what reason.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let kinds = |rule: &Self| rule.kinds.iter().copied().collect::<HashSet<_>>();
        self.describe() == other.describe() && kinds(self) == kinds(other)
    }

    pub(super) fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    pub(super) fn limit(&self) -> Option<usize> {
        self.at_most
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    /// The rule as one would write it.
    pub(super) fn describe(&self) -> String {
        self.matcher.describe()
    }

    /// The same, and where it was written.
    pub(super) fn shown(&self) -> String {
        match &self.source {
            Some(source) => format!("{} ({source})", self.describe()),
            None => self.describe(),
        }
    }

    pub(crate) fn identities(&self) -> Option<&HashSet<ResourceId>> {
        match &self.matcher {
            Matcher::Current(identities) => Some(identities),
            _ => None,
        }
    }

    /// Whether the rule looks at where something waits.
    pub(crate) fn needs_states(&self) -> bool {
        matches!(
            self.matcher,
            Matcher::TopFunction(_) | Matcher::AnyFunction(_)
        )
    }

    /// Whether the kind is named. A runtime that is left is what its worker threads stand for.
    fn is_about(&self, leak: &Leak) -> bool {
        let is_worker = || leak.kind == Kind::Thread && capture::builds_a_runtime(&leak.stack);
        self.kinds.contains(&leak.kind) || self.kinds.contains(&Kind::Runtime) && is_worker()
    }

    /// Whether it is about this function. Those that come with the library are about certain crates, not about any that are
    /// called like these.
    fn means(&self, frame: &Frame, pattern: &WildMatch) -> bool {
        pattern.matches(&frame.function) && (!self.built_in || capture::is_genuine(frame))
    }

    pub(super) fn accepts(&self, leak: &Leak) -> bool {
        if !self.kinds.is_empty() && !self.is_about(leak) {
            return false;
        }
        // A worker of the whole process does not pass that on through the test's own runtime.
        let ancestry = match leak.relation {
            RuntimeRelation::Child if self.built_in => &[],
            _ => leak.ancestry.as_slice(),
        };
        let on_creation_path = |pattern: &WildMatch| {
            leak.stack
                .iter()
                .chain(ancestry)
                .any(|frame| self.means(frame, pattern))
        };
        if self
            .unless_created_by
            .as_ref()
            .is_some_and(on_creation_path)
        {
            return false;
        }
        match &self.matcher {
            Matcher::TopFunction(pattern) => leak
                .waits_in()
                .is_some_and(|stack| top(stack).any(|frame| pattern.matches(&frame.function))),
            Matcher::AnyFunction(pattern) => leak
                .waits_in()
                .is_some_and(|stack| stack.iter().any(|frame| pattern.matches(&frame.function))),
            Matcher::Current(_) => false,
            Matcher::CreatedBy(pattern) => on_creation_path(pattern),
            Matcher::StartedBy(pattern) => leak
                .stack
                .iter()
                .find(|frame| !is_std(&frame.function))
                .is_some_and(|frame| self.means(frame, pattern)),
            Matcher::ThreadName(pattern) => leak
                .name
                .as_deref()
                .is_some_and(|name| pattern.matches(name)),
            Matcher::LentBy(krate) => {
                // Everything is below the function of that crate which runs the test.
                let is_check = |frame: &&Frame| capture::krate(&frame.function) == "leakcheck";
                let mut called = leak.stack.iter().take_while(|frame| !is_check(frame));
                called.any(|frame| capture::is_of_family(frame, krate))
            }
            Matcher::Predicate(accept) => accept(leak),
        }
    }
}

fn is_std(function: &str) -> bool {
    const CRATES: [&str; 3] = ["std::", "core::", "alloc::"];
    let function = function.trim_start_matches('<');
    CRATES.iter().any(|name| function.starts_with(name))
}

/// The innermost frame, and the innermost one that is the user's own.
fn top(stack: &[Frame]) -> impl Iterator<Item = &Frame> {
    let own = stack.iter().find(|frame| frame.owner == CodeOwner::User);
    stack.first().into_iter().chain(own)
}

impl Matcher {
    /// What it compares names with.
    pub(super) fn pattern(&self) -> Option<String> {
        match self {
            Self::TopFunction(pattern)
            | Self::AnyFunction(pattern)
            | Self::CreatedBy(pattern)
            | Self::StartedBy(pattern)
            | Self::ThreadName(pattern) => Some(pattern.to_string()),
            Self::LentBy(_) | Self::Predicate(_) | Self::Current(_) => None,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::TopFunction(pattern) => format!("ignore_top_function(\"{pattern}\")"),
            Self::AnyFunction(pattern) => format!("ignore_any_function(\"{pattern}\")"),
            Self::CreatedBy(pattern) | Self::StartedBy(pattern) => {
                format!("ignore_created_by(\"{pattern}\")")
            }
            Self::ThreadName(pattern) => format!("ignore_thread_name(\"{pattern}\")"),
            Self::LentBy(krate) => format!("lent by `{krate}`"),
            Self::Predicate(_) => "ignore_if(..)".to_owned(),
            Self::Current(_) => "ignore_current()".to_owned(),
        }
    }
}
