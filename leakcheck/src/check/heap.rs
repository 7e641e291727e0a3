//! Memory that a test has left behind: looked at once, when all else is settled. Nothing is waited for.

use super::lifecycle::Check;
use crate::{
    base::{
        model::{Gap, Kind, Resource},
        sync::Work,
    },
    observe::{scope::outside, sources::heap},
    settings::options::Level,
    sys::{
        self,
        allocations::{Standpoint, Watch},
        heap_block::Span,
    },
};

impl Check {
    /// Has the allocations of the test noted, where somebody wants to know of them.
    pub(crate) fn note_allocations(&mut self, watch: Option<Watch>) {
        if self.view.options.wants(Kind::Heap) {
            self.view.allocations = watch;
        }
    }

    /// Whether they are.
    pub(crate) fn notes_allocations(&self) -> bool {
        self.view.allocations.is_some()
    }

    /// Notes where the future of the body is, which has ended and has nothing any more but what it had.
    pub(crate) fn body_was_in(&mut self, memory: Option<Span>) {
        self.evidence.ended_body = memory;
    }

    /// Empties what the body and the end of its runtime have left on the stack, where they had memory that is still there.
    pub(crate) fn clear_stack(&self) {
        if self.has_allocations() {
            sys::allocations::clear_below();
        }
    }

    /// Whether anything that was allocated is still there: all that a clean test asks.
    fn has_allocations(&self) -> bool {
        self.view.allocations.is_some() && self.view.scope.counters().allocations() != 0
    }

    /// Adds what nothing leads to, seen from the end of a test. That of a repeated test is not told: it reports what grows.
    pub(crate) fn collect_heap(&mut self, from: &Standpoint) {
        if !self.has_allocations() || self.evidence.grown.is_some() || self.has_other_leaks() {
            return;
        }
        let _work = Work::begin();
        // What looking opens and allocates is nobody's.
        let _aside = sys::fds::untracked();
        let scope = self.view.scope;
        match outside(|| heap::list(scope, from, self.evidence.ended_body)) {
            Ok(lost) => {
                let lost = self.view.new_of(lost);
                self.evidence.found.add(lost);
            }
            Err(why) => self.evidence.gaps.push(Gap {
                kind: Kind::Heap,
                why,
                level: self.view.options.level_for(Kind::Heap),
            }),
        }
    }

    /// Whether something else was left that no rule accepts, and that fails the test: the memory that it took along is no second
    /// mistake.
    fn has_other_leaks(&self) -> bool {
        let found = &self.evidence.found;
        let options = &self.view.options;
        let fails = |found: &Resource| options.level_for(found.kind()) == Level::Deny;
        (found.unnamed > 0 || found.resources.iter().any(fails)) && !self.view.is_accepted(found)
    }
}
