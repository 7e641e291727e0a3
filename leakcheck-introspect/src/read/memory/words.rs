//! A reference to a trait object, taken apart.

/// The address of the value, and that of its table of methods.
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
