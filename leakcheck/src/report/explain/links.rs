//! From which other finding one follows: end that one, and this one ends.

use super::{Closing, descriptor, told::Told};
use crate::base::model::{
    About, Awaited, Call, Dependence, Event, Fact, Keeper, Kept, Kind, Leak, ResourceId, State,
    Tie, Use,
};

/// Why one finding follows from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link<'l> {
    /// Its tasks do not go on before the other does something.
    Depends(&'l Dependence),
    /// Its tasks wait for the process to end.
    Exit,
    /// Its tasks wait at connections of which the other is the far end.
    FarEnd,
    /// Its tasks wait at pipes of which the process has the other end.
    Pipe,
    /// The descriptor closes when the other ends.
    Closes,
    /// The descriptors close when the other and further ones end, which have them.
    ClosesWithSeveral,
    /// The other is blocked in this call on the descriptor.
    Used(&'l str),
}

/// That a finding follows from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge<'l> {
    /// The other, by its place among the findings.
    pub(crate) to: usize,
    pub(crate) link: Link<'l>,
    /// Whether it follows from nothing else.
    pub(crate) is_only: bool,
}

impl<'l> Edge<'l> {
    /// It follows from this and from nothing else.
    const fn only(to: usize, link: Link<'l>) -> Self {
        Self {
            to,
            link,
            is_only: true,
        }
    }
}

/// From which others this finding follows, where that is certain: from one of them, unless its tasks depend on several.
pub(super) fn of<'l>(leak: &'l Leak, told: &Told<'_>) -> Vec<Edge<'l>> {
    let one = match leak.kind {
        // Nothing of it is left.
        _ if leak.panic.is_some() => None,
        Kind::Task => match depends(leak, told) {
            Some(all) if !all.is_empty() => return all,
            _ => process(leak, told).or_else(|| far_end(leak, told)),
        },
        Kind::Thread | Kind::BlockingTask => blocked(leak, told),
        Kind::Fd => closes(leak, told).or_else(|| used(leak, told)),
        _ => None,
    };
    one.into_iter().collect()
}

fn depends<'l>(leak: &'l Leak, told: &Told<'_>) -> Option<Vec<Edge<'l>>> {
    let mut all: Vec<Edge<'l>> = Vec::new();
    // Whether one thing must happen or all of them is not known.
    if Dependence::by_wait(&leak.depends).any(|of| of.iter().any(Dependence::is_kept_by_itself)) {
        return None;
    }
    let stands_in_line = leak.depends.iter().any(|found| found.tie == Tie::Line);
    if stands_in_line && !leak.is_forever() {
        return None;
    }
    let mut is_among_others = false;
    for dependence in &leak.depends {
        // What is not told here is nothing that a reader could look at.
        let (to, is_own) = match dependence.on {
            ResourceId::Task(task) => (told.task(task)?, leak.tasks.contains(&task)),
            ResourceId::Thread(thread) => (told.thread(thread)?, false),
            ResourceId::Other(..) => return None,
        };
        if !is_own && all.iter().all(|known| known.to != to) {
            all.push(Edge {
                to,
                link: Link::Depends(dependence),
                is_only: true,
            });
        }
        is_among_others |= is_own;
    }
    let is_only = all.len() == 1 && !is_among_others;
    for edge in &mut all {
        edge.is_only = is_only;
    }
    Some(all)
}

/// What all of its tasks wait for, if it is one thing.
fn only_event(leak: &Leak) -> Option<&Event> {
    match leak.waiting.as_ref()?.events() {
        [only] if only.is_certain => Some(&only.event),
        _ => None,
    }
}

/// Its tasks wait for nothing but what the end of one process brings about.
fn process<'l>(leak: &Leak, told: &Told<'_>) -> Option<Edge<'l>> {
    let events = leak.waiting.as_ref()?.events().iter();
    let of_event = |awaited: &Awaited| match &awaited.event {
        _ if !awaited.is_certain => None,
        Event::Exit { process, .. } => Some((told.process((*process)?)?, Link::Exit)),
        Event::Readiness { descriptor, .. } => {
            Some((at_pipes(leak, *descriptor, told)?, Link::Pipe))
        }
        _ => None,
    };
    let all: Vec<(usize, Link<'_>)> = events.map(of_event).collect::<Option<_>>()?;
    let (to, link) = *all.first()?;
    let is_one = all.iter().all(|(other, _)| *other == to);
    is_one.then_some(Edge::only(to, link))
}

/// The finding of the process that has the other end of the pipe with this number, or of the only descriptor of each task.
fn at_pipes(leak: &Leak, descriptor: Option<u64>, told: &Told<'_>) -> Option<usize> {
    if let Some(descriptor) = descriptor {
        return told.pipe(descriptor);
    }
    same_of_all(leak, |task| match told.kept_by(task) {
        [only] => told.pipe(u64::try_from(Fact::descriptor(&only.facts)?).ok()?),
        _ => None,
    })
}

/// What is one finding for all tasks of this one.
fn same_of_all(leak: &Leak, of_task: impl Fn(u64) -> Option<usize>) -> Option<usize> {
    let mut all = leak.tasks.iter().map(|task| of_task(*task));
    let to = all.next()??;
    all.all(|other| other == Some(to)).then_some(to)
}

/// A thread that is blocked until a process ends, or at a pipe of which that has the other end.
fn blocked<'l>(leak: &Leak, told: &Told<'_>) -> Option<Edge<'l>> {
    let State::Blocked(Call::System {
        about: Some(about), ..
    }) = leak.waiting.as_ref()?.state
    else {
        return None;
    };
    let (to, link) = match about {
        About::Process(number) => (told.process(u64::try_from(number).ok()?)?, Link::Exit),
        About::Descriptor(number) => (told.pipe(u64::try_from(number).ok()?)?, Link::Pipe),
    };
    Some(Edge::only(to, link))
}

/// Whoever waits at a connection learns of it when the far end is closed.
fn far_end<'l>(leak: &Leak, told: &Told<'_>) -> Option<Edge<'l>> {
    let Event::Readiness { descriptor, .. } = only_event(leak)? else {
        return None;
    };
    let to = same_of_all(leak, |task| {
        let [only] = told.kept_by(task) else {
            return None;
        };
        let number = Fact::descriptor(&only.facts).and_then(|number| u64::try_from(number).ok());
        let is_awaited = descriptor.is_none_or(|awaited| number == Some(awaited));
        is_awaited.then(|| told.far_end(only)).flatten()
    });
    to.map(|to| Edge::only(to, Link::FarEnd))
}

fn closes<'l>(leak: &Leak, told: &Told<'_>) -> Option<Edge<'l>> {
    let is_owned = matches!(
        descriptor::closing(leak),
        Closing::WithTask { is_shared: false }
            | Closing::WithTasks { is_shared: false }
            | Closing::AllWithTask
            | Closing::EachWithTasks { is_shared: false }
    );
    let keepers = leak.held.iter().flat_map(|kept| &kept.by);
    let tasks = keepers.filter_map(Keeper::task);
    let findings: Option<Vec<usize>> = tasks.map(|task| told.task(task)).collect();
    let findings = findings.filter(|_| is_owned)?;
    let to = *findings.first()?;
    let is_one = findings.iter().all(|finding| *finding == to);
    Some(Edge {
        to,
        link: if is_one {
            Link::Closes
        } else {
            Link::ClosesWithSeveral
        },
        is_only: is_one,
    })
}

fn used<'l>(leak: &'l Leak, told: &Told<'_>) -> Option<Edge<'l>> {
    let user_of = |kept: &'l Kept| kept.by.iter().find_map(|keeper| user(keeper, told));
    let mut users = leak.held.iter().map(user_of);
    let (to, call) = users.next()??;
    let is_one = users.all(|other| other.is_some_and(|(other, _)| other == to));
    (is_one && leak.held.len() == leak.count).then_some(Edge::only(to, Link::Used(call)))
}

/// The finding of a thread or closure that is blocked in a call on a descriptor.
fn user<'l>(keeper: &'l Keeper, told: &Told<'_>) -> Option<(usize, &'l str)> {
    let (at, does) = match keeper {
        Keeper::Thread { number, does, .. } => (told.thread(*number)?, does),
        Keeper::Closure { id, does, .. } => (told.task(*id)?, does),
        Keeper::Task { .. } | Keeper::Static { .. } => return None,
    };
    match does {
        Use::Blocked(call) => Some((at, call)),
        Use::Opened => None,
    }
}
