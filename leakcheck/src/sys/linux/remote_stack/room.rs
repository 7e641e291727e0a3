//! How much of its stack a thread has left.
//!
//! Known is only the stack that the C library itself made for a thread, and that of the main thread. A thread that is on any
//! other, that of a handler or of a coroutine or one that the program gave it, has memory of the program's below it.

use std::{fs, process};

use super::threads;

/// Bytes below the stack pointer that must be there: what the handler and the unwinder use, several times over (a test
/// measures it).
pub(super) const HANDLER: usize = 32 << 10;

/// A thread's own stack, as far as it can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stack {
    pub(super) low: usize,
    high: usize,
}

/// A part of the process's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mapping {
    low: usize,
    high: usize,
    is_writable: bool,
    /// Nothing may touch it.
    is_closed: bool,
    is_main_stack: bool,
}

/// The memory that stacks are in, in the order of addresses.
#[derive(Debug)]
pub(super) struct Room {
    mappings: Vec<Mapping>,
}

impl Room {
    pub(super) fn read() -> Self {
        Self::parse(&fs::read_to_string("/proc/self/maps").unwrap_or_default())
    }

    fn parse(maps: &str) -> Self {
        Self {
            mappings: maps.lines().filter_map(Mapping::parse).collect(),
        }
    }

    /// The stack that the thread is on, if that is its own and has room for a handler.
    pub(super) fn of(&self, tid: i32, stack_pointer: usize) -> Result<Stack, &'static str> {
        let own = match u32::try_from(tid) {
            Ok(tid) if tid == process::id() => self.of_main(),
            _ => threads::stack_of(tid).and_then(|given| self.of_thread(given)),
        };
        let own = own.filter(|own| (own.low..own.high).contains(&stack_pointer));
        let own = own.ok_or("it is on a stack whose bounds are not known")?;
        if own.leaves(stack_pointer) < HANDLER + frame() {
            return Err("its stack has too little room left for a signal handler");
        }
        Ok(own)
    }

    /// What the C library made for it begins above memory that nothing may touch. Where that is not seen, it has at least
    /// the size that was asked for.
    fn of_thread(&self, given: threads::Stack) -> Option<Stack> {
        let at = self
            .mappings
            .iter()
            .position(|mapping| mapping.has(given.high))?;
        let mapping = self
            .mappings
            .get(at)
            .filter(|mapping| mapping.is_writable)?;
        let below = at.checked_sub(1).and_then(|below| self.mappings.get(below));
        let has_guard = below.is_some_and(|below| below.is_closed && below.high == mapping.low);
        let low = if has_guard {
            mapping.low
        } else {
            given.low?.max(mapping.low)
        };
        (low < given.high).then_some(Stack {
            low,
            high: given.high,
        })
    }

    /// It grows as far as the limit, if nothing else is in the way.
    fn of_main(&self) -> Option<Stack> {
        /// What the kernel keeps free below it.
        const GAP: usize = 1 << 20;
        let at = self
            .mappings
            .iter()
            .position(|mapping| mapping.is_main_stack)?;
        let mapping = self.mappings.get(at)?;
        let below = at.checked_sub(1).and_then(|below| self.mappings.get(below));
        let free = below.map_or(0, |below| below.high).saturating_add(GAP);
        let limit = mapping.high.saturating_sub(limit());
        Some(Stack {
            low: free.max(limit).min(mapping.low),
            high: mapping.high,
        })
    }
}

impl Stack {
    /// Bytes below this address.
    pub(super) fn leaves(self, stack_pointer: usize) -> usize {
        stack_pointer.saturating_sub(self.low)
    }
}

impl Mapping {
    /// Reads `7f00-7f80 rw-p .. [stack]`.
    fn parse(line: &str) -> Option<Self> {
        let (range, rest) = line.split_once(' ')?;
        let (low, high) = range.split_once('-')?;
        let hex = |word| usize::from_str_radix(word, 16).ok();
        Some(Self {
            low: hex(low)?,
            high: hex(high)?,
            is_writable: rest.starts_with("rw"),
            is_closed: rest.starts_with("---"),
            is_main_stack: rest.ends_with("[stack]"),
        })
    }

    fn has(&self, address: usize) -> bool {
        (self.low..self.high).contains(&address)
    }
}

/// How far the main thread's stack may grow.
fn limit() -> usize {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the place is valid; where the call fails, nothing may grow.
    unsafe { libc::getrlimit(libc::RLIMIT_STACK, &raw mut limit) };
    usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX)
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

    const MAPS: &str = "1000-2000 r--p 0 00:00 0\n\
        100000-101000 ---p 0 00:00 0\n\
        101000-201000 rw-p 0 00:00 0\n\
        300000-400000 rw-p 0 00:00 0 [heap]\n\
        10000000-10100000 rw-p 0 00:00 0 [stack]\n\
        nonsense";

    #[test]
    fn a_stack_begins_above_its_guard() {
        let room = Room::parse(MAPS);
        let given = |high, low| threads::Stack { high, low };
        let own = room.of_thread(given(0x20_0f00, None));
        assert_eq!(
            own.map(|own| (own.low, own.high)),
            Some((0x10_1000, 0x20_0f00))
        );
        // There is no guard: what was asked for is there, as far as it is known.
        assert_eq!(room.of_thread(given(0x38_0000, None)), None);
        let own = room.of_thread(given(0x38_0000, Some(0x34_0000)));
        assert_eq!(own.map(|own| own.low), Some(0x34_0000));
        assert_eq!(room.of_thread(given(0x38_0000, Some(0x39_0000))), None);
        assert_eq!(room.of_thread(given(0x50_0000, Some(0x40_0000))), None);
        assert_eq!(room.of_thread(given(0x1800, None)), None);
    }

    #[test]
    fn the_main_stack_grows_to_its_limit_or_to_what_is_there() {
        let own = Room::parse(MAPS).of_main().expect("there is one");
        assert!(own.low <= 0x1000_0000 && own.low >= 0x50_0000);
        assert_eq!(own.high, 0x1010_0000);
        assert_eq!(Room::parse("").of_main(), None);
    }

    #[test]
    fn room_is_what_lies_below() {
        let stack = Stack {
            low: 0x1000,
            high: 0x9000,
        };
        assert_eq!(stack.leaves(0x5000), 0x4000);
        assert_eq!(stack.leaves(0x500), 0);
    }

    #[test]
    fn a_new_thread_is_on_its_own_stack_and_nobody_else_is() {
        let own = std::thread::spawn(|| {
            let local = 0_u8;
            let room = Room::read();
            let at = std::ptr::from_ref(&local) as usize;
            let tid = crate::sys::proc_threads::tid();
            let heap = vec![0_u8; 64 << 10];
            let elsewhere = room.of(tid, heap.as_ptr() as usize);
            assert!(elsewhere.is_err_and(|why| why.contains("bounds")));
            let own = room.of(tid, at).map(|own| own.leaves(at));
            (own, room.of(-5, at).is_err())
        });
        let (left, is_nobody) = own.join().expect("it does not panic");
        assert!(is_nobody);
        if cfg!(not(any(target_env = "musl", target_feature = "crt-static"))) {
            let left = left.expect("there is room");
            assert!((1 << 20..2 << 20).contains(&left), "{left}");
        }
    }
}
