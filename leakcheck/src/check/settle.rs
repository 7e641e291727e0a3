//! How to wait for things to end: a step machine without clock, sleep or runtime, so that both drivers share it.

use std::time::Duration;

/// Turns given to a runtime before any real time is spent.
const TURNS: u32 = 32;
/// Those that are given however long everything else takes.
const SURE_TURNS: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_micros(100);
const LONGEST_WAIT: Duration = Duration::from_millis(16);

/// Looks take no more time than what lies between them, as long as one does not take longer than this.
const LONGEST_LOOK: Duration = Duration::from_millis(100);

/// How much longer is waited where the system does not let things run: where more wants to run than it has processors for.
const OVERLOAD: Duration = Duration::from_secs(60);

/// What to do while something is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Let others run so often, then look again.
    Turns(u32),
    /// Wait this long, or for an event, then look again.
    Wait(Duration),
    /// Time is up.
    Stop,
}

/// One wait with one limit, which the looks are no part of.
#[derive(Clone, Debug)]
pub(crate) struct Settle {
    limit: Duration,
    turns: u32,
    /// Those for what became ready during the last wait.
    last_turns: u32,
    wait: Duration,
}

impl Settle {
    pub(crate) const fn new(limit: Duration) -> Self {
        Self {
            limit,
            turns: TURNS,
            last_turns: SURE_TURNS,
            wait: FIRST_WAIT,
        }
    }

    /// Without turns to give: for a thread that drives no runtime.
    pub(crate) const fn without_turns(limit: Duration) -> Self {
        Self {
            turns: 0,
            last_turns: 0,
            ..Self::new(limit)
        }
    }

    /// The next step after `waited` and a look that took `looked`; `is_held_up` tells whether the system keeps something from
    /// running that is waited for.
    pub(crate) fn step(
        &mut self,
        waited: Duration,
        looked: Duration,
        is_held_up: impl FnOnce() -> bool,
    ) -> Step {
        if self.limit.is_zero() {
            return Step::Stop;
        }
        let left = self.limit.saturating_sub(waited);
        if self.turns
            > if left.is_zero() {
                TURNS - SURE_TURNS
            } else {
                0
            }
        {
            self.turns -= 1;
            return Step::Turns(1);
        }
        if !left.is_zero() {
            let wait = self.wait.max(looked.min(LONGEST_LOOK)).min(left);
            self.wait = (self.wait * 2).min(LONGEST_WAIT);
            return Step::Wait(wait);
        }
        if waited < self.limit + OVERLOAD && is_held_up() {
            return Step::Wait(LONGEST_WAIT);
        }
        match std::mem::take(&mut self.last_turns) {
            0 => Step::Stop,
            turns => Step::Turns(turns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;

    /// Runs a machine whose waits take exactly as long as asked.
    fn run(mut settle: Settle) -> (u32, Vec<Duration>) {
        let (mut turns, mut waits, mut waited) = (0, Vec::new(), Duration::ZERO);
        loop {
            match settle.step(waited, AT_ONCE, || false) {
                Step::Turns(more) => turns += more,
                Step::Wait(wait) => {
                    waited += wait;
                    waits.push(wait);
                }
                Step::Stop => return (turns, waits),
            }
        }
    }

    #[test]
    fn waits_add_up_to_the_limit_exactly() {
        for limit in [1, 7, 100, 1000].map(Duration::from_millis) {
            let (turns, waits) = run(Settle::new(limit));
            assert_eq!(turns, TURNS + SURE_TURNS);
            assert_eq!(waits.iter().sum::<Duration>(), limit);
            assert!(waits.iter().all(|wait| *wait <= LONGEST_WAIT));
        }
    }

    #[test]
    fn no_limit_means_no_step() {
        assert_eq!(run(Settle::new(Duration::ZERO)), (0, vec![]));
    }

    #[test]
    fn a_late_look_stops_at_once() {
        let mut settle = Settle::without_turns(Duration::from_millis(5));
        let first = settle.step(Duration::ZERO, AT_ONCE, || false);
        assert_eq!(first, Step::Wait(FIRST_WAIT));
        let late = settle.step(Duration::from_secs(9), AT_ONCE, || false);
        assert_eq!(late, Step::Stop);
    }

    #[test]
    fn turns_are_given_however_late_it_is() {
        let mut settle = Settle::new(Duration::from_nanos(1));
        let mut turns = 0;
        while let Step::Turns(more) = settle.step(Duration::from_secs(9), AT_ONCE, || false) {
            turns += more;
        }
        assert_eq!(turns, 2 * SURE_TURNS);
    }

    #[test]
    fn what_the_system_holds_up_is_waited_for() {
        let limit = Duration::from_millis(5);
        let mut settle = Settle::without_turns(limit);
        for _ in 0..100 {
            assert_eq!(
                settle.step(limit, AT_ONCE, || true),
                Step::Wait(LONGEST_WAIT)
            );
        }
        // But not for ever.
        assert_eq!(settle.step(limit + OVERLOAD, AT_ONCE, || true), Step::Stop);
    }

    #[test]
    fn looks_take_half_of_the_time_at_most() {
        let mut settle = Settle::without_turns(Duration::from_secs(1));
        let looked = Duration::from_millis(40);
        assert_eq!(settle.step(AT_ONCE, looked, || false), Step::Wait(looked));
        assert_eq!(
            settle.step(AT_ONCE, Duration::from_secs(2), || false),
            Step::Wait(LONGEST_LOOK)
        );
    }
}
