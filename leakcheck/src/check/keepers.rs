//! Who else has what tasks wait for: looked for once it is settled that they are left, and only where tasks do not tell.

use std::sync::Arc;

use leakcheck_introspect::{Graph, Statics, Task};

use super::{evidence::Evidence, inventory::Inventory, view::View};
use crate::{
    base::model::{Kind, Leak, ResourceId},
    check::findings,
};

impl View {
    /// Reads what statics hold, where somebody will read of a task that waits for what they may have.
    pub(super) fn find_keepers(&self, evidence: &mut Evidence) {
        let found = &evidence.found;
        let find = |id| found.lists.iter().find_map(|list| list.find(id));
        let tasks = found.resources.iter().filter_map(|found| match found.id {
            ResourceId::Task(id) => find(id),
            ResourceId::Thread(_) | ResourceId::Other(..) => None,
        });
        let is_task = |leak: &Leak| leak.kind == Kind::Task;
        let is_reported = || self.sorted(found).leaks.iter().any(is_task);
        if found.statics.is_none() && found.lacks_keepers(tasks) && is_reported() {
            evidence.found.read_statics();
        }
    }
}

impl Inventory {
    /// Whether one of these tasks waits for what somebody may have who is no task.
    pub(super) fn lacks_keepers<'t>(&self, tasks: impl Iterator<Item = &'t Task>) -> bool {
        let graph = Graph::new(self.lists.iter().map(Arc::as_ref));
        let mut tasks = tasks;
        tasks.any(|task| findings::lacks_keepers(task, &graph))
    }

    pub(super) fn read_statics(&mut self) {
        // Without it nothing is claimed.
        self.statics = Statics::read().ok().map(Arc::new);
    }
}
