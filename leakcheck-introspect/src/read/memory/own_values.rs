//! Values that are certainly there, taken apart without the kernel.

use std::{
    mem::MaybeUninit,
    sync::atomic::{AtomicUsize, Ordering},
};

/// The address of what a reference to a trait object leads to, and that of its table of methods.
pub(crate) fn words<T>(future: &dyn Future<Output = T>) -> [u64; 2] {
    // SAFETY: both types are of one size, which the compiler checks, without padding, and every word is a valid number.
    // Nothing is read through them.
    let words = unsafe { std::mem::transmute::<&dyn Future<Output = T>, [usize; 2]>(future) };
    let [first, second] = words.map(|word| word as u64);
    // Which of them comes first is not promised.
    let data = std::ptr::from_ref(future).cast::<()>() as u64;
    if first == data {
        [first, second]
    } else {
        [second, first]
    }
}

/// The pointer that is a word of a value. Not through the kernel: the value is there.
pub(crate) fn pointer_in<T>(value: &T, word: usize) -> Option<u64> {
    let words = size_of::<T>() / size_of::<*const ()>();
    (word < words && align_of::<T>() >= align_of::<*const ()>()).then_some(())?;
    let first = std::ptr::from_ref(value).cast::<MaybeUninit<*const ()>>();
    // SAFETY: the place is inside the value, which is borrowed, and aligned as the value is.
    let pointer = unsafe { first.add(word).read() };
    // SAFETY: not padding; whoever asks has found a pointer there in another value of the type.
    Some(unsafe { pointer.assume_init() } as u64)
}

/// How many share what the `Arc` in a word of a value points to.
pub(crate) fn holders<T>(value: &T, word: usize) -> Option<usize> {
    let count = usize::try_from(pointer_in(value, word)?).ok()?;
    let count = std::ptr::with_exposed_provenance_mut(count);
    // SAFETY: the value holds the `Arc`, so that its count lives as long as the borrow; it is an atomic number, and whoever
    // asks has seen another value of the type count there.
    Some(unsafe { AtomicUsize::from_ptr(count) }.load(Ordering::Acquire))
}
