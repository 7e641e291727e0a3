//! Who else has what tasks wait for: looked for once it is settled that they are left, and only where tasks do not tell.

use std::sync::Arc;

use leakcheck_introspect::{Graph, Statics, Task, ThreadStack};

use super::{evidence::Evidence, inventory::Inventory, view::View};
use crate::{
    base::model::{Detail, Kind, Leak, Resource, ResourceId},
    check::findings::{self, Others},
};

/// Threads whose stacks are read.
const MOST_THREADS: usize = 32;

impl View {
    /// Reads what statics hold, where somebody will read of a task that waits for what they may have, or of a descriptor that they
    /// may keep open.
    pub(super) fn find_keepers(&self, evidence: &mut Evidence) {
        let found = &evidence.found;
        let find = |id| found.lists.iter().find_map(|list| list.find(id));
        let tasks = found.resources.iter().filter_map(|found| match found.id {
            ResourceId::Task(id) => find(id),
            ResourceId::Thread(_) | ResourceId::Other(..) => None,
        });
        let lacks_keepers = found.others.is_none() && found.lacks_keepers(tasks);
        let lacks_holders = findings::lacks_holders(&found.resources);
        if !lacks_keepers && !lacks_holders {
            return;
        }
        let is_told = |leak: &Leak| match leak.kind {
            Kind::Task => lacks_keepers,
            Kind::Fd => lacks_holders,
            _ => false,
        };
        if found.others.is_none() && self.sorted(found).leaks.iter().any(is_told) {
            evidence.found.read_others();
        }
        let found = &mut evidence.found;
        if let Some(others) = &found.others {
            let package_dir = self.whom.package_dir();
            findings::name_statics(
                &mut found.resources,
                &others.statics,
                package_dir.as_deref(),
            );
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

    /// Reads what statics hold, and what the stacks of threads may hold that were asked for them.
    pub(super) fn read_others(&mut self) {
        // Without it nothing is claimed.
        let Ok(statics) = Statics::read() else {
            return;
        };
        let threads = self.resources.iter().filter_map(stack);
        self.others = Some(Arc::new(Others {
            threads: threads.take(MOST_THREADS).collect(),
            statics,
        }));
    }
}

/// What is on the stack of a thread that has told it.
fn stack(found: &Resource) -> Option<ThreadStack> {
    let (
        ResourceId::Thread(number),
        Detail::Thread {
            activity: Some(activity),
            ..
        },
    ) = (found.id, &found.detail)
    else {
        return None;
    };
    let pointers = activity.stack_pointers.iter().copied();
    let frames: Vec<(usize, usize)> = activity.frames.iter().copied().zip(pointers).collect();
    ThreadStack::read(number, &frames).ok()
}
