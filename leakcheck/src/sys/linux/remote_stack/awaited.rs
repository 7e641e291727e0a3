//! Signals that somebody in this process waits for, otherwise than with a handler: none of them is ever sent.
//!
//! Whoever is about to wait for signals by the C library's functions says which before it does, and never takes it back. Whoever
//! sends says so before it looks at what is awaited. Each does first what the other does last, in one order for all, so that
//! one of them sees the other: either nothing is sent, or the waiting begins when nothing is under way any more. Descriptors
//! that were made otherwise are found in `/proc`.

use std::{
    fs,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

use super::{errno, event, fork};

/// One bit for each signal that was ever waited for, signal 1 the lowest.
static AWAITED: AtomicU64 = AtomicU64::new(0);
/// The signal that was sent, or is about to be, and not taken yet; 0 for none.
static UNDER_WAY: AtomicU32 = AtomicU32::new(0);

/// The right to send a signal, for as long as it lasts: nobody begins to wait for it meanwhile.
#[derive(Debug)]
pub(super) struct Permit(());

impl Permit {
    /// `None` for a signal that somebody waits for.
    pub(super) fn of(signal: i32, by_descriptors: u64) -> Option<Self> {
        let number = u32::try_from(signal).ok()?;
        let permit = Self(());
        UNDER_WAY.store(number, Ordering::SeqCst);
        let awaited = AWAITED.load(Ordering::SeqCst) | by_descriptors;
        (bit(number) & awaited == 0).then_some(permit)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        UNDER_WAY.store(0, Ordering::SeqCst);
        event::wake(&UNDER_WAY);
    }
}

/// The caller is about to wait for these signals, one bit each.
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static"),
    allow(dead_code, reason = "nobody stands in front of a static C library")
)]
pub(in crate::sys) fn announce(signals: u64) {
    /// Who sends takes back what was not taken, a second later at most.
    const TURNS: u32 = 5000;
    AWAITED.fetch_or(signals, Ordering::SeqCst);
    if fork::in_child() {
        return;
    }
    errno::keeping(|| {
        for _ in 0..TURNS {
            let under_way = UNDER_WAY.load(Ordering::SeqCst);
            if bit(under_way) & signals == 0 {
                return;
            }
            event::wait(&UNDER_WAY, under_way, Duration::from_millis(1));
        }
    });
}

/// The signals that can be read from the descriptors of this process; `None` where that is not known.
pub(super) fn by_descriptors() -> Option<u64> {
    let mut signals = 0;
    for entry in fs::read_dir("/proc/self/fd").ok()? {
        let entry = entry.ok()?;
        let Ok(what) = fs::read_link(entry.path()) else {
            // It was closed since.
            continue;
        };
        if !what.as_os_str().as_encoded_bytes().ends_with(b"[signalfd]") {
            continue;
        }
        let name = entry.file_name().into_string().ok()?;
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{name}")).ok()?;
        let mask = info
            .lines()
            .find_map(|line| line.strip_prefix("sigmask:"))?;
        signals |= u64::from_str_radix(mask.trim(), 16).ok()?;
    }
    Some(signals)
}

fn bit(signal: u32) -> u64 {
    let place = signal.checked_sub(1);
    place
        .and_then(|place| 1_u64.checked_shl(place))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;
    use crate::{base::sync::lock_std, sys::remote_stack::ASKING};

    /// No other test waits for these, and nobody sends them.
    const WAITED: i32 = 40;
    const SENT: i32 = 41;

    #[test]
    fn what_is_awaited_is_not_sent() {
        let number = WAITED.cast_unsigned();
        announce(bit(number));
        let _asking = lock_std(&ASKING);
        assert!(Permit::of(WAITED, 0).is_none());
        assert!(Permit::of(SENT, bit(SENT.cast_unsigned())).is_none());
    }

    /// It begins when nothing is under way any more, however long that takes.
    #[test]
    fn who_waits_for_what_is_under_way_waits_until_it_is_over() {
        const SIGNAL: i32 = 42;
        let _asking = lock_std(&ASKING);
        let permit = Permit::of(SIGNAL, 0).expect("nobody waits for it");
        let (tell, told) = mpsc::channel();
        let waiting = thread::spawn(move || {
            announce(bit(SIGNAL.cast_unsigned()));
            tell.send(()).expect("it is told");
        });
        while AWAITED.load(Ordering::SeqCst) & bit(SIGNAL.cast_unsigned()) == 0 {
            thread::yield_now();
        }
        assert_eq!(told.try_recv(), Err(mpsc::TryRecvError::Empty));
        announce(bit(SENT.cast_unsigned() - 1));
        drop(permit);
        told.recv().expect("it begins");
        waiting.join().expect("it does not panic");
        assert!(Permit::of(SIGNAL, 0).is_none());
    }

    #[test]
    fn descriptors_are_found() {
        // SAFETY: the set is initialised before it is used, and the descriptor is this test's own.
        let fd = unsafe {
            let mut set = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            libc::sigaddset(&raw mut set, 43);
            libc::syscall(
                libc::SYS_signalfd4,
                -1,
                &raw const set,
                8,
                libc::SFD_CLOEXEC,
            )
        };
        assert!(fd >= 0);
        let found = by_descriptors().expect("`/proc` is there");
        assert_ne!(found & bit(43), 0);
        // SAFETY: see above.
        unsafe { libc::syscall(libc::SYS_close, fd) };
    }
}
