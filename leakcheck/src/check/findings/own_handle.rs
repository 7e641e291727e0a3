//! Tasks that own their own handles.

use leakcheck_introspect::{Certainty, Class, Hold, Location, Queued, Role, Task};

use crate::{
    base::model::{HandleKind, OwnHandle},
    observe::capture,
};

/// The handle that each of these tasks has of itself, in the same way; of very many some were only recognised, and prove nothing.
pub(super) fn of(tasks: &[&Task], package_dir: Option<&str>) -> Option<OwnHandle> {
    let read = tasks.iter().filter(|task| !task.is_recognised());
    let mut all = read.map(|task| of_task(task, package_dir));
    let mut first = all.next()??;
    for other in all {
        let is_alike = |other: &OwnHandle| {
            (&other.local, &other.path, other.kind) == (&first.local, &first.path, first.kind)
        };
        let other = other.filter(is_alike)?;
        first.is_certain &= other.is_certain;
        first.is_proven &= other.is_proven;
        first.may_end &= other.may_end;
    }
    first.is_proven &= !tasks.iter().any(|task| task.is_recognised());
    Some(first)
}

/// The handle that a task has of itself: of several the one that is most certain, and that does most.
fn of_task(task: &Task, package_dir: Option<&str>) -> Option<OwnHandle> {
    let is_own = |hold: &&Hold| {
        hold.object().class() == Class::Task
            && hold.object().address() == task.address()
            && hold.queued() != Some(Queued::Sent)
    };
    let own = task.holds().iter().filter(is_own);
    let own = own.filter_map(|hold| Some((kind(hold)?, hold)));
    let (kind, hold) = own.max_by_key(|(kind, hold)| {
        let is_sole = hold.owners() == 1;
        (hold.certainty(), is_sole, *kind == HandleKind::Join)
    })?;
    let is_certain = hold.certainty() == Certainty::Certain;
    let local = hold.local();
    let (local, path) = local.split_at(local.find(['.', '[']).unwrap_or(local.len()));
    let place = hold.location().map(|at: &Location| (at.file(), at.line()));
    Some(OwnHandle {
        kind,
        local: local.to_owned(),
        path: path.to_owned(),
        is_certain,
        may_end: hold.may_end(),
        is_proven: is_certain && hold.owners() == 1,
        at: place.map(|place| capture::frame(hold.function(), Some(place), package_dir)),
    })
}

fn kind(hold: &Hold) -> Option<HandleKind> {
    match hold.role() {
        Role::Owner => Some(HandleKind::Join),
        Role::Sender => Some(HandleKind::Abort),
        _ => None,
    }
}
