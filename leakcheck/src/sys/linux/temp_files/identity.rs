//! What is at a path, told from whatever is there later.

use std::{ffi::c_char, mem::zeroed};

use crate::sys::imp::errno;

/// What the kernel says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtPath {
    /// Folded device, inode, type and time of birth.
    Is(u64),
    Nothing,
    /// It does not tell.
    Unknown,
}

/// Whether the kernel tells: old ones and filters of system calls do not.
pub(super) fn is_told() -> bool {
    matches!(at(libc::AT_FDCWD, c"/".as_ptr()), AtPath::Is(_))
}

/// What is at a path, itself and not what it leads to. Past the C library, and of any address: the kernel checks it.
pub(super) fn at(folder: i32, path: *const c_char) -> AtPath {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    // SAFETY: zero is valid for every field of the plain struct, which outlives the call; the kernel checks the path.
    let (result, error, found) = unsafe {
        let mut found: libc::statx = zeroed();
        let (result, error) = errno::keeping(|| {
            let result = libc::syscall(
                libc::SYS_statx,
                folder,
                path,
                libc::AT_SYMLINK_NOFOLLOW | libc::AT_STATX_DONT_SYNC,
                libc::STATX_TYPE | libc::STATX_INO | libc::STATX_BTIME,
                &raw mut found,
            );
            (result, errno::get())
        });
        (result, error, found)
    };
    if result != 0 {
        return match error {
            libc::ENOENT | libc::ENOTDIR => AtPath::Nothing,
            _ => AtPath::Unknown,
        };
    }
    let words = [
        u64::from(found.stx_dev_major) << 32 | u64::from(found.stx_dev_minor),
        found.stx_ino,
        u64::from(u32::from(found.stx_mode) & libc::S_IFMT),
        // The number of an inode is soon given again. Where there is no such time, it is always 0.
        found.stx_btime.tv_sec.cast_unsigned(),
        u64::from(found.stx_btime.tv_nsec),
    ];
    AtPath::Is(words.iter().fold(0, |sum: u64, word| {
        (sum.rotate_left(5) ^ word).wrapping_mul(SPREAD)
    }))
}
