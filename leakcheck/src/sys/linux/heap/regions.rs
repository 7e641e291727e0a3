//! The memory of this process in which pointers may be, and what of it is ours.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    time::Instant,
};

use crate::sys::{
    heap_block::{Span, without},
    imp::{memory, spare},
};

/// Where a look stands: what is further in on the stack of its thread is its own.
#[derive(Debug)]
pub(crate) struct Standpoint {
    stack_pointer: usize,
    /// Registers that functions keep for their callers, in which those may have something. They stand above the stack pointer.
    #[allow(dead_code, reason = "read as memory")]
    registers: [usize; 12],
}

impl Standpoint {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is that of the caller")]
    pub(crate) fn here() -> Self {
        let mut registers = [0_usize; 12];
        let place = registers.as_mut_ptr();
        // SAFETY: registers are copied to an array that is longer than that.
        unsafe {
            #[cfg(target_arch = "x86_64")]
            std::arch::asm!(
                "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12",
                "mov [{0} + 24], r13", "mov [{0} + 32], r14", "mov [{0} + 40], r15",
                in(reg) place, options(nostack, preserves_flags)
            );
            #[cfg(target_arch = "aarch64")]
            std::arch::asm!(
                "stp x19, x20, [{0}]", "stp x21, x22, [{0}, #16]", "stp x23, x24, [{0}, #32]",
                "stp x25, x26, [{0}, #48]", "stp x27, x28, [{0}, #64]", "str x29, [{0}, #80]",
                in(reg) place, options(nostack, preserves_flags)
            );
        }
        Self {
            stack_pointer: spare::stack_pointer(),
            registers,
        }
    }

    /// What of the calling thread's own stack is below, where nothing is any more but what the look has.
    fn below(&self, mapped: &[Span]) -> Option<Span> {
        let here = self.stack_pointer;
        let low = spare::lowest(here)?;
        let mut mapped = mapped.iter().copied();
        let around = mapped.find(|span| span.start.address() <= here && here < span.end.address());
        // The main thread's may not have grown as far.
        Some(Span::new(low.max(around?.start.address()), here))
    }
}

/// Empties what is below on the stack of the calling thread, as far as what is called next may come: what earlier functions have
/// left there would seem to be theirs.
#[inline(never)]
pub(crate) fn clear_below() {
    let here = spare::stack_pointer();
    let low = spare::lowest(here);
    if low.is_some_and(|low| here - low > 2 * FAR) {
        clear();
    }
}

/// Bytes of the stack that are emptied.
const FAR: usize = 48 << 10;

/// A function of its own: to enter it takes all of them.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "it is about the stack")]
fn clear() {
    let mut nothing = [0_u8; FAR];
    std::hint::black_box(&mut nothing);
}

/// Parts of memory in which pointers may be, without those of the look and of this crate, and without `others`; all in the order of
/// addresses.
///
/// # Errors
///
/// Where the kernel does not tell which memory there is.
pub(crate) fn regions(
    from: &Standpoint,
    buffer: &Buffer,
    others: &[Span],
) -> Result<Vec<Span>, String> {
    let maps = fs::read_to_string("/proc/self/maps")
        .map_err(|error| format!("/proc/self/maps cannot be read: {error}"))?;
    let mapped: Vec<Span> = maps.lines().filter_map(parse).collect();
    let mut own = memory::mapped::all();
    own.extend(from.below(&mapped));
    own.push(buffer.span());
    own.sort_unstable_by_key(|span| span.start.address());
    let pages = Pages::open();
    let there: Vec<Span> = mapped
        .into_iter()
        .flat_map(|span| pages.touched(span))
        .collect();
    let left = without(&there, &merged(own));
    Ok(without(&left, others))
}

/// One after the other, where they overlap or touch.
fn merged(spans: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start.address() <= last.end.address() => {
                if span.end.address() > last.end.address() {
                    last.end = span.end;
                }
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// Reads `7f00-7f80 rw-p 00000000 00:00 0 [stack]`, where a program may have put pointers there: in what it can write, and in what
/// is in no file.
fn parse(line: &str) -> Option<Span> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let may = words.next()?.as_bytes();
    let (inode, name) = (words.nth(2)?, words.next().unwrap_or(""));
    let is_kernels = ["[vvar", "[vdso", "[vsyscall", "[uprobes"]
        .iter()
        .any(|own| name.starts_with(own));
    let may_have = may.first() == Some(&b'r') && (may.get(1) == Some(&b'w') || inode == "0");
    let hex = |word| usize::from_str_radix(word, 16).ok();
    (may_have && !is_kernels)
        .then(|| Some(Span::new(hex(start)?, hex(end)?)))
        .flatten()
}

/// Which pages of memory were ever touched: in others there is nothing.
struct Pages {
    map: Option<File>,
    size: usize,
}

impl Pages {
    fn open() -> Self {
        // SAFETY: the call has no preconditions.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        Self {
            map: File::open("/proc/self/pagemap").ok(),
            size: usize::try_from(size).unwrap_or(0).max(4096),
        }
    }

    /// The parts of a region that were; all of it where that is not told.
    fn touched(&self, span: Span) -> Vec<Span> {
        self.told(span).unwrap_or_else(|| vec![span])
    }

    fn told(&self, span: Span) -> Option<Vec<Span>> {
        /// Pages that are asked for at once.
        const BATCH: usize = 4096;
        let map = self.map.as_ref()?;
        let (start, end) = (span.start.address(), span.end.address());
        let mut parts: Vec<Span> = Vec::new();
        let mut bytes = vec![0; BATCH.min((end - start).div_ceil(self.size)) * 8];
        let mut at = start;
        while at < end {
            let count = BATCH.min((end - at).div_ceil(self.size));
            let words = bytes.get_mut(..count * 8)?;
            map.read_exact_at(words, (at / self.size * 8) as u64).ok()?;
            for word in words.chunks_exact(8) {
                let next = at + self.size;
                // The two upper bits: it is in memory, or elsewhere.
                if word.get(7).is_some_and(|high| high & 0xc0 != 0) {
                    match parts.last_mut() {
                        Some(last) if last.end.address() == at => last.end = Span::new(0, next).end,
                        _ => parts.push(Span::new(at, next)),
                    }
                }
                at = next;
            }
        }
        Some(parts)
    }
}

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// All of it was read that is still there.
    All,
    /// It took too long.
    Late,
}

/// How much is read at once.
#[derive(Clone, Copy)]
enum Pace {
    Whole,
    Page,
}

/// What memory is read into: none of any allocator, and left out of all looks, because copies lead nowhere.
#[derive(Debug)]
pub(crate) struct Buffer(&'static mut [usize]);

impl Buffer {
    /// Words that are read at once.
    const WORDS: usize = 32 << 10;

    /// `None` where there is no memory for it.
    pub(crate) fn new() -> Option<Self> {
        let start = memory::map(Self::WORDS * size_of::<usize>())?;
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping begins with a page")]
        let start = start.cast::<usize>();
        // SAFETY: the memory was just mapped, is zero, as long as this, and nobody's else; it is unmapped with this.
        Some(Self(unsafe {
            std::slice::from_raw_parts_mut(start, Self::WORDS)
        }))
    }

    /// Gives `take` the words of a part of memory, some at a time, until `end`.
    pub(crate) fn read(
        &mut self,
        span: Span,
        end: Instant,
        mut take: impl FnMut(&[usize]),
    ) -> Read {
        const WORD: usize = size_of::<usize>();
        /// What is gone is so by pages.
        const PAGE: usize = 4096;
        let last = span.end.address();
        let mut at = span.start.address().next_multiple_of(WORD);
        let mut pace = Pace::Whole;
        while at + WORD <= last {
            let most = match pace {
                Pace::Whole => Self::WORDS,
                Pace::Page => (PAGE - at % PAGE) / WORD,
            };
            let count = most.min((last - at) / WORD);
            let Some(words) = self.0.get_mut(..count) else {
                break;
            };
            match (leakcheck_introspect::read_words(at as u64, words), pace) {
                (true, _) => {
                    take(words);
                    at += count * WORD;
                }
                (false, Pace::Whole) => pace = Pace::Page,
                (false, Pace::Page) => {
                    at = (at + 1).next_multiple_of(PAGE);
                    pace = Pace::Whole;
                }
            }
            if Instant::now() > end {
                return Read::Late;
            }
        }
        Read::All
    }

    fn span(&self) -> Span {
        let start = self.0.as_ptr() as usize;
        Span::new(start, start + size_of_val::<[usize]>(self.0))
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        memory::unmap(self.0.as_mut_ptr().cast(), size_of_val::<[usize]>(self.0));
    }
}

#[cfg(test)]
mod tests;
