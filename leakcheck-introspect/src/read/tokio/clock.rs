//! Moments, as they lie in memory.

use std::time::{Duration, Instant};

use crate::read::value::{Reader, Value};

/// The moment in a value of std's or tokio's `Instant`. Std shows no numbers, so it is compared with one of our own.
pub(crate) fn instant(reader: &Reader<'_>, value: Value) -> Option<Instant> {
    const NANOS: u128 = 1_000_000_000;
    let value = reader.find(value, "std::time::Instant")?;
    // Seconds, then nanoseconds, on every Linux.
    (value.ty.size == 16 && size_of::<Instant>() == 16).then_some(())?;
    let now = Instant::now();
    let ours = std::ptr::from_ref(std::hint::black_box(&now)) as u64;
    reader.memory.forget();
    let read = |address: u64| {
        let nanos = u128::from(reader.memory.number(address.wrapping_add(8), 4)?);
        let seconds = u128::from(reader.memory.word(address)?);
        (nanos < NANOS).then_some(seconds * NANOS + nanos)
    };
    let (then, read_now) = (read(value.address)?, read(ours)?);
    let between = |later: u128, earlier| u64::try_from(later.checked_sub(earlier)?).ok();
    match between(then, read_now) {
        Some(nanos) => now.checked_add(Duration::from_nanos(nanos)),
        None => now.checked_sub(Duration::from_nanos(between(read_now, then)?)),
    }
}
