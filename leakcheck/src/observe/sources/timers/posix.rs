//! Timers of the C library, until they are deleted.

use std::{sync::OnceLock, time::Duration};

use crate::{
    base::model::{
        Creator, Detail, Fact, Firing, Kind, OtherResource, Resource, ResourceId, Seen, TimerKind,
    },
    observe::{
        scope::{Scope, ScopeId},
        sources::{seen, source::Source},
    },
    sys::{clock, timer::Timer, timers},
};

pub(in crate::observe::sources) const SOURCE: Source = Source {
    kind: Kind::Timer,
    list,
    describe,
    coverage,
};

/// What each of them is.
const NAME: &str = "POSIX timer";

/// The timers of `scope`, or of the whole process, oldest first.
///
/// Where no check is under way, a scope is what this thread and its descendants made, as with threads.
fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = clock::now_ms();
    let mut found = timers::live(scope.map(ScopeId::index));
    found.retain(|timer| scope.is_none_or(|scope| scope.covers(timer.root)));
    found.sort_unstable_by_key(|timer| timer.number);
    found
        .into_iter()
        .map(|timer| Resource {
            id: ResourceId::Other(Kind::Timer, timer.number),
            origin: timer.origin,
            age_ms: Some(now.saturating_sub(timer.born_ms)),
            detail: Detail::Other(OtherResource {
                creator: Some(Creator {
                    thread: timer.thread,
                    runtime: timer.runtime,
                    is_selector: false,
                }),
                timer: Some(TimerKind::Posix),
                ..OtherResource::default()
            }),
        })
        .collect()
}

fn describe(id: u64, thing: &mut OtherResource) {
    if let Some(timer) = timers::find(id) {
        thing.name = Some(NAME.to_owned());
        thing.facts.push(Fact::Clock(timer.clock));
        thing.facts.push(Fact::Notice(timer.notice));
        let firing = firing(timer, timers::left(id));
        thing.facts.extend(firing.map(Fact::Firing));
    }
}

/// When it fires, where that is known.
fn firing(timer: Timer, left: Option<Duration>) -> Option<Firing> {
    let runs_on = !matches!(timer.clock, ..0 | 2 | 3);
    Some(match left? {
        Duration::ZERO => Firing::Disarmed,
        left if runs_on => Firing::In(left),
        // Processor time passes otherwise than a reader would think.
        _ => Firing::Armed,
    })
}

/// How much is seen. Believed only while a planted timer is found, which is tried once per process.
pub(crate) fn coverage() -> Seen {
    static PROBED: OnceLock<Result<(), String>> = OnceLock::new();
    let planted = || PROBED.get_or_init(probe).clone();
    match timers::unavailable() {
        Some(why) => Seen::Nothing(why.to_owned()),
        None => seen::of_paths(("timer", "POSIX timers"), planted, timers::gap),
    }
}

/// Plants a timer and looks for it, there and deleted.
fn probe() -> Result<(), String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let scope = kept.id();
    let planted = {
        let _inside = scope.enter();
        timers::with_one(|| timers::live(Some(scope.index())).len())
    };
    let left = timers::live(Some(scope.index())).len() + scope.counters().others();
    match (planted, left) {
        (Some(1), 0) => Ok(()),
        (None, _) => Err("the planted timer could not be made".to_owned()),
        (Some(0), _) => Err(
            "`timer_create` of this program is not the one that leakcheck defines, so no timer is recorded".to_owned(),
        ),
        (Some(there), left) => Err(format!(
            "a planted timer was recorded {there} times and {left} times once it was deleted"
        )),
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::base::model::Notice;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn when_it_fires_is_said_of_clocks_that_everybody_has() {
        let timer = |clock| Timer {
            number: 1,
            origin: 0,
            thread: 0,
            root: 0,
            runtime: 0,
            born_ms: 0,
            clock,
            notice: Notice::Nothing,
        };
        assert_eq!(firing(timer(1), None), None);
        assert_eq!(
            firing(timer(2), Some(Duration::ZERO)),
            Some(Firing::Disarmed)
        );
        assert_eq!(firing(timer(1), Some(HOUR)), Some(Firing::In(HOUR)));
        assert_eq!(firing(timer(-6), Some(HOUR)), Some(Firing::Armed));
    }
}
