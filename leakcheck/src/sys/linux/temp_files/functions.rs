//! Functions that make and move files, and are no points of cancellation: they are named as the C library's own.

use std::{
    ffi::{CStr, c_char, c_int, c_uint},
    mem::offset_of,
    ptr::null_mut,
};

use super::{
    folders::SHARED_MEMORY,
    noting::{is_noted, made, may_make, moved, note, what_is_at},
    records::LONGEST,
};
use crate::sys::imp::{errno, real_fns};

/// Notes what is made at the path with this name.
macro_rules! making {
    ($($path:ident of $name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(
            /// # Safety
            ///
            /// As for the C library's own.
            unsafe extern "C" fn $name($($argument: $kind),*) -> c_int {
                let Some(real) = real_fns::$name() else {
                    return errno::missing();
                };
                // SAFETY: the arguments are the caller's own; where the result is 0, the path is a C string.
                unsafe {
                    let result = real($($argument),*);
                    if result == 0 && is_noted() {
                        made($path);
                    }
                    result
                }
            }
        )*
    };
}

making! {
    path of mkdir(path: *const c_char, mode: libc::mode_t);
    path of mkdirat(folder: c_int, path: *const c_char, mode: libc::mode_t);
    path of symlink(to: *const c_char, path: *const c_char);
    path of symlinkat(to: *const c_char, folder: c_int, path: *const c_char);
    path of link(old: *const c_char, path: *const c_char);
    path of linkat(old_folder: c_int, old: *const c_char, folder: c_int, path: *const c_char, flags: c_int);
}

/// Lets a record follow from the one path to the other.
macro_rules! moving {
    ($($old:ident to $new:ident of $name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(
            /// # Safety
            ///
            /// As for the C library's own.
            unsafe extern "C" fn $name($($argument: $kind),*) -> c_int {
                let Some(real) = real_fns::$name() else {
                    return errno::missing();
                };
                let there = what_is_at($new);
                // SAFETY: the arguments are the caller's own; where the result is 0, both paths are C strings.
                unsafe {
                    let result = real($($argument),*);
                    if result == 0 {
                        moved($old, $new, there);
                    }
                    result
                }
            }
        )*
    };
}

moving! {
    old to new of rename(old: *const c_char, new: *const c_char);
    old to new of renameat(old_folder: c_int, old: *const c_char, folder: c_int, new: *const c_char);
    old to new of renameat2(old_folder: c_int, old: *const c_char, folder: c_int, new: *const c_char, flags: c_uint);
}

/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn bind(
    socket: c_int,
    address: *const libc::sockaddr,
    length: libc::socklen_t,
) -> c_int {
    let Some(real) = real_fns::bind() else {
        return errno::missing();
    };
    // SAFETY: the arguments are the caller's own; where the result is 0, so many bytes of the address are there.
    unsafe {
        let result = real(socket, address, length);
        let length = length as usize;
        let start = offset_of!(libc::sockaddr_un, sun_path);
        if result == 0 && length > start && is_noted() {
            let family = address.cast::<libc::sa_family_t>().read_unaligned();
            if c_int::from(family) == libc::AF_UNIX {
                let path = address.cast::<u8>().add(start);
                let path = std::slice::from_raw_parts(path, length - start);
                // One that begins with a zero has no file.
                let end = path.iter().position(|byte| *byte == 0);
                note(&path[..end.unwrap_or(path.len())]);
            }
        }
        result
    }
}

/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn mkdtemp(template: *mut c_char) -> *mut c_char {
    let Some(real) = real_fns::mkdtemp() else {
        errno::missing();
        return null_mut();
    };
    // SAFETY: the argument is the caller's own, and a C string where there is a result.
    unsafe {
        let path = real(template);
        if !path.is_null() && is_noted() {
            made(path);
        }
        path
    }
}

/// # Safety
///
/// As for the C library's own.
unsafe extern "C" fn shm_open(name: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    let Some(real) = real_fns::shm_open() else {
        return errno::missing();
    };
    let mut path = [0_u8; LONGEST];
    // SAFETY: the arguments are the caller's own, and the C library reads the name as well.
    unsafe {
        let wants = flags & libc::O_CREAT != 0 && is_noted() && !name.is_null();
        let length = if wants {
            place(CStr::from_ptr(name), &mut path)
        } else {
            None
        };
        let may_make = length.is_some() && may_make(libc::AT_FDCWD, path.as_ptr().cast(), flags);
        let result = real(name, flags, mode);
        if result >= 0 && may_make {
            note(&path[..length.unwrap_or(0)]);
        }
        result
    }
}

/// Writes where shared memory of this name is, with a zero behind it, and returns the length; `None` where there is no room.
fn place(name: &CStr, path: &mut [u8; LONGEST]) -> Option<usize> {
    let name = name.to_bytes();
    let slashes = name.iter().take_while(|byte| **byte == b'/').count();
    let parts = [SHARED_MEMORY.as_bytes(), b"/", &name[slashes..], b"\0"];
    let mut length = 0;
    for part in parts {
        path.get_mut(length..length + part.len())?
            .copy_from_slice(part);
        length += part.len();
    }
    Some(length - 1)
}

jump! {
    "mkdir" mkdir;
    "mkdirat" mkdirat;
    "symlink" symlink;
    "symlinkat" symlinkat;
    "link" link;
    "linkat" linkat;
    "rename" rename;
    "renameat" renameat;
    "renameat2" renameat2;
    "bind" bind;
    "mkdtemp" mkdtemp;
    "shm_open" shm_open;
}
