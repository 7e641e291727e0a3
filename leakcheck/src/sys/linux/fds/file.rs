//! What a descriptor is open on, in one word that no other file has while it is there.

use std::{ffi::c_char, mem::MaybeUninit};

use crate::sys::{child::StreamKind, imp::errno};

/// What a descriptor is open on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sys::imp) struct File {
    /// Folded device, inode and type.
    pub(in crate::sys::imp) identity: u64,
    /// Whether it is a pipe or a socket.
    pub(in crate::sys::imp) stream: Option<StreamKind>,
}

impl File {
    /// Where the kernel does not say what a descriptor is open on.
    pub(super) const UNKNOWN: Self = Self {
        identity: 0,
        stream: None,
    };
}

/// What `fd` is open on; `None` where it is not open. Past the C library, whose own may be traced.
pub(in crate::sys::imp) fn of(fd: i32) -> Option<File> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: a number and a place for the answer are passed.
    let ask = || unsafe { libc::syscall(libc::SYS_fstat, fd, stat.as_mut_ptr()) };
    match answer(ask) {
        // SAFETY: the kernel has written the whole structure, because it returned 0.
        Ok(()) => Some(fold(unsafe { stat.assume_init_ref() })),
        Err(libc::EBADF) => None,
        Err(_) => Some(File::UNKNOWN),
    }
}

/// What is at this path, which is a C string, behind all links.
///
/// # Safety
///
/// `path` must point to a C string.
pub(in crate::sys::imp) unsafe fn at(path: *const c_char) -> Option<File> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path is a C string by contract, and there is a place for the answer.
    let ask = || unsafe {
        let place = stat.as_mut_ptr();
        libc::syscall(libc::SYS_newfstatat, libc::AT_FDCWD, path, place, 0)
    };
    // SAFETY: the kernel has written the whole structure, because it returned 0.
    answer(ask)
        .ok()
        .map(|()| fold(unsafe { stat.assume_init_ref() }))
}

/// Whether every program has it that is run while it is open.
pub(in crate::sys::imp) fn is_inherited(fd: i32) -> bool {
    // SAFETY: the kernel is asked for flags by a number.
    let flags = errno::keeping(|| unsafe { libc::syscall(libc::SYS_fcntl, fd, libc::F_GETFD, 0) });
    flags >= 0 && flags & libc::c_long::from(libc::FD_CLOEXEC) == 0
}

/// What the kernel answers; the number of the last error stays what it was.
fn answer(ask: impl FnOnce() -> libc::c_long) -> Result<(), i32> {
    errno::keeping(|| match ask() {
        0 => Ok(()),
        _ => Err(errno::get()),
    })
}

fn fold(stat: &libc::stat) -> File {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let kind = stat.st_mode & libc::S_IFMT;
    let words = [stat.st_dev, stat.st_ino, u64::from(kind)];
    File {
        identity: words.iter().fold(0, |sum: u64, word| {
            (sum.rotate_left(5) ^ word).wrapping_mul(SPREAD)
        }),
        stream: match kind {
            libc::S_IFIFO => Some(StreamKind::Pipe),
            libc::S_IFSOCK => Some(StreamKind::Socket),
            _ => None,
        },
    }
}
