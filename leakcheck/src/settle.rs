//! How to wait for things to end: a step machine without clock, sleep or runtime, so that both drivers share it.

use std::time::Duration;

/// Turns given to a runtime before any real time is spent.
const YIELDS: u32 = 32;
const FIRST_WAIT: Duration = Duration::from_micros(100);
const LONGEST_WAIT: Duration = Duration::from_millis(16);

/// What to do while something is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Let others run once, then look again.
    Yield,
    /// Wait this long, or for an event, then look again.
    Wait(Duration),
    /// Time is up.
    Stop,
}

/// One wait with one absolute deadline.
#[derive(Clone, Debug)]
pub(crate) struct Settle {
    limit: Duration,
    yields: u32,
    wait: Duration,
}

impl Settle {
    pub(crate) const fn new(limit: Duration) -> Self {
        Self {
            limit,
            yields: YIELDS,
            wait: FIRST_WAIT,
        }
    }

    /// Without turns to give: for a thread that drives no runtime.
    pub(crate) const fn without_yields(limit: Duration) -> Self {
        Self {
            yields: 0,
            ..Self::new(limit)
        }
    }

    /// The next step, `elapsed` after the wait began.
    pub(crate) fn step(&mut self, elapsed: Duration) -> Step {
        let left = self.limit.saturating_sub(elapsed);
        if left.is_zero() {
            return Step::Stop;
        }
        if self.yields > 0 {
            self.yields -= 1;
            return Step::Yield;
        }
        let wait = self.wait.min(left);
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        Step::Wait(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a machine whose waits take exactly as long as asked.
    fn run(mut settle: Settle) -> (u32, Vec<Duration>) {
        let (mut yields, mut waits, mut elapsed) = (0, Vec::new(), Duration::ZERO);
        loop {
            match settle.step(elapsed) {
                Step::Yield => yields += 1,
                Step::Wait(wait) => {
                    elapsed += wait;
                    waits.push(wait);
                }
                Step::Stop => return (yields, waits),
            }
        }
    }

    #[test]
    fn waits_add_up_to_the_limit_exactly() {
        for limit in [1, 7, 100, 1000].map(Duration::from_millis) {
            let (yields, waits) = run(Settle::new(limit));
            assert_eq!(yields, YIELDS);
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
        let mut settle = Settle::without_yields(Duration::from_millis(5));
        assert_eq!(settle.step(Duration::ZERO), Step::Wait(FIRST_WAIT));
        assert_eq!(settle.step(Duration::from_secs(9)), Step::Stop);
    }
}
