//! Whose work is whose: a scope is one checked test, and what starts inside it inherits it.

use crate::sys::{
    context::{self, Context, Switch},
    tally::{self, Tally},
};

/// The name of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeId(u32);

impl ScopeId {
    /// What is in no check.
    pub(crate) const UNCHECKED: Self = Self(Context::UNCHECKED.scope);

    /// A scope that nobody had before, or `None` after 262,143 of them in one process.
    pub(crate) fn open() -> Option<Self> {
        tally::open().map(Self)
    }

    /// The scope that this thread works for; [`is_checked`](Self::is_checked) tells whether it is a check's.
    pub(crate) fn current() -> Self {
        Self(context::current().scope)
    }

    pub(crate) fn is_checked(self) -> bool {
        self != Self::UNCHECKED
    }

    pub(crate) const fn index(self) -> u32 {
        self.0
    }

    pub(crate) fn tally(self) -> &'static Tally {
        tally::of(self.0)
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
        let scope = ScopeId::open().expect("far below the limit");
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
