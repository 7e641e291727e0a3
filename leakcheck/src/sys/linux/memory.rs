//! Memory that is never freed, straight from the system's allocator.
//!
//! Interposed functions may run inside the user's allocator, which therefore must not be asked. The system's own
//! is safe there: `pthread_create` and `posix_memalign` use it themselves.

use std::alloc::{GlobalAlloc, Layout, System};

/// Moves `value` to where it stays for good.
pub(crate) fn keep<T>(value: T) -> Option<&'static T> {
    let [kept] = keep_array_of::<T, 1>(|| None, Some(value))?;
    Some(kept)
}

/// Makes an array from one default value each.
pub(crate) fn keep_array<T, const N: usize>(make: impl Fn() -> T) -> Option<&'static [T; N]> {
    keep_array_of(|| Some(make()), None)
}

fn keep_array_of<T, const N: usize>(
    make: impl Fn() -> Option<T>,
    mut first: Option<T>,
) -> Option<&'static [T; N]> {
    let start = allocate::<T>(N)?;
    for index in 0..N {
        let value = first.take().or_else(&make)?;
        // SAFETY: `index < N` and `start` is valid for `N` values of `T`.
        unsafe { start.add(index).write(value) };
    }
    // SAFETY: all `N` values were written, and nothing frees or moves them.
    Some(unsafe { &*start.cast::<[T; N]>() })
}

/// Copies `values` to where they stay for good.
pub(crate) fn keep_slice<T: Copy>(values: &[T]) -> Option<&'static [T]> {
    if values.is_empty() {
        return Some(&[]);
    }
    let start = allocate::<T>(values.len())?;
    // SAFETY: `start` is valid for `values.len()` values, fresh, and nothing frees or moves it.
    unsafe {
        start.copy_from_nonoverlapping(values.as_ptr(), values.len());
        Some(std::slice::from_raw_parts(start, values.len()))
    }
}

fn allocate<T>(count: usize) -> Option<*mut T> {
    let layout = Layout::array::<T>(count).ok()?;
    debug_assert!(layout.size() > 0, "only sized things are kept");
    // SAFETY: the layout has a size, see the assertion.
    let start = unsafe { System.alloc(layout) }.cast::<T>();
    (!start.is_null()).then_some(start)
}
