//! Exact stacks at the price of a few loads: a path is unwound once and recognised ever after.
//!
//! An unwind costs microseconds. But where the stack pointer, the place and the spawn site are those of an earlier
//! unwind, the path is almost always the same, and that can be proven by reading the return addresses where the
//! earlier unwind found them. By induction from the innermost frame: the same return address means the same code,
//! whose frame has the same size, so the next return address lies at the same distance. Frames that are aligned at
//! run time differ only with the stack pointer's low bits, which are part of the key.

use std::{
    ptr::null_mut,
    sync::atomic::{AtomicBool, AtomicPtr, Ordering},
};

use super::{
    memory,
    spare::{self, Done},
};
use crate::sys::creation_stack::paths::{self, MAX_FRAMES, mix};

const HEADS: usize = 4096;
/// Paths that look alike from the outside are compared one by one: beyond so many an unwind is as fast.
const LONGEST_CHAIN: u32 = 128;

/// A path that was unwound before, and how to recognise it.
#[derive(Clone, Copy)]
struct Known {
    depth: usize,
    tag: usize,
    parent: u32,
    low_bits: usize,
    steps: &'static [Step],
    path: u32,
    /// How many come after it.
    number: u32,
    next: Option<&'static Known>,
}

/// At `offset` bytes above the anchor stands this return address.
#[derive(Clone, Copy)]
struct Step {
    offset: usize,
    address: usize,
}

static TABLE: [AtomicPtr<Known>; HEADS] = [const { AtomicPtr::new(null_mut()) }; HEADS];

/// Has the unwinder prepare what it prepares once, which a signal handler could find half done.
pub(super) fn warm_up() {
    static IS_WARM: AtomicBool = AtomicBool::new(false);
    if !IS_WARM.load(Ordering::Relaxed) && !IS_WARM.swap(true, Ordering::Relaxed) {
        Unwound::take(spare::stack_pointer());
    }
}

/// What is to be found out.
struct Wanted {
    /// Where the caller's frames begin.
    anchor: usize,
    /// Bytes from there to the end of the thread's own stack, where it is on that.
    depth: Option<usize>,
    tag: usize,
    parent: u32,
    /// The path, once it is found.
    path: u32,
}

/// The interned path to the caller, or 0 where none could be taken.
///
/// It may be called again by a signal handler that interrupts it, and may be left for good by one.
#[inline(never)]
pub(crate) fn path(tag: usize, parent: u32) -> u32 {
    let mut wanted = Wanted::here(tag, parent);
    match recognised(&wanted) {
        Some(known) => known,
        None => wanted.unwound(),
    }
}

/// The same for what is made so often that it may take a half of what paths may take, and no more.
#[cfg(feature = "heap")]
#[inline(never)]
pub(crate) fn path_in_half(parent: u32) -> u32 {
    let mut wanted = Wanted::here(0, parent);
    match recognised(&wanted) {
        Some(known) => known,
        None if paths::is_half_used() => 0,
        None => wanted.unwound(),
    }
}

impl Wanted {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the frame is the caller's")]
    fn here(tag: usize, parent: u32) -> Self {
        let anchor = spare::stack_pointer();
        let depth = if cfg!(target_arch = "x86_64") {
            spare::depth(anchor)
        } else {
            None
        };
        Self {
            anchor,
            depth,
            tag,
            parent,
            path: 0,
        }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "frames of the caller's stack are dear"
    )]
    fn unwound(&mut self) -> u32 {
        match spare::on_another(unwind, self) {
            Done::Yes => self.path,
            Done::No => 0,
        }
    }
}

/// The path, if it was unwound before.
#[inline]
fn recognised(wanted: &Wanted) -> Option<u32> {
    let depth = wanted.depth?;
    let low_bits = wanted.anchor % 128;
    let mut next = load(head(wanted, depth));
    while let Some(known) = next {
        if known.depth == depth
            && known.tag == wanted.tag
            && known.parent == wanted.parent
            && known.low_bits == low_bits
            && holds(known.steps, wanted.anchor)
        {
            return Some(known.path);
        }
        next = known.next;
    }
    None
}

#[inline]
fn head(wanted: &Wanted, depth: usize) -> &'static AtomicPtr<Known> {
    let hash = mix(mix(mix(0, depth), wanted.tag), wanted.parent as usize);
    &TABLE[usize::try_from(hash >> 40).unwrap_or(0) % HEADS]
}

/// Finds the path the long way, which takes kilobytes of the stack.
fn unwind(wanted: &mut Wanted) {
    let unwound = Unwound::take(wanted.anchor);
    wanted.path = unwound.intern(wanted.parent);
    if let Some(depth) = wanted.depth
        && wanted.path != 0
        && unwound.is_repeatable(wanted.anchor, depth)
    {
        remember(&unwound, wanted, depth);
    }
}

fn remember(unwound: &Unwound, wanted: &Wanted, depth: usize) {
    let steps = unwound.steps();
    let head = head(wanted, depth);
    let next = load(head);
    let number = next.map_or(0, |next| next.number + 1);
    if number >= LONGEST_CHAIN || !paths::afford(size_of::<Known>() + size_of_val(steps)) {
        return;
    }
    let Some(steps) = memory::keep_slice(steps.iter().copied()) else {
        return;
    };
    let Some(known) = memory::keep(Known {
        depth,
        tag: wanted.tag,
        parent: wanted.parent,
        low_bits: wanted.anchor % 128,
        steps,
        path: wanted.path,
        number,
        next,
    }) else {
        return;
    };
    let expected = next.map_or(null_mut(), |next| std::ptr::from_ref(next).cast_mut());
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
    for block in steps.chunks(BLOCK) {
        let mut difference = 0;
        for step in block {
            // SAFETY: `offset` is below the recorded depth, which is this anchor's depth too, so the word lies between
            // the anchor and the end of this thread's stack, which is mapped. It is aligned as it was when recorded,
            // because the anchors agree in their low bits.
            let word = unsafe { ((anchor + step.offset) as *const usize).read() };
            difference |= word ^ step.address;
        }
        if difference != 0 {
            return false;
        }
    }
    true
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
        // What lies inside of the anchor is our own: on the spare stack, then on the caller's.
        let mut is_outside = spare::has(anchor);
        let record = |frame: &backtrace::Frame| {
            let address = frame.ip() as usize;
            if address == 0 || taken.len == MAX_FRAMES {
                return false;
            }
            // The frame's stack pointer is where its callee's frame ended: the return address lies just below.
            let slot = (frame.sp() as usize).wrapping_sub(size_of::<usize>());
            if spare::has(slot) {
                return true;
            }
            is_outside = is_outside || slot > anchor;
            if is_outside {
                taken.steps[taken.len] = Step {
                    offset: slot.wrapping_sub(anchor),
                    address,
                };
                taken.len += 1;
            }
            true
        };
        // SAFETY: the lock that this leaves out protects the Windows debug library only; here the unwinder is
        // re-entrant.
        unsafe { backtrace::trace_unsynchronized(record) };
        taken
    }

    fn steps(&self) -> &[Step] {
        &self.steps[..self.len]
    }

    fn intern(&self, parent: u32) -> u32 {
        paths::intern(&self.steps().iter().map(|step| step.address), parent)
    }

    /// Whether the path may be recognised by its return addresses alone.
    fn is_repeatable(&self, anchor: usize, depth: usize) -> bool {
        const WORD: usize = size_of::<usize>();
        let steps = self.steps();
        let inside = |step: &Step| {
            step.offset.saturating_add(WORD) <= depth && (anchor + step.offset).is_multiple_of(WORD)
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
        let anchor = spare::stack_pointer();
        let unwound = Unwound::take(anchor);
        let before = paths::used();
        for tag in 0..MANY {
            let wanted = Wanted {
                anchor,
                depth: None,
                tag,
                parent: 0,
                path: 1,
            };
            // Of no stack, so that nobody recognises it.
            remember(&unwound, &wanted, 0);
        }
        let each = size_of::<Known>() + size_of_val(unwound.steps());
        // Other tests may take some meanwhile.
        assert!(paths::used() - before >= MANY * each);
    }
}
