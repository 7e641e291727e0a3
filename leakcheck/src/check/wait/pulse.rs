//! Whether threads were let run: tells one that does not come to an end from one that has no processor to do so.

use std::{collections::HashMap, time::Duration};

use crate::sys::proc_threads;

/// How much of a processor threads have had since they were first asked about.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    since: HashMap<i32, Duration>,
}

impl Pulse {
    /// Counts from now on, for those that are not known yet.
    pub(crate) fn note(&mut self, threads: impl IntoIterator<Item = i32>) {
        for tid in threads {
            if let Some(had) = proc_threads::cpu_time(tid) {
                self.since.entry(tid).or_insert(had);
            }
        }
    }

    /// Whether one of these threads has not begun, or wants to run and has had less than `share` of a processor.
    pub(crate) fn is_held_up(
        &mut self,
        threads: impl IntoIterator<Item = i32>,
        share: Duration,
    ) -> bool {
        let mut is_any = false;
        for tid in threads {
            // Each of them is known from here on, whatever is said of those before it.
            is_any |= self.is_one_held_up(tid, share);
        }
        is_any
    }

    fn is_one_held_up(&mut self, tid: i32, share: Duration) -> bool {
        if tid == 0 {
            return true;
        }
        let Some(had) = proc_threads::cpu_time(tid) else {
            return false;
        };
        let since = *self.since.entry(tid).or_insert(had);
        had.saturating_sub(since) < share && proc_threads::wants_to_run(tid)
    }
}

#[cfg(all(test, target_os = "linux", not(any(leakcheck_loom, miri))))]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    const SHARE: Duration = Duration::from_millis(20);

    #[test]
    fn a_thread_that_never_began_is_held_up() {
        assert!(Pulse::default().is_held_up([0], SHARE));
        assert!(!Pulse::default().is_held_up([], SHARE));
    }

    #[test]
    fn a_thread_that_runs_is_not_once_it_had_its_share() {
        let mut pulse = Pulse::default();
        let own = proc_threads::tid();
        assert!(pulse.is_held_up([own], SHARE), "it has just begun");
        while pulse.is_held_up([own], SHARE) {}
        assert!(pulse.is_held_up([own, 0], SHARE), "the other has not begun");
    }

    #[test]
    fn a_thread_that_the_program_holds_up_is_not() {
        let (kept, end) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            tell.send(proc_threads::tid()).expect("somebody listens");
            end.recv()
        });
        let tid = told.recv().expect("it tells");
        let mut pulse = Pulse::default();
        while pulse.is_held_up([tid], Duration::MAX) {
            thread::yield_now();
        }
        drop(kept);
        thread.join().expect("it does not panic").unwrap_err();
    }
}
