//! Exact stacks at the price of a few loads: a path is unwound once and recognised ever after.
//!
//! An unwind costs microseconds. But where the stack pointer, the place and the spawn site are those of an earlier
//! unwind, the path is almost always the same, and that can be proven by reading the return addresses where the
//! earlier unwind found them. By induction from the innermost frame: the same return address means the same code,
//! whose frame has the same size, so the next return address lies at the same distance. Frames that are aligned at
//! run time differ only with the stack pointer's low bits, which are part of the key.

use std::{
    cell::Cell,
    ptr::null_mut,
    sync::atomic::{AtomicPtr, Ordering},
};

use super::memory;
use crate::sys::origin::{self, MAX_FRAMES, mix};

const HEADS: usize = 4096;

/// A path that was unwound before, and how to recognise it.
#[derive(Clone, Copy)]
struct Known {
    depth: usize,
    tag: usize,
    parent: u32,
    low_bits: usize,
    steps: &'static [Step],
    path: u32,
    next: Option<&'static Known>,
}

/// At `offset` bytes above the anchor stands this return address.
#[derive(Clone, Copy)]
struct Step {
    offset: usize,
    address: usize,
}

static TABLE: [AtomicPtr<Known>; HEADS] = [const { AtomicPtr::new(null_mut()) }; HEADS];

thread_local! {
    static BOUNDS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// The interned path to the caller, or 0 when called from within itself.
#[inline(never)]
pub(crate) fn path(tag: usize, parent: u32) -> u32 {
    if BUSY.replace(true) {
        return 0;
    }
    let anchor = stack_pointer();
    let found = match place(anchor) {
        Some(depth) if cfg!(target_arch = "x86_64") => memoised(anchor, depth, tag, parent),
        _ => Unwound::take(anchor).intern(parent),
    };
    BUSY.set(false);
    found
}

/// How far the stack of this thread reaches. The address of a variable would not do: a sanitizer may keep those elsewhere.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is that of the caller")]
fn stack_pointer() -> usize {
    let pointer: usize;
    // SAFETY: a register is copied, and nothing else is touched.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    pointer
}

fn memoised(anchor: usize, depth: usize, tag: usize, parent: u32) -> u32 {
    let low_bits = anchor % 128;
    let hash = mix(mix(mix(0, depth), tag), parent as usize);
    let head = &TABLE[usize::try_from(hash >> 40).unwrap_or(0) % HEADS];
    let first = load(head);
    let known = std::iter::successors(first, |known| known.next).find(|known| {
        known.depth == depth
            && known.tag == tag
            && known.parent == parent
            && known.low_bits == low_bits
            && holds(known.steps, anchor)
    });
    if let Some(known) = known {
        return known.path;
    }
    let unwound = Unwound::take(anchor);
    let path = unwound.intern(parent);
    if path != 0 && unwound.is_repeatable(anchor, depth) {
        remember(
            head,
            first,
            &unwound,
            Known {
                depth,
                tag,
                parent,
                low_bits,
                steps: &[],
                path,
                next: None,
            },
        );
    }
    path
}

fn remember(
    head: &AtomicPtr<Known>,
    first: Option<&'static Known>,
    unwound: &Unwound,
    known: Known,
) {
    if !origin::afford(size_of::<Known>() + size_of_val(unwound.steps())) {
        return;
    }
    let Some(steps) = memory::keep_slice(unwound.steps()) else {
        return;
    };
    let Some(known) = memory::keep(Known {
        steps,
        next: first,
        ..known
    }) else {
        return;
    };
    let expected = first.map_or(null_mut(), |first| std::ptr::from_ref(first).cast_mut());
    // A lost race costs one more unwind later on.
    let _ = head.compare_exchange(
        expected,
        std::ptr::from_ref(known).cast_mut(),
        Ordering::AcqRel,
        Ordering::Relaxed,
    );
}

fn load(head: &AtomicPtr<Known>) -> Option<&'static Known> {
    // SAFETY: the pointers come from `memory::keep`, which never frees, and were published with release.
    unsafe { head.load(Ordering::Acquire).as_ref() }
}

/// Whether every step stands where it stood.
///
/// Steps are compared in blocks without a branch inside: where depth, tag and alignment agree they nearly always hold.
#[inline]
fn holds(steps: &[Step], anchor: usize) -> bool {
    const BLOCK: usize = 8;
    steps.chunks(BLOCK).all(|block| {
        let difference = block.iter().fold(0, |difference, step| {
            // SAFETY: `offset` is below the recorded depth, which is this anchor's depth too, so the word lies between
            // the anchor and the end of this thread's stack, which is mapped. It is aligned as it was when recorded,
            // because the anchors agree in their low bits.
            let word = unsafe { ((anchor + step.offset) as *const usize).read() };
            difference | (word ^ step.address)
        });
        difference == 0
    })
}

/// Bytes from `anchor` to the end of this thread's stack, or `None` on any other stack.
#[inline]
fn place(anchor: usize) -> Option<usize> {
    let (low, high) = match BOUNDS.get() {
        (0, 0) => bounds(),
        known => known,
    };
    (low <= anchor && anchor < high).then(|| high - anchor)
}

#[cold]
fn bounds() -> (usize, usize) {
    // SAFETY: all pointers are to locals; attributes are destroyed only after they were initialised.
    let found = unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        let (mut start, mut size) = (null_mut(), 0);
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            (1, 1)
        } else {
            let result =
                libc::pthread_attr_getstack(&raw const attributes, &raw mut start, &raw mut size);
            libc::pthread_attr_destroy(&raw mut attributes);
            if result == 0 {
                (start as usize, start as usize + size)
            } else {
                (1, 1)
            }
        }
    };
    BOUNDS.set(found);
    found
}

/// One unwind, in a fixed buffer.
struct Unwound {
    steps: [Step; MAX_FRAMES],
    len: usize,
}

impl Unwound {
    #[inline(never)]
    fn take(anchor: usize) -> Self {
        let mut taken = Self {
            steps: [Step {
                offset: 0,
                address: 0,
            }; MAX_FRAMES],
            len: 0,
        };
        let record = |frame: &backtrace::Frame| {
            let address = frame.ip() as usize;
            if address == 0 || taken.len == MAX_FRAMES {
                return false;
            }
            // The frame's stack pointer is where its callee's frame ended: the return address lies just below.
            let slot = (frame.sp() as usize).wrapping_sub(size_of::<usize>());
            if slot > anchor {
                taken.steps[taken.len] = Step {
                    offset: slot - anchor,
                    address,
                };
                taken.len += 1;
            }
            true
        };
        // SAFETY: the lock that this leaves out protects the Windows debug library only; here the unwinder is
        // re-entrant, and `BUSY` keeps a thread from entering twice.
        unsafe { backtrace::trace_unsynchronized(record) };
        taken
    }

    fn steps(&self) -> &[Step] {
        &self.steps[..self.len]
    }

    fn intern(&self, parent: u32) -> u32 {
        origin::intern(&self.steps().iter().map(|step| step.address), parent)
    }

    /// Whether the path may be recognised by its return addresses alone.
    fn is_repeatable(&self, anchor: usize, depth: usize) -> bool {
        const WORD: usize = size_of::<usize>();
        let steps = self.steps();
        let inside = |step: &Step| {
            step.offset + WORD <= depth && (anchor + step.offset).is_multiple_of(WORD)
        };
        steps.iter().all(inside)
            && steps.is_sorted_by_key(|step| step.offset)
            && holds(steps, anchor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recognises_paths_is_paid_for() {
        const MANY: usize = 1000;
        let head = AtomicPtr::new(null_mut());
        let unwound = Unwound::take(stack_pointer());
        let known = Known {
            depth: 0,
            tag: 0,
            parent: 0,
            low_bits: 0,
            steps: &[],
            path: 1,
            next: None,
        };
        let before = origin::used();
        for _ in 0..MANY {
            remember(&head, load(&head), &unwound, known);
        }
        let kept = std::iter::successors(load(&head), |known| known.next);
        let steps: usize = kept.map(|known| size_of_val(known.steps)).sum();
        assert_eq!(steps, MANY * size_of_val(unwound.steps()));
        // Other tests may take some meanwhile.
        assert!(origin::used() - before >= steps + MANY * size_of::<Known>());
    }
}
