//! Timers that are armed on a runtime which a check built, and that no task has: what keeps them outlives the test.

pub(crate) mod posix;
#[cfg(all(feature = "tracing", tokio_unstable))]
mod traced;
#[cfg(not(all(feature = "tracing", tokio_unstable)))]
mod untraced;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Instant,
};

use leakcheck_introspect::{Timer, TimerList, TimerWheel};
use tokio::runtime::{Builder, Handle};

use crate::{
    base::model::{
        Detail, Fact, Firing, Kind, OtherResource, Resource, ResourceId, Seen, TimerKind,
    },
    observe::scope::{ScopeId, outside},
};
#[cfg(all(feature = "tracing", tokio_unstable))]
use traced::Origins;
#[cfg(all(feature = "tracing", tokio_unstable))]
pub(crate) use traced::{HAS_TIMER_SITES, listen, listen_for_good};
#[cfg(not(all(feature = "tracing", tokio_unstable)))]
use untraced::Origins;
#[cfg(not(all(feature = "tracing", tokio_unstable)))]
pub(crate) use untraced::{HAS_TIMER_SITES, listen, listen_for_good};

/// What every timer of tokio is: `Interval`, `Timeout` and `DelayQueue` have one inside.
const NAME: &str = "tokio::time::Sleep";

/// The time driver of a runtime.
#[derive(Clone, Debug)]
pub(crate) struct Driver {
    runtime: Handle,
    wheel: TimerWheel,
}

/// Whether timers are armed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Armed {
    None,
    Some,
    /// What tells cannot be read any more.
    Unknown,
}

impl Driver {
    /// That of a runtime that was built just now, where it can be looked at.
    pub(crate) fn of_new_runtime(runtime: &Handle) -> Option<Self> {
        Some(Self {
            runtime: runtime.clone(),
            wheel: TimerWheel::of_new_runtime(runtime)?,
        })
    }

    /// Whether any timer is armed. A clean check asks this, which costs one read of memory.
    pub(crate) fn armed(&self) -> Armed {
        let is_empty = match self.wheel.is_empty() {
            Some(is_empty) => is_empty,
            None => match TimerList::of_runtime(&self.runtime) {
                Ok(list) => list.timers().is_empty(),
                // It is only not certain where the wheel is, which the coverage says.
                Err(_) if leakcheck_introspect::is_readable() => true,
                Err(_) => return Armed::Unknown,
            },
        };
        if is_empty { Armed::None } else { Armed::Some }
    }

    /// The armed timers that no task has. Where the runtime has tasks there are none of them for certain: a timer may be
    /// deep inside a task, and wake another part of it.
    pub(crate) fn list(&self, scope: ScopeId) -> Vec<Resource> {
        if self.runtime.metrics().num_alive_tasks() > 0 {
            return Vec::new();
        }
        match TimerList::of_runtime(&self.runtime) {
            Ok(list) => {
                let now = self.now();
                let origins = Origins::of(list.timers(), scope, now);
                let timers = list.timers().iter();
                timers
                    .filter_map(|timer| resource(timer, origins.find(timer), now))
                    .collect()
            }
            Err(_) if self.wheel.is_empty() == Some(false) => vec![some()],
            Err(_) => Vec::new(),
        }
    }

    /// The moment on the runtime's own clock, which may stand still.
    fn now(&self) -> Instant {
        let _inside = self.runtime.enter();
        tokio::time::Instant::now().into_std()
    }
}

/// How much is seen of the timers of a runtime that the check built.
pub(crate) fn coverage(driver: Option<&Driver>) -> Seen {
    match (driver, leakcheck_introspect::promised()) {
        (Some(_), Ok(())) if HAS_TIMER_SITES => Seen::Full,
        (Some(_), Ok(())) => Seen::Partial(
            "timers of tokio are listed without where they were made; leakcheck's feature `tracing` adds the place, with `--cfg tokio_unstable`"
                .to_owned(),
        ),
        (Some(_), Err(error)) => Seen::Partial(format!(
            "it is seen whether there are timers of tokio, not which: {error}"
        )),
        (None, Err(error)) => Seen::Nothing(error.to_string()),
        (None, Ok(())) => Seen::Nothing(
            "the time driver is not that of a release of tokio that is known".to_owned(),
        ),
    }
}

/// Whether it is a timer of a runtime, as against one of the C library.
pub(crate) fn is_of_tokio(resource: &Resource) -> bool {
    matches!(&resource.detail, Detail::Other(thing) if thing.timer == Some(TimerKind::Tokio))
}

/// What is seen of both kinds of timers.
pub(crate) fn both(of_tokio: Seen, of_posix: Seen) -> Seen {
    let missing = [("timers of tokio", of_tokio), ("POSIX timers", of_posix)];
    let are_unseen = missing
        .iter()
        .all(|(_, seen)| matches!(seen, Seen::Nothing(_)));
    let missing: Vec<String> = missing
        .into_iter()
        .filter_map(|(which, seen)| match seen {
            Seen::Full => None,
            Seen::Partial(why) => Some(why),
            Seen::Nothing(why) => Some(format!("{which} are not seen: {why}")),
        })
        .collect();
    match missing.join("; ") {
        none if none.is_empty() => Seen::Full,
        missing if are_unseen => Seen::Nothing(missing),
        missing => Seen::Partial(missing),
    }
}

/// Whether timers are seen: those of tokio with what debug info tells of them, and those of the C library.
pub(crate) fn requirement() -> Seen {
    let driver = outside(|| {
        let runtime = Builder::new_current_thread().enable_time().build().ok()?;
        Driver::of_new_runtime(runtime.handle())
    });
    // What is only promised does not do here.
    let of_tokio = match (leakcheck_introspect::available(), coverage(driver.as_ref())) {
        (Ok(()), Seen::Partial(_)) => Seen::Full,
        (_, less) => less,
    };
    both(of_tokio, posix::coverage())
}

/// A timer that will not fire at once: the others end by themselves.
fn resource(timer: &Timer, origin: u32, now: Instant) -> Option<Resource> {
    let left = match timer.deadline() {
        Some(deadline) => Some(deadline.checked_duration_since(now)?),
        None => None,
    };
    let mut hasher = DefaultHasher::new();
    (timer.address(), timer.deadline()).hash(&mut hasher);
    let firing = left.map_or(Firing::Armed, Firing::In);
    Some(thing(hasher.finish(), origin, firing))
}

/// Those of a runtime where only their existence is known.
fn some() -> Resource {
    thing(0, 0, Firing::Unread)
}

fn thing(number: u64, origin: u32, firing: Firing) -> Resource {
    Resource {
        id: ResourceId::Other(Kind::Timer, number),
        origin,
        age_ms: None,
        detail: Detail::Other(OtherResource {
            name: Some(NAME.to_owned()),
            facts: vec![Fact::Firing(firing)],
            timer: Some(TimerKind::Tokio),
            ..OtherResource::default()
        }),
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_said_of_each_kind() {
        let no = |why: &str| Seen::Nothing(why.to_owned());
        let partly = |why: &str| Seen::Partial(why.to_owned());
        for (of_tokio, of_posix, expected) in [
            (Seen::Full, Seen::Full, Seen::Full),
            (partly("a"), Seen::Full, partly("a")),
            (Seen::Full, no("b"), partly("POSIX timers are not seen: b")),
            (
                no("a"),
                partly("b"),
                partly("timers of tokio are not seen: a; b"),
            ),
            (
                no("a"),
                no("b"),
                no("timers of tokio are not seen: a; POSIX timers are not seen: b"),
            ),
        ] {
            assert_eq!(both(of_tokio, of_posix), expected);
        }
    }
}
