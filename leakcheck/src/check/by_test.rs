//! The whole process at its end: what is nobody's by now, and which test had made it.

use super::{inventory::Inventory, lifecycle::Check, view::View};
use crate::{
    base::model::{Kind, Resource, ResourceId},
    check::target::CheckTarget,
    observe::{capture, sources::fds},
};

impl View {
    /// Leaves out descriptors that no test has opened, if this is about the whole process: most of what a process opens is
    /// nobody's leak.
    pub(super) fn keep_descriptors_of_tests(&self, present: &mut Inventory) {
        if matches!(self.whom, CheckTarget::Process(..)) {
            let is_descriptor = |resource: &Resource| {
                matches!(resource.id, ResourceId::Other(Kind::Fd | Kind::Runtime, _))
            };
            // Of what nobody can tell whose it is, nobody can tell that it is no test's.
            present.resources.retain(|resource| {
                !is_descriptor(resource)
                    || test_of(resource).is_some()
                    || fds::are_names_unread(resource.origin)
            });
        }
    }
}

impl Check {
    /// One check for each test that left something, and one for what cannot be attributed; none where nothing is left.
    pub(crate) fn by_test(self) -> Vec<Self> {
        let CheckTarget::Process(place, _) = self.view.whom else {
            return vec![self];
        };
        let mut tests: Vec<Option<String>> =
            self.evidence.found.resources.iter().map(test_of).collect();
        // What cannot be attributed comes last.
        tests.sort_by_key(|test| (test.is_none(), test.clone()));
        tests.dedup();
        let of = |test: Option<String>| {
            let mut own = self.clone();
            own.evidence
                .found
                .resources
                .retain(|resource| test_of(resource) == test);
            fds::fold(&mut own.evidence.found.resources);
            own.view.whom = CheckTarget::Process(place, test);
            own
        };
        tests.into_iter().map(of).collect()
    }
}

/// The test that made it, as the language's harness names it.
fn test_of(resource: &Resource) -> Option<String> {
    capture::test_on(resource.origin)
}
