//! What the kernel says of a timer. Past the C library, whose numbers for some are addresses that it may have freed.

use std::{ffi::c_int, mem::zeroed, time::Duration};

use crate::sys::imp::errno;

/// The kernel's number of the timer that the C library calls `name`, where they are the same. Older ones give an address
/// for each.
pub(super) fn number(name: usize, how: c_int) -> Option<c_int> {
    let number = c_int::try_from(name).ok()?;
    (how != libc::SIGEV_THREAD && left(number).is_some()).then_some(number)
}

/// How long until the timer with this number fires, nothing if it is not armed; `None` where there is none.
pub(super) fn left(number: c_int) -> Option<Duration> {
    ask(number).ok()
}

/// Whether there is no timer with this number. Where the kernel may not be asked, nothing tells that it is gone.
pub(super) fn is_gone(number: c_int) -> bool {
    ask(number) == Err(libc::EINVAL)
}

fn ask(number: c_int) -> Result<Duration, c_int> {
    // SAFETY: zero is valid for every field of the plain struct, which outlives the call.
    let (result, error, setting) = unsafe {
        let mut setting: libc::itimerspec = zeroed();
        let (result, error) = errno::keeping(|| {
            let result = libc::syscall(libc::SYS_timer_gettime, number, &raw mut setting);
            (result, errno::get())
        });
        (result, error, setting)
    };
    let left = setting.it_value;
    match result {
        0 => Ok(Duration::new(
            u64::try_from(left.tv_sec).unwrap_or(0),
            u32::try_from(left.tv_nsec).unwrap_or(0),
        )),
        _ => Err(error),
    }
}
