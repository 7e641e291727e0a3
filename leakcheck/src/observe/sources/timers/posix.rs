//! Timers of the C library, until they are deleted.

use std::{sync::OnceLock, time::Duration};

use super::fires_in;
use crate::{
    base::model::{Detail, Kind, Maker, Resource, ResourceId, Seen, Thing},
    observe::{
        scope::{Scope, ScopeId},
        sources::Source,
    },
    sys::{
        clock, origin, threads,
        timer::{Notice, Timer},
        timers,
    },
};

pub(in crate::observe::sources) const SOURCE: Source = Source {
    kind: Kind::Timer,
    list,
    describe,
    coverage,
};

/// What each of them is.
const NAME: &str = "POSIX timer";

/// Whether that is the name of these, as against those of tokio.
pub(crate) fn is_name(name: Option<&str>) -> bool {
    name == Some(NAME)
}

/// The timers of `scope`, or of the whole process, oldest first.
///
/// Where no check is under way, a scope is what this thread and its descendants made, as with threads.
fn list(scope: Option<ScopeId>) -> Vec<Resource> {
    let now = clock::now_ms();
    let mut found = timers::live(scope.map(ScopeId::index));
    if scope.is_some_and(|scope| !scope.is_checked()) {
        let (_, root) = threads::own_numbers();
        found.retain(|timer| root == 0 || timer.root == root);
    }
    found.sort_unstable_by_key(|timer| timer.number);
    found
        .into_iter()
        .map(|timer| Resource {
            id: ResourceId::Other(Kind::Timer, timer.number),
            origin: timer.origin,
            age_ms: Some(now.saturating_sub(timer.born_ms)),
            detail: Detail::Other(Thing {
                maker: Some(Maker {
                    thread: timer.thread,
                    runtime: timer.runtime,
                    is_selector: false,
                }),
                ..Thing::default()
            }),
        })
        .collect()
}

fn describe(id: u64, thing: &mut Thing) {
    if let Some(timer) = timers::find(id) {
        thing.name = Some(NAME.to_owned());
        thing.facts.push(clock_name(timer.clock));
        thing.facts.push(notice(timer.notice));
        thing.facts.extend(arming(timer, timers::left(id)));
    }
}

fn clock_name(clock: i32) -> String {
    let name = match clock {
        0 => "CLOCK_REALTIME",
        1 => "CLOCK_MONOTONIC",
        2 => "CLOCK_PROCESS_CPUTIME_ID",
        3 => "CLOCK_THREAD_CPUTIME_ID",
        7 => "CLOCK_BOOTTIME",
        8 => "CLOCK_REALTIME_ALARM",
        9 => "CLOCK_BOOTTIME_ALARM",
        11 => "CLOCK_TAI",
        other => return format!("clock {other}"),
    };
    name.to_owned()
}

/// What happens when it fires.
fn notice(notice: Notice) -> String {
    match notice {
        Notice::Nothing => "tells nobody".to_owned(),
        Notice::Signal(signal) => format!("sends {}", signal_name(signal)),
        Notice::SignalToThread(signal) => format!("sends {} to one thread", signal_name(signal)),
        Notice::Function => "calls a function on a thread of its own".to_owned(),
        Notice::Unknown => "tells in an unknown way".to_owned(),
    }
}

/// Those that such timers commonly send, as they are numbered on Linux.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        10 => "SIGUSR1",
        12 => "SIGUSR2",
        14 => "SIGALRM",
        26 => "SIGVTALRM",
        27 => "SIGPROF",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

/// When it fires, where that is known.
fn arming(timer: Timer, left: Option<Duration>) -> Option<String> {
    let runs_on = !matches!(timer.clock, ..0 | 2 | 3);
    match left? {
        Duration::ZERO => Some("not armed".to_owned()),
        left if runs_on => Some(fires_in(left)),
        // Processor time passes otherwise than a reader would think.
        _ => Some("armed".to_owned()),
    }
}

/// How much is seen. Believed only while a planted timer is found, which is tried once per process.
pub(crate) fn coverage() -> Seen {
    static PROBED: OnceLock<Result<(), String>> = OnceLock::new();
    if let Some(why) = timers::unavailable() {
        return Seen::Nothing(why.to_owned());
    }
    if !origin::is_enabled() {
        return Seen::Nothing(
            "stacks are switched off, and without them a timer of a test cannot be told from one of a static".to_owned(),
        );
    }
    match PROBED.get_or_init(probe) {
        Err(why) => Seen::Nothing(why.clone()),
        Ok(()) if origin::is_exhausted() => Seen::Partial(
            "more distinct creation paths than fit into 64 MiB; POSIX timers on later ones have no site".to_owned(),
        ),
        Ok(()) => timers::gap().map_or(Seen::Full, Seen::Partial),
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
    let left = timers::live(Some(scope.index())).len() + scope.tally().others();
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

    #[test]
    fn facts_are_said_in_words() {
        assert_eq!(clock_name(0), "CLOCK_REALTIME");
        assert_eq!(clock_name(-6), "clock -6");
        for (what, words) in [
            (Notice::Nothing, "tells nobody"),
            (Notice::Signal(14), "sends SIGALRM"),
            (Notice::SignalToThread(40), "sends signal 40 to one thread"),
            (Notice::Function, "calls a function on a thread of its own"),
        ] {
            assert_eq!(notice(what), words);
        }
    }

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
        let hour = Some(Duration::from_secs(3600));
        assert_eq!(arming(timer(1), None), None);
        assert_eq!(
            arming(timer(2), Some(Duration::ZERO)).as_deref(),
            Some("not armed")
        );
        assert_eq!(
            arming(timer(1), hour).as_deref(),
            Some("fires in 3600 seconds")
        );
        assert_eq!(arming(timer(-6), hour).as_deref(), Some("armed"));
    }
}
