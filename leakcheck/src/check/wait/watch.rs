//! The time that passes without the check's own looks.

use std::time::{Duration, Instant};

/// Runs, but for the time that looks take.
#[derive(Debug)]
pub(super) struct StopWatch {
    start: Instant,
    all_looks: Duration,
    last_look: Duration,
}

impl StopWatch {
    pub(super) fn start() -> Self {
        Self {
            start: Instant::now(),
            all_looks: Duration::ZERO,
            last_look: Duration::ZERO,
        }
    }

    /// Looks, and tells the look what has been waited.
    pub(super) fn look(&mut self, look: &mut impl FnMut(Duration) -> bool) -> bool {
        let start = Instant::now();
        let dirty = look(self.waited());
        self.last_look = start.elapsed();
        self.all_looks += self.last_look;
        dirty
    }

    pub(super) fn waited(&self) -> Duration {
        self.start.elapsed().saturating_sub(self.all_looks)
    }

    /// How long the last look took.
    pub(super) fn looked(&self) -> Duration {
        self.last_look
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    #[test]
    fn looks_are_not_waited() {
        const LOOK: Duration = Duration::from_millis(20);
        let all = Instant::now();
        let mut watch = StopWatch::start();
        for _ in 0..3 {
            assert!(watch.look(&mut |_| {
                std::thread::sleep(LOOK);
                true
            }));
            assert!(watch.looked() >= LOOK);
        }
        let waited = watch.waited();
        assert!(waited + 3 * LOOK <= all.elapsed());
        assert!(!watch.look(&mut |told| told < waited));
    }
}
