//! Where the threads are that are left: looked at once it is settled that they are.

use std::collections::HashSet;

use super::Check;
use crate::{
    env::Stacks,
    explain,
    ignore::Ignore,
    model::{Detail, Kind, Leak, ResourceId},
    sources::stacks,
};

impl Check {
    /// Asks the threads that would be reported what they are doing, and those that a rule may accept for that.
    pub(super) fn take_stacks(&mut self) {
        let is_new = |detail: &Detail| matches!(detail, Detail::Thread { doing: None, .. });
        let has_new = self
            .found
            .resources
            .iter()
            .any(|found| is_new(&found.detail));
        if !has_new || self.env.stacks == Stacks::Off || stacks::unavailable().is_some() {
            return;
        }
        let wanted = self.suspects();
        let threads = self.found.resources.iter_mut();
        stacks::take(threads.filter(|found| is_new(&found.detail) && wanted.contains(&found.id)));
        let package_dir = self.whom.package_dir();
        for found in &mut self.found.resources {
            if let Detail::Thread {
                doing: Some(doing),
                place,
                ..
            } = &mut found.detail
            {
                *place = explain::thread_place(doing, package_dir.as_deref());
            }
        }
    }

    /// The threads that no other rule accepts.
    fn suspects(&self) -> HashSet<ResourceId> {
        if self.options.rules().iter().any(Ignore::needs_states) {
            return self.found.ids().into_iter().collect();
        }
        let threads = |leak: &Leak| leak.threads.clone();
        let left = self.sorted(&self.found).leaks;
        left.iter()
            .flat_map(threads)
            .map(ResourceId::Thread)
            .collect()
    }

    /// What to say of rules that could not be applied to some of these.
    pub(super) fn unapplied_rules(&self, leaks: &[Leak]) -> Option<String> {
        let is_unread =
            |leak: &Leak| leak.kind == Kind::Thread && leak.waits_in().is_none_or(<[_]>::is_empty);
        if !leaks.iter().any(is_unread) || !self.options.rules().iter().any(Ignore::needs_states) {
            return None;
        }
        let why = match (self.env.stacks, stacks::unavailable()) {
            (Stacks::Off, _) => "LEAKCHECK_STACKS=off",
            (Stacks::On, Some(why)) => why,
            (Stacks::On, None) => "their stacks could not be taken",
        };
        Some(format!(
            "rules on where something waits (ignore_top_function, ignore_any_function) were not applied to some threads: \
             {why}"
        ))
    }
}
