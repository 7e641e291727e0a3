//! In which order this thread sees what others do.

use std::sync::atomic::{Ordering, fence};

/// Puts what is read from here on behind what was read so far: where the calling thread has seen something that another one did,
/// it sees all that this one did before. Says `false` where the machine cannot be made to; then what was read proves nothing.
///
/// Whoever compares a number before and after a reading has one of these behind the first and before the second.
///
/// ```
/// use leakcheck_introspect::{available, barrier};
///
/// assert!(barrier() || available().is_err() || cfg!(not(target_arch = "x86_64")));
/// ```
pub fn barrier() -> bool {
    // The others need not help: tokio counts with `Relaxed` stores, among data that anybody writes anyhow. So they are made to,
    // each at some point between the call and its return (`membarrier`): what of theirs was seen before lies before that point in
    // their program, with everything that comes first there, and all of it is visible from then on. Their compiler has kept that
    // order, because it may move nothing over what tokio does to a task's state around every poll, which both acquires and releases.
    //
    // On x86-64 every processor shows its stores in the order of its program, and loads in that of its own, also through the
    // kernel's copies: there it is enough that this compiler and processor keep theirs.
    fence(Ordering::SeqCst);
    cfg!(target_arch = "x86_64") || of_all_threads()
}

/// A barrier on each thread of this process; `false` where the kernel has none or refuses it.
fn of_all_threads() -> bool {
    const EXPEDITED: libc::c_long = 1 << 3;
    const REGISTER: libc::c_long = 1 << 4;
    // SAFETY: takes no memory and changes none.
    let command =
        |command: libc::c_long| unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) } == 0;
    // A process must say once that it will, and again where it was forked or replaced since.
    command(EXPEDITED) || (command(REGISTER) && command(EXPEDITED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_wherever_the_kernel_has_it() {
        assert!(barrier() || cfg!(not(target_arch = "x86_64")));
        // SAFETY: only asks which commands there are.
        let known = unsafe { libc::syscall(libc::SYS_membarrier, 0, 0, 0) };
        assert_eq!(of_all_threads(), known > 0 && known & (1 << 3) != 0);
    }
}
