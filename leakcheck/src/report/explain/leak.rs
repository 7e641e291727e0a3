//! What usually leads to a leak of a kind, and what to do about it.

use super::{Advice, Made, When, descriptor};
use crate::{
    base::model::{
        Awaited, CodeOwner, Event, Fact, Frame, HolderKind, Kind, Leak, ProcessState,
        RuntimeRelation, State, TimerKind,
    },
    observe::capture,
};

/// What to do about it; nothing where only the coverage can help.
pub(crate) fn advice(leak: &Leak) -> Option<Advice> {
    if leak.panic.is_some() {
        return Some(Advice::SeePanics);
    }
    // A timer that a dependency made is a part of what the test has of it, and ends with that.
    let is_part = leak.timer == Some(TimerKind::Tokio);
    if let Some((dependency, when)) = chosen_by(leak)
        && !is_part
    {
        let file = dependency.file.as_deref();
        let package = file.and_then(|file| file.split('/').next());
        return Some(Advice::CloseDependency {
            package: package.map(ToOwned::to_owned),
            made: match leak.kind {
                Kind::Fd => Made::Opened,
                _ => Made::Started,
            },
            when,
        });
    }
    Some(match leak.kind {
        Kind::Task if leak.waiting.is_none() && leak.stack.is_empty() => return None,
        Kind::Task if blocks_its_thread(leak) => Advice::StopBlocking,
        Kind::Task if is_new(leak) => Advice::DriveTask,
        Kind::Task if keeps_its_own_sender(leak) => Advice::DropOwnSender,
        Kind::Task => Advice::EndTask,
        Kind::BlockingTask => Advice::EndClosure,
        Kind::Thread if leak.relation == RuntimeRelation::Member => Advice::EndClosure,
        Kind::Thread => Advice::JoinThread,
        Kind::Timer if leak.timer == Some(TimerKind::Posix) => Advice::DeleteTimer,
        Kind::Timer => Advice::DropTimer,
        Kind::Process if leak.facts.contains(&Fact::State(ProcessState::Zombie)) => {
            Advice::ReapProcess
        }
        Kind::Process => Advice::EndProcess,
        Kind::Fd => Advice::Close(descriptor::closing(leak)),
        Kind::Runtime => Advice::DropRuntime,
        // Registered by the test, as all of `Kind::Custom` is.
        _ => Advice::DropRegistration,
    })
}

/// The dependency that chose to make it, and when.
fn chosen_by(leak: &Leak) -> Option<(&Frame, When)> {
    if let Some(site) = &leak.created_at
        && site.owner == CodeOwner::Dependency
    {
        return Some((site, When::InBackground));
    }
    let mut choosers = capture::choosers(&leak.created_through);
    Some((choosers.next()?, When::InsideCall))
}

/// Whether the tasks are in synchronous code that does not come back.
fn blocks_its_thread(leak: &Leak) -> bool {
    let waiting = leak.waiting.as_ref();
    waiting.is_some_and(|waiting| matches!(waiting.state, State::Blocked(_)))
}

/// Whether the tasks were never polled.
fn is_new(leak: &Leak) -> bool {
    let waiting = leak.waiting.as_ref();
    waiting.is_some_and(|waiting| waiting.state == State::New)
}

/// Whether what the tasks wait for could only come from themselves.
fn keeps_its_own_sender(leak: &Leak) -> bool {
    leak.waiting.as_ref().is_some_and(|waiting| {
        let from_itself = |event: &Awaited| {
            matches!(event.event, Event::Message { .. })
                && event
                    .held_by
                    .iter()
                    .all(|holder| holder.kind == HolderKind::Itself)
        };
        waiting.is_forever && waiting.events.iter().all(from_itself)
    })
}
