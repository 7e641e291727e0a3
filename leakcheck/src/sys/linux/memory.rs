//! Memory that is never freed, straight from the kernel.
//!
//! Interposed functions may run inside the user's allocator, or in a signal handler that interrupted it, so no allocator
//! is asked. Areas are mapped and handed out from their start to their end, without a lock: whoever is interrupted in
//! between holds up nobody.

use std::{
    alloc::Layout,
    ptr::{null_mut, with_exposed_provenance_mut},
    sync::atomic::{AtomicPtr, AtomicUsize, Ordering},
};

/// Bytes that are mapped at once. What is not touched takes no memory.
const AREA: usize = 256 << 10;

/// The beginning of an area: what follows it is handed out.
struct Area {
    /// Bytes that are taken, these included. It may grow past the end.
    used: AtomicUsize,
}

#[cfg(feature = "heap")]
pub(super) mod mapped;

static CURRENT: AtomicPtr<Area> = AtomicPtr::new(null_mut());

/// Moves `value` to where it stays for good.
pub(crate) fn keep<T>(value: T) -> Option<&'static T> {
    let start = allocate(Layout::new::<T>())?.cast::<T>();
    // SAFETY: `start` is valid for one `T`, fresh, and nothing frees or moves it.
    unsafe {
        start.write(value);
        Some(&*start)
    }
}

/// Makes an array from one default value each.
pub(crate) fn keep_array<T, const N: usize>(make: impl Fn() -> T) -> Option<&'static [T; N]> {
    let start = allocate(Layout::new::<[T; N]>())?.cast::<T>();
    for index in 0..N {
        // SAFETY: `index < N` and `start` is valid for `N` values of `T`.
        unsafe { start.add(index).write(make()) };
    }
    // SAFETY: all `N` values were written, and nothing frees or moves them.
    Some(unsafe { &*start.cast::<[T; N]>() })
}

/// Copies `values` to where they stay for good.
pub(crate) fn keep_slice<T: Copy>(
    values: impl ExactSizeIterator<Item = T>,
) -> Option<&'static [T]> {
    let len = values.len();
    let start = allocate(Layout::array::<T>(len).ok()?)?.cast::<T>();
    let mut written = 0;
    for value in values.take(len) {
        // SAFETY: `written < len` and `start` is valid for `len` values.
        unsafe { start.add(written).write(value) };
        written += 1;
    }
    // SAFETY: so many values were written, and nothing frees or moves them.
    Some(unsafe { std::slice::from_raw_parts(start, written) })
}

/// Fresh memory for this layout.
fn allocate(layout: Layout) -> Option<*mut u8> {
    if layout.size() > AREA / 4 {
        return map(layout.size());
    }
    loop {
        let area = CURRENT.load(Ordering::Acquire);
        // SAFETY: areas are never unmapped once they were current.
        if let Some(header) = unsafe { area.as_ref() } {
            let taken = header
                .used
                .fetch_add(layout.size() + layout.align(), Ordering::Relaxed);
            let start = (area.expose_provenance() + taken).next_multiple_of(layout.align());
            if start + layout.size() <= area.addr() + AREA {
                return Some(with_exposed_provenance_mut(start));
            }
        }
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping begins with a page")]
        let fresh = map(AREA)?.cast::<Area>();
        // SAFETY: an area is longer and better aligned than its header.
        unsafe {
            fresh.write(Area {
                used: AtomicUsize::new(size_of::<Area>()),
            });
        }
        let swapped = CURRENT.compare_exchange(area, fresh, Ordering::AcqRel, Ordering::Relaxed);
        if swapped.is_err() {
            unmap(fresh.cast(), AREA);
        }
    }
}

/// A mapping of its own, past the C library, whose function may be somebody else's.
pub(super) fn map(size: usize) -> Option<*mut u8> {
    // SAFETY: a new private mapping; nothing else is touched.
    let start = unsafe {
        libc::syscall(
            libc::SYS_mmap,
            null_mut::<u8>(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    let start = usize::try_from(start).ok().filter(|start| *start != 0)?;
    #[cfg(feature = "heap")]
    mapped::note(start, size);
    Some(with_exposed_provenance_mut(start))
}

/// Gives back what [`map`] has returned, of which nobody else knows.
pub(super) fn unmap(start: *mut u8, size: usize) {
    #[cfg(feature = "heap")]
    mapped::forget(start as usize);
    // SAFETY: nobody else knows of it.
    unsafe { libc::syscall(libc::SYS_munmap, start, size) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_stays_as_it_is() {
        let threads: Vec<_> = (0..4_u64)
            .map(|seed| {
                let words =
                    move |len: u64| (0..len % 50).map(|word| word * seed).collect::<Vec<_>>();
                std::thread::spawn(move || {
                    let kept: Vec<&[u64]> = (1..2000_u64)
                        .map(|len| keep_slice(words(len).into_iter()))
                        .map(|kept| kept.expect("there is memory"))
                        .collect();
                    let large =
                        keep_array::<_, AREA>(|| seed.to_le_bytes()).expect("there is memory");
                    assert!(large.iter().all(|bytes| *bytes == seed.to_le_bytes()));
                    for (kept, len) in kept.iter().zip(1..2000_u64) {
                        assert!(*kept == words(len));
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("it does not panic");
        }
    }

    #[test]
    fn it_is_aligned() {
        #[repr(align(64))]
        struct Wide(u8);
        for number in 0..100 {
            keep(number).expect("there is memory");
            let wide = keep(Wide(number)).expect("there is memory");
            assert!(std::ptr::from_ref(wide).addr().is_multiple_of(64) && wide.0 == number);
        }
    }
}
