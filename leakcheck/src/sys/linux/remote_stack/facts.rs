//! What the kernel tells of a thread without disturbing it.

use std::fs;

use super::{
    calls::{Bears, Call, Waiting},
    proc,
};
use crate::base::model::KernelActivity;

/// What the kernel tells of a thread. Two of these are equal where it did not move in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) activity: KernelActivity,
    /// Where it waits; `None` for one that runs or waits elsewhere than in a call.
    pub(super) waiting: Option<Waiting>,
    /// One bit for each signal that it does not accept, signal 1 the lowest; `None` where that is not told.
    blocked: Option<u64>,
    /// One bit for each signal that was sent to it and not taken yet.
    pending: u64,
    /// How often it gave up its processor or lost it.
    switches: Option<u64>,
}

impl Facts {
    /// `None` for a thread that does not exist, or is not shown.
    pub(super) fn of(tid: i32) -> Option<Self> {
        let place = proc::of_thread(tid)?;
        let status = fs::read_to_string(format!("{place}/status")).ok()?;
        let call = fs::read_to_string(format!("{place}/syscall")).unwrap_or_default();
        Some(Self::parse(&status, &call))
    }

    pub(super) fn parse(status: &str, call: &str) -> Self {
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
        let set = |name| u64::from_str_radix(field(name)?.trim(), 16).ok();
        let count = |name| field(name)?.trim().parse::<u64>().ok();
        let (activity, waiting) = match (doing(call), field("State:")) {
            // Where calls are not shown, it is at least whether it waits.
            ((KernelActivity::Unknown, None), Some(state)) if state.trim().starts_with('R') => {
                (KernelActivity::Running, None)
            }
            (told, _) => told,
        };
        let switches = count("voluntary_ctxt_switches:").zip(count("nonvoluntary_ctxt_switches:"));
        Self {
            activity,
            waiting,
            blocked: set("SigBlk:"),
            pending: set("SigPnd:").unwrap_or(0),
            switches: switches.map(|(given, taken)| given + taken),
        }
    }

    /// Whether it stood still from the one look to the other.
    pub(super) fn is_unmoved(&self, since: &Self) -> bool {
        self.switches.is_some() && self.waiting.is_some() && self == since
    }

    /// Whether this signal is kept from it, for all that is known.
    pub(super) fn blocks(&self, signal: i32) -> bool {
        self.blocked
            .is_none_or(|blocked| blocked & bit(signal) != 0)
    }

    /// Whether this signal and no other is kept from it, which is so while it answers.
    pub(super) fn blocks_only(&self, signal: i32) -> bool {
        self.blocked == Some(bit(signal))
    }

    /// Whether this signal was sent to it and not taken yet.
    pub(super) fn has_pending(&self, signal: i32) -> bool {
        self.pending & bit(signal) != 0
    }

    /// Why a signal may do harm where it is, if so.
    ///
    /// Who blocks a signal has plans with signals: waits for them next, as `sigwait` requires, reads them from a
    /// descriptor, or is in a handler.
    pub(super) fn objection(&self, tid: i32) -> Option<&'static str> {
        let Some(waiting) = self.waiting else {
            return Some(match self.activity {
                KernelActivity::Running => {
                    "it runs, so that nobody knows how much room its stack has"
                }
                _ => "it is not known what it does",
            });
        };
        match self.blocked {
            None => return Some("it is not known which signals it blocks"),
            Some(0) => {}
            Some(_) => return Some("it blocks signals"),
        }
        let has_mask = |at: usize| waiting.arguments.get(at) != Some(&0);
        match Call::find(waiting.number).map(|call| call.bears) {
            Some(Bears::Signals) => None,
            Some(Bears::SignalsUnlessMasked(at)) => {
                has_mask(at).then_some("it waits with a signal mask of its own")
            }
            Some(Bears::SignalsUnlessRead) => {
                let is_file = !is_of_signals(tid, waiting.arguments[0]);
                (!is_file).then_some("it waits for signals")
            }
            Some(Bears::None) => Some("it waits for signals"),
            None => Some("a signal may end the system call that it is in"),
        }
    }
}

fn bit(signal: i32) -> u64 {
    let place = u32::try_from(signal - 1).ok();
    place
        .and_then(|place| 1_u64.checked_shl(place))
        .unwrap_or(0)
}

/// Whether signals are read from this descriptor, or may be for what is known.
fn is_of_signals(tid: i32, descriptor: u64) -> bool {
    let link = proc::of_thread(tid).map(|place| fs::read_link(format!("{place}/fd/{descriptor}")));
    match link {
        Some(Ok(what)) => what.as_os_str().as_encoded_bytes().ends_with(b"[signalfd]"),
        _ => true,
    }
}

/// What `/proc` says of a thread's system call.
fn doing(line: &str) -> (KernelActivity, Option<Waiting>) {
    let waiting = Waiting::parse(line);
    let activity = match &waiting {
        _ if line.trim() == "running" => KernelActivity::Running,
        None => KernelActivity::Unknown,
        Some(waiting) => KernelActivity::Call {
            name: Call::find(waiting.number).map(|call| call.name),
            first: waiting.arguments[0],
        },
    };
    (activity, waiting)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: libc::c_long, arguments: [u64; 6]) -> String {
        let arguments = arguments.map(|argument| format!("{argument:#x}"));
        format!("{number} {} 0x7ffe10 0x7f00\n", arguments.join(" "))
    }

    #[test]
    fn what_a_thread_does_is_read() {
        let call = |name, first| KernelActivity::Call { name, first };
        let (activity, waiting) = doing(&line(libc::SYS_read, [7, 0, 0, 0, 0, 0]));
        assert_eq!(activity, call(Some("read"), 7));
        assert_eq!(
            waiting.map(|waiting| waiting.stack_pointer),
            Some(0x7f_fe10)
        );
        let (activity, waiting) = doing(&line(9999, [7, 0, 0, 0, 0, 0]));
        assert_eq!(activity, call(None, 7));
        assert!(waiting.is_some());
        for (line, activity) in [
            ("running\n", KernelActivity::Running),
            ("-1 0x10 0x20\n", KernelActivity::Unknown),
            ("", KernelActivity::Unknown),
            (
                "0 0x7 0x0 nonsense 0x0 0x0 0x0 0x10 0x20",
                KernelActivity::Unknown,
            ),
        ] {
            assert_eq!(doing(line), (activity, None), "{line}");
        }
    }

    #[test]
    fn where_no_calls_are_shown_it_runs_or_waits() {
        let activity =
            |state: &str| Facts::parse(&format!("Name:\tx\nState:\t{state}\n"), "").activity;
        assert_eq!(activity("R (running)"), KernelActivity::Running);
        assert_eq!(activity("S (sleeping)"), KernelActivity::Unknown);
    }

    fn status(blocked: &str) -> String {
        format!(
            "Name:\tx\nSigPnd:\t8000000000000000\nSigBlk:\t{blocked}\nSigIgn:\t0000000000000002\n\
             voluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t4\n"
        )
    }

    const NONE: &str = "0000000000000000";

    #[test]
    fn signals_are_read() {
        let facts = Facts::parse(&status("8000000000000000"), "running");
        assert!(facts.blocks_only(64) && !facts.blocks_only(63) && !facts.blocks_only(0));
        assert!(facts.has_pending(64) && !facts.has_pending(1) && !facts.has_pending(65));
        let facts = Facts::parse(&status("8000000000000001"), "running");
        assert!(!facts.blocks_only(64));
        assert!(!Facts::parse("", "").has_pending(64));
    }

    #[test]
    fn a_thread_that_moved_did_not_stand_still() {
        let call = line(libc::SYS_futex, [0; 6]);
        let facts = Facts::parse(&status(NONE), &call);
        assert!(facts.is_unmoved(&facts));
        let moved = status(NONE).replace("switches:\t3", "switches:\t5");
        assert!(!Facts::parse(&moved, &call).is_unmoved(&facts));
        let elsewhere = line(libc::SYS_futex, [1, 0, 0, 0, 0, 0]);
        assert!(!Facts::parse(&status(NONE), &elsewhere).is_unmoved(&facts));
        let running = Facts::parse(&status(NONE), "running");
        assert!(!running.is_unmoved(&running));
        let uncounted = Facts::parse("SigBlk:\t0\n", &call);
        assert!(!uncounted.is_unmoved(&uncounted));
    }

    #[test]
    fn what_is_not_known_or_waits_for_signals_is_left_alone() {
        let objection = |status: &str, call: &str| Facts::parse(status, call).objection(0);
        let of = |number, at: usize| {
            let mut arguments = [0; 6];
            arguments[at] = 1;
            objection(&status(NONE), &line(number, arguments))
        };
        assert_eq!(of(libc::SYS_futex, 0), None);
        assert_eq!(of(libc::SYS_ppoll, 0), None);
        let masked = Some("it waits with a signal mask of its own");
        assert_eq!(of(libc::SYS_ppoll, 3), masked);
        assert_eq!(of(libc::SYS_pselect6, 5), masked);
        assert_eq!(of(libc::SYS_epoll_pwait, 4), masked);
        assert_eq!(of(libc::SYS_epoll_pwait2, 4), masked);
        assert_eq!(of(libc::SYS_io_uring_enter, 4), masked);
        let waits = Some("it waits for signals");
        assert_eq!(of(libc::SYS_rt_sigtimedwait, 0), waits);
        assert_eq!(of(libc::SYS_rt_sigsuspend, 0), waits);
        // No thread has this number, so nobody knows what it reads.
        assert_eq!(of(libc::SYS_read, 0), waits);
        assert!(of(9999, 0).is_some_and(|why| why.contains("may end")));
        let futex = line(libc::SYS_futex, [0; 6]);
        assert_eq!(objection(&status("1"), &futex), Some("it blocks signals"));
        assert!(objection("", &futex).is_some_and(|why| why.contains("which signals")));
        assert!(objection(&status(NONE), "running").is_some_and(|why| why.contains("runs")));
        assert!(objection(&status(NONE), "").is_some_and(|why| why.contains("not known")));
    }
}
