//! Which memory is this crate's own: what leads from there is nobody's.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sys::heap_block::Span;

/// As many are noted. What is beyond seems to be the program's, so that what it leads to is not lost.
const MOST: usize = 4096;

static STARTS: [AtomicUsize; MOST] = [const { AtomicUsize::new(0) }; MOST];
static SIZES: [AtomicUsize; MOST] = [const { AtomicUsize::new(0) }; MOST];
static USED: AtomicUsize = AtomicUsize::new(0);

/// Notes memory that was just mapped.
pub(super) fn note(start: usize, size: usize) {
    let place = USED.fetch_add(1, Ordering::Relaxed);
    if let (Some(at), Some(length)) = (STARTS.get(place), SIZES.get(place)) {
        length.store(size, Ordering::Relaxed);
        at.store(start, Ordering::Release);
    }
}

/// Memory is about to be given back.
pub(super) fn forget(start: usize) {
    let mut noted = STARTS.iter().take(USED.load(Ordering::Relaxed));
    if let Some(at) = noted.find(|at| at.load(Ordering::Relaxed) == start) {
        at.store(0, Ordering::Release);
    }
}

/// All of it, in no order.
pub(in crate::sys::imp) fn all() -> Vec<Span> {
    let used = USED.load(Ordering::Relaxed);
    let noted = STARTS.iter().zip(&SIZES).take(used);
    let spans = noted.map(|(at, size)| {
        let start = at.load(Ordering::Acquire);
        Span::new(start, start.saturating_add(size.load(Ordering::Relaxed)))
    });
    spans.filter(|span| span.start.address() != 0).collect()
}
