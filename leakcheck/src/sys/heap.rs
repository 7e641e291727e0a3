//! An allocator that can be asked which memory a test has left behind.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    fmt,
};

use super::imp::heap as notes;

/// Lets leak checks see the memory that a test leaves behind: a global allocator that asks another one for the memory.
///
/// With it in the test's binary, each checked test reports allocations that were made in it, are still there when it has ended,
/// and that nothing leads to any more: no static, no thread-local, no stack, and no other memory. That is a warning where no
/// level says otherwise. It needs the feature `heap`, and works on Linux; elsewhere it only hands on what it is asked for. Outside
/// of checked tests each allocation costs one test of an atomic number more.
///
/// ```
/// use std::alloc::System;
///
/// #[global_allocator]
/// static HEAP: leakcheck::Heap<System> = leakcheck::Heap::new(System);
///
/// #[leakcheck::leak_checked(levels(heap = "deny"))]
/// #[test]
/// fn parses() {
///     let text: &'static str = Box::leak("forgotten".to_owned().into_boxed_str());
///     assert_eq!(text.len(), 9);
///     // It fails: nothing leads to the text any more.
/// }
/// # fn main() {}
/// ```
pub struct Heap<A = System> {
    inner: A,
}

impl<A> Heap<A> {
    /// An allocator that gets its memory from `inner`, such as [`System`].
    ///
    /// ```
    /// static HEAP: leakcheck::Heap = leakcheck::Heap::new(std::alloc::System);
    /// # let _ = &HEAP;
    /// ```
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

impl<A> fmt::Debug for Heap<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap").finish_non_exhaustive()
    }
}

// SAFETY: memory is that of `inner`, asked for and given back with the layouts of the caller. What is noted beside takes no memory
// of any allocator, and unwinds nowhere.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Heap<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        let start = unsafe { self.inner.alloc(layout) };
        notes::allocated(start, layout.size());
        start
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        let start = unsafe { self.inner.alloc_zeroed(layout) };
        notes::allocated(start, layout.size());
        start
    }

    #[inline]
    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's until it is given back, and has this layout.
        unsafe {
            notes::freed(start, layout);
            self.inner.dealloc(start, layout);
        }
    }

    #[inline]
    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(note) = notes::taken(start) else {
            // SAFETY: by contract.
            return unsafe { self.inner.realloc(start, layout, size) };
        };
        // SAFETY: by contract.
        unsafe { self.moved(start, layout, size, note) }
    }
}

impl<A: GlobalAlloc> Heap<A> {
    /// Moves a block while blocks are noted. One that may have pointers in it is moved by hand, where that is not dear: so nothing
    /// stays in its old place that seems to lead somewhere.
    ///
    /// # Safety
    ///
    /// As for `realloc`.
    #[cold]
    unsafe fn moved(
        &self,
        start: *mut u8,
        layout: Layout,
        size: usize,
        note: notes::Note,
    ) -> *mut u8 {
        let may_lead = layout.align() >= align_of::<usize>() && layout.size() <= notes::CLEARED;
        let now = if may_lead {
            // SAFETY: the caller has seen to it that the size is valid with this alignment. Both blocks are as long as is copied,
            // and apart.
            unsafe {
                let new = Layout::from_size_align_unchecked(size, layout.align());
                let now = self.inner.alloc(new);
                if !now.is_null() {
                    now.copy_from_nonoverlapping(start, layout.size().min(size));
                    notes::clear(start, layout);
                    self.inner.dealloc(start, layout);
                }
                now
            }
        } else {
            // SAFETY: by contract.
            unsafe { self.inner.realloc(start, layout, size) }
        };
        let (kept, length) = if now.is_null() {
            (start, layout.size())
        } else {
            (now, size)
        };
        notes::put_back(kept, length, note);
        now
    }
}
