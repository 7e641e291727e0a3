//! Memory that is never freed, from the program's allocator: nothing here runs inside it.

/// Moves `value` to where it stays for good.
pub(crate) fn keep<T>(value: T) -> Option<&'static T> {
    Some(Box::leak(Box::new(value)))
}

/// Makes an array from one default value each.
pub(crate) fn keep_array<T, const N: usize>(make: impl Fn() -> T) -> Option<&'static [T; N]> {
    let values: Box<[T]> = std::iter::repeat_with(make).take(N).collect();
    let array: Box<[T; N]> = values.try_into().ok()?;
    Some(Box::leak(array))
}

/// Copies `values` to where they stay for good.
pub(crate) fn keep_slice<T: Copy>(
    values: impl ExactSizeIterator<Item = T>,
) -> Option<&'static [T]> {
    Some(values.collect::<Vec<T>>().leak())
}
