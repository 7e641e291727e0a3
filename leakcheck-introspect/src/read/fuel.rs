//! How many steps reading takes: counted where hostile input is tried, and nowhere else.

#[cfg(any(test, fuzzing))]
thread_local! {
    static LEFT: std::cell::Cell<u64> = const { std::cell::Cell::new(u64::MAX) };
}

/// Counts one step. More than `within` allows are a panic: the input would take too long.
#[inline]
pub(crate) fn spend() {
    #[cfg(any(test, fuzzing))]
    LEFT.set(match LEFT.get().checked_sub(1) {
        Some(left) => left,
        None => panic!("more steps than the size of the input allows"),
    });
}

/// Runs `work` with this many steps, and returns how many it took.
#[cfg(any(test, fuzzing))]
pub(crate) fn within(most: u64, work: impl FnOnce()) -> u64 {
    LEFT.set(most);
    work();
    most - LEFT.replace(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_steps_are_a_panic() {
        assert_eq!(within(3, || (0..3).for_each(|_| spend())), 3);
        let more = || within(3, || (0..4).for_each(|_| spend()));
        assert!(std::panic::catch_unwind(more).is_err());
        LEFT.set(u64::MAX);
    }
}
