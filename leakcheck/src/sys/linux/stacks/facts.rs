//! What the kernel tells of a thread without disturbing it.

use std::fs;

use super::calls;
use crate::model::Activity;

/// What the kernel tells of a thread.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) activity: Activity,
    /// Where its stack ends at the moment, where it does not run.
    stack_pointer: Option<usize>,
    /// One bit for each signal that it does not accept, signal 1 the lowest.
    blocked: u64,
}

impl Facts {
    /// `None` for a thread that does not exist.
    pub(super) fn of(tid: i32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/self/task/{tid}/status")).ok()?;
        let call = fs::read_to_string(format!("/proc/self/task/{tid}/syscall")).unwrap_or_default();
        let (activity, stack_pointer) = doing(&call);
        Some(Self {
            activity,
            stack_pointer,
            blocked: blocked(&status),
        })
    }

    pub(super) fn blocks(&self, signal: i32) -> bool {
        u32::try_from(signal - 1)
            .is_ok_and(|bit| self.blocked.checked_shr(bit).unwrap_or(0) & 1 == 1)
    }
}

/// Reads `running`, or the number of a system call, its six arguments, the stack pointer and the program counter; a
/// thread that is stopped elsewhere has a number of -1 and no arguments.
fn doing(line: &str) -> (Activity, Option<usize>) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let hex = |word: &str| u64::from_str_radix(word.trim_start_matches("0x"), 16).ok();
    let pointer = |word: &str| hex(word).and_then(|word| usize::try_from(word).ok());
    match words[..] {
        ["running"] => (Activity::Running, None),
        [number, first, _, _, _, _, _, stack, _] => {
            let call = number.parse().ok().zip(hex(first));
            let activity = call.map_or(Activity::Unknown, |(number, first)| Activity::Call {
                name: calls::name(number),
                first,
            });
            (activity, pointer(stack))
        }
        [_, stack, _] => (Activity::Unknown, pointer(stack)),
        _ => (Activity::Unknown, None),
    }
}

fn blocked(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// The memory that stacks may grow into.
#[derive(Debug)]
pub(super) struct Room {
    /// First and last addresses of what can be written.
    mappings: Vec<(usize, usize)>,
}

impl Room {
    pub(super) fn read() -> Self {
        let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
        Self {
            mappings: maps.lines().filter_map(writable).collect(),
        }
    }

    /// Whether the thread's stack has room for a signal handler, as far as is known.
    pub(super) fn is_enough(&self, facts: &Facts) -> bool {
        /// What the handler and the unwinder use, several times over.
        const HANDLER: usize = 32 << 10;
        let Some(end) = facts.stack_pointer else {
            return true;
        };
        let within = self
            .mappings
            .iter()
            .find(|(low, high)| (*low..*high).contains(&end));
        within.is_none_or(|(low, _)| end - low >= HANDLER + frame())
    }
}

/// Reads `7f00-7f80 rw-p ..`.
fn writable(line: &str) -> Option<(usize, usize)> {
    let (range, rest) = line.split_once(' ')?;
    let (low, high) = range.split_once('-')?;
    let hex = |word| usize::from_str_radix(word, 16).ok();
    rest.starts_with("rw").then_some((hex(low)?, hex(high)?))
}

/// Bytes that the kernel puts on the stack for a signal: the registers, which grow with each generation of processors.
fn frame() -> usize {
    const AT_MINSIGSTKSZ: libc::c_ulong = 51;
    // SAFETY: reads what the kernel left for the process at its start; 0 where it left none.
    let least = unsafe { libc::getauxval(AT_MINSIGSTKSZ) };
    usize::try_from(least).unwrap_or(0).max(libc::MINSIGSTKSZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thread_does_is_read() {
        let call = |name, first| Activity::Call { name, first };
        let read = libc::SYS_read;
        let line = format!("{read} 0x7 0x0 0x0 0x0 0x0 0x0 0x7ffe10 0x7f00");
        assert_eq!(doing(&line), (call(Some("read"), 7), Some(0x7f_fe10)));
        assert_eq!(
            doing("9999 0x7 0x0 0x0 0x0 0x0 0x0 0x10 0x20\n"),
            (call(None, 7), Some(0x10))
        );
        assert_eq!(doing("running\n"), (Activity::Running, None));
        assert_eq!(doing("-1 0x10 0x20\n"), (Activity::Unknown, Some(0x10)));
        assert_eq!(doing(""), (Activity::Unknown, None));
    }

    #[test]
    fn blocked_signals_are_read() {
        let facts = Facts {
            activity: Activity::Unknown,
            stack_pointer: None,
            blocked: blocked("Name:\tx\nSigBlk:\t8000000000000001\nSigIgn:\t0000000000000002\n"),
        };
        assert!(facts.blocks(1) && facts.blocks(64));
        assert!(!facts.blocks(2) && !facts.blocks(0) && !facts.blocks(65));
        assert_eq!(blocked(""), 0);
    }

    #[test]
    fn room_is_what_lies_below_in_the_same_mapping() {
        let maps = "1000-2000 r--p 0 00:00 0\n100000-900000 rw-p 0 00:00 0 [stack]\nnonsense";
        let room = Room {
            mappings: maps.lines().filter_map(writable).collect(),
        };
        let at = |end| Facts {
            activity: Activity::Running,
            stack_pointer: end,
            blocked: 0,
        };
        assert_eq!(room.mappings, [(0x10_0000, 0x90_0000)]);
        assert!(room.is_enough(&at(Some(0x80_0000))));
        assert!(!room.is_enough(&at(Some(0x10_1000))));
        assert!(room.is_enough(&at(None)) && room.is_enough(&at(Some(1))));
    }
}
