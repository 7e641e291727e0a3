//! Whose work is whose: a scope is one checked test, and what starts inside it inherits it.

use crate::{
    base::{
        error::{Error, Repr},
        model::Limited,
    },
    sys::{
        budget::{self, rates},
        context::{self, Context, Switch},
        scope_counters::{self, ScopeCounters},
        threads, timeline,
    },
};

/// A scope that is kept: while it is, its counts are its own.
#[derive(Debug)]
pub(crate) struct Scope(ScopeId);

impl Scope {
    /// A scope that nobody had before.
    ///
    /// # Errors
    ///
    /// Where 262,143 earlier ones have something alive, or where there is no memory for another.
    pub(crate) fn open() -> Result<Self, Error> {
        match scope_counters::open() {
            Some(scope) => Ok(Self(ScopeId(scope))),
            None => Err(Repr::NoScope.into()),
        }
    }

    /// That which this thread works for, whoever else keeps it.
    pub(crate) fn current() -> Self {
        let scope = ScopeId::current();
        scope_counters::hold(scope.0);
        Self(scope)
    }

    pub(crate) const fn id(&self) -> ScopeId {
        self.0
    }

    /// Gives it budgets, before anything is made in it.
    pub(crate) fn limit(&self, limit: impl Fn(Limited) -> Option<u32>) {
        budget::open(self.0.0, limit);
    }

    /// Counts what is made in its measured rounds of each kind that has a rate, before anything is.
    pub(crate) fn rate(&self, limit: impl Fn(Limited) -> Option<u32>) {
        rates::open(self.0.0, limit);
    }

    /// Notes when what is made in it begins and ends, before anything is. `current_task` says which task a thread polls, or 0.
    pub(crate) fn keep_times(&self, current_task: fn() -> u64) {
        timeline::open(self.0.0, current_task);
    }
}

impl Clone for Scope {
    fn clone(&self) -> Self {
        scope_counters::hold(self.0.0);
        Self(self.0)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        scope_counters::release(self.0.0);
    }
}

/// The name of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeId(u64);

impl ScopeId {
    /// What is in no check.
    pub(crate) const UNCHECKED: Self = Self(Context::UNCHECKED.scope);

    /// The scope that this thread works for; [`is_checked`](Self::is_checked) tells whether it is a check's.
    pub(crate) fn current() -> Self {
        Self(context::current().scope)
    }

    pub(crate) fn is_checked(self) -> bool {
        self != Self::UNCHECKED
    }

    pub(crate) const fn index(self) -> u64 {
        self.0
    }

    /// Whether it is noted when what is made in it begins and ends.
    pub(crate) fn keeps_times(self) -> bool {
        self.counters().keeps_times()
    }

    pub(crate) fn counters(self) -> &'static ScopeCounters {
        scope_counters::of(self.0)
    }

    /// Whether the scope is about what a thread with this root made in it. Where no check is under way, that is what this thread
    /// and its descendants made: tests that run in parallel are on threads of their own.
    pub(crate) fn covers(self, root: u64) -> bool {
        let is_own = |(_, own)| own == 0 || root == own;
        self.is_checked() || is_own(threads::own_numbers())
    }

    /// Makes this thread work for the scope until the result is dropped.
    pub(crate) fn enter(self) -> Switch {
        Switch::to(Context {
            scope: self.0,
            origin: 0,
        })
    }
}

/// Runs `work` for nobody, so that what it starts is charged to no test.
pub(crate) fn outside<R>(work: impl FnOnce() -> R) -> R {
    let _switch = Switch::to(Context::NOBODY);
    work()
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_scope_ends_with_its_switch() {
        let scope = Scope::open().expect("far below the limit").id();
        let before = ScopeId::current();
        {
            let _inside = scope.enter();
            assert_eq!(ScopeId::current(), scope);
            outside(|| assert_ne!(ScopeId::current(), scope));
            assert_eq!(ScopeId::current(), scope);
        }
        assert_eq!(ScopeId::current(), before);
    }

    #[test]
    fn nested_polls_restore_their_outer_context() {
        let contexts: Vec<_> = (1..=8).map(|scope| Context { scope, origin: 0 }).collect();
        let before = context::current();
        for next in &contexts {
            context::enter(*next);
        }
        for expected in contexts.iter().rev() {
            assert_eq!(context::current(), *expected);
            context::leave();
        }
        assert_eq!(context::current(), before);
        context::leave();
        assert_eq!(context::current(), before);
    }
}
