//! Where timers were made: what tokio told of them, by the moments at which they fire.

mod global;
mod made;
mod tee;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use leakcheck_introspect::Timer;

use crate::observe::scope::ScopeId;

pub(crate) use tee::{listen, listen_for_good};

/// Whether it is known where timers are made.
pub(crate) const HAS_TIMER_SITES: bool = true;

/// How far the moment that was told may be from that of the wheel: the clock is read once more, perhaps much later.
const FAR: Duration = Duration::from_secs(1);
/// The same where it is not certain that of all timers something was told.
const NEAR: Duration = Duration::from_millis(20);

/// The creation paths of timers, by their addresses.
pub(super) struct Origins(HashMap<u64, u32>);

impl Origins {
    /// Those of timers that a scope has left.
    pub(super) fn of(timers: &[Timer], scope: ScopeId, now: Instant) -> Self {
        let mut armed: Vec<(Instant, u64)> = timers
            .iter()
            .filter_map(|timer| Some((timer.deadline()?, timer.address())))
            .filter(|(deadline, _)| *deadline >= now)
            .collect();
        let mut made: Vec<(Instant, u32)> = made::of(scope)
            .into_iter()
            .filter_map(|made| Some((made.deadline?, made.origin)))
            .filter(|(deadline, _)| *deadline >= now)
            .collect();
        armed.sort_unstable();
        made.sort_unstable();
        Self(in_order(&armed, &made).unwrap_or_else(|| nearby(&armed, &made)))
    }

    /// The path, or 0.
    pub(super) fn find(&self, timer: &Timer) -> u32 {
        self.0.get(&timer.address()).copied().unwrap_or(0)
    }
}

fn is_within(distance: Duration, one: Instant, other: Instant) -> bool {
    one.max(other) - one.min(other) <= distance
}

/// As many were made as are armed: each is what its place in the order says.
fn in_order(armed: &[(Instant, u64)], made: &[(Instant, u32)]) -> Option<HashMap<u64, u32>> {
    (armed.len() == made.len()).then_some(())?;
    let pair = |((fires, address), (told, origin)): (&(Instant, u64), &(Instant, u32))| {
        is_within(FAR, *fires, *told).then_some((*address, *origin))
    };
    armed.iter().zip(made).map(pair).collect()
}

/// Where several fire at about one time, all of them must have been made on one path, and of each something was told.
fn nearby(armed: &[(Instant, u64)], made: &[(Instant, u32)]) -> HashMap<u64, u32> {
    let path = |(fires, address): &(Instant, u64)| {
        let of_all = made.iter().filter(|made| is_within(NEAR, *fires, made.0));
        let near: Vec<u32> = of_all.map(|made| made.1).collect();
        let others = armed
            .iter()
            .filter(|other| is_within(NEAR * 2, *fires, other.0));
        let (first, rest) = near.split_first()?;
        let is_certain = others.count() <= near.len() && rest.iter().all(|other| other == first);
        is_certain.then_some((*address, *first))
    };
    armed.iter().filter_map(path).collect()
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_certain_is_not_told() {
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        let armed = [(after(0), 1), (after(5), 2), (after(5000), 3)];
        let of = |made: &[(Instant, u32)]| {
            let found = in_order(&armed, made).unwrap_or_else(|| nearby(&armed, made));
            [1, 2, 3].map(|address| found.get(&address).copied().unwrap_or(0))
        };
        assert_eq!(
            of(&[(after(1), 7), (after(6), 8), (after(5001), 9)]),
            [7, 8, 9]
        );
        // Of one nothing was told.
        assert_eq!(of(&[(after(1), 7), (after(5001), 9)]), [0, 0, 9]);
        // One was told that is elsewhere.
        let made = [
            (after(1), 7),
            (after(6), 7),
            (after(900), 8),
            (after(5001), 9),
        ];
        assert_eq!(of(&made), [7, 7, 9]);
        let made = [
            (after(1), 7),
            (after(6), 8),
            (after(900), 8),
            (after(5001), 9),
        ];
        assert_eq!(of(&made), [0, 0, 9]);
        assert_eq!(of(&[]), [0, 0, 0]);
    }
}
