//! Whose files are noted, and how one is that was just made.

use std::ffi::{CStr, c_char, c_int};

use super::{
    folders,
    identity::{self, AtPath},
    records::{self, LONGEST, Noted, Path},
};
use crate::sys::{
    context::{self, Context},
    creation_stack,
    imp::{
        errno, fork,
        spare::{self, Done},
        threads,
    },
    scope_counters,
};

/// Whether this thread works for a check, so that what it makes is noted.
#[inline]
pub(super) fn is_noted() -> bool {
    let scope = context::current().scope;
    scope != Context::UNCHECKED.scope
        && scope != Context::NOBODY.scope
        && !fork::in_child()
        && !threads::is_off()
}

/// Whether `open` with these flags may make a file that is to be noted. Nothing is read of the path but by the kernel: it may be
/// any address.
#[inline]
pub(in crate::sys::imp) fn may_make(folder: c_int, path: *const c_char, flags: c_int) -> bool {
    if flags & libc::O_CREAT == 0 || !is_noted() {
        return false;
    }
    // What is there already is not made.
    flags & libc::O_EXCL != 0 || asked(folder, path) == AtPath::Nothing
}

/// What is at the path that something may be moved to, where that is to be noted. The path may be any address.
#[inline]
pub(super) fn what_is_at(path: *const c_char) -> AtPath {
    if is_noted() {
        asked(libc::AT_FDCWD, path)
    } else {
        AtPath::Unknown
    }
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
fn asked(folder: c_int, path: *const c_char) -> AtPath {
    let mut asked = Asked {
        folder,
        path,
        found: AtPath::Unknown,
    };
    in_room(ask, &mut asked);
    asked.found
}

/// What the kernel says of a path.
struct Asked {
    folder: c_int,
    path: *const c_char,
    found: AtPath,
}

fn ask(asked: &mut Asked) {
    asked.found = identity::at(asked.folder, asked.path);
}

/// Notes what a function has made at this path.
///
/// # Safety
///
/// It must be a C string.
#[inline]
pub(in crate::sys::imp) unsafe fn made(path: *const c_char) {
    // SAFETY: by contract.
    in_room(
        record,
        &mut Made(unsafe { CStr::from_ptr(path) }.to_bytes()),
    );
}

/// The same where no zero ends the path.
#[inline]
pub(super) fn note(path: &[u8]) {
    in_room(record, &mut Made(path));
}

/// What was at a path has another one now, at which this was `there` before.
///
/// # Safety
///
/// Both must be C strings.
#[inline]
pub(super) unsafe fn moved(old: *const c_char, new: *const c_char, there: AtPath) {
    if !fork::in_child() {
        // SAFETY: by contract.
        let paths = unsafe { [CStr::from_ptr(old), CStr::from_ptr(new)] };
        in_room(follow, &mut Moved { paths, there });
    }
}

/// Does this where there is room, and keeps `errno`.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "frames of the caller's stack are dear"
)]
fn in_room<T>(work: fn(&mut T), subject: &mut T) {
    let before = errno::get();
    if spare::run(work, subject) == Done::No {
        scope_counters::of(context::current().scope).temp_file_missed();
    }
    errno::set(before);
}

/// The path of what was made.
struct Made<'p>(&'p [u8]);

fn record(&mut Made(path): &mut Made<'_>) {
    // Where nobody wants paths, nothing is charged; one that could not be taken hides nothing.
    if folders::length(path).is_none() || fork::shares_memory() || !creation_stack::is_enabled() {
        return;
    }
    let noted = Noted {
        scope: context::current().scope,
        origin: creation_stack::here(0),
        thread: threads::own_numbers().0,
        runtime: threads::own_runtime(),
        identity: 0,
    };
    put(trimmed(path), noted);
}

/// The path that something had, and that which it has, with what was there before.
struct Moved<'p> {
    paths: [&'p CStr; 2],
    there: AtPath,
}

fn follow(moved: &mut Moved<'_>) {
    let is_temporary = |path: &CStr| folders::length(path.to_bytes()).is_some();
    if fork::shares_memory() || !moved.paths.into_iter().any(is_temporary) {
        return;
    }
    // Links to one file are not moved, and what was exchanged is there.
    if identity::at(libc::AT_FDCWD, moved.paths[0].as_ptr()) != AtPath::Nothing {
        return;
    }
    let [old, new] = moved.paths.map(|path| trimmed(path.to_bytes()));
    let was_inside = folders::length(old).is_some_and(|known| records::is_inside(old, known));
    match records::take(old) {
        // What was there stays whose it was, with another content.
        Some(_) if matches!(moved.there, AtPath::Is(_)) => {
            if let Some(noted) = records::take(new) {
                put(new, noted);
            }
        }
        Some(noted) => put(new, noted),
        // It was a part of a folder, and is on its own from now on.
        None if was_inside && is_noted() => record(&mut Made(new)),
        None => {}
    }
}

/// Records what is at this path, unless it is a part of a folder that is recorded.
fn put(path: &[u8], noted: Noted) {
    let Some(known) = folders::length(path) else {
        return;
    };
    if records::is_inside(path, known) {
        return;
    }
    let mut whole: Path = [0; LONGEST + 1];
    if path.len() > LONGEST {
        return scope_counters::of(noted.scope).temp_file_missed();
    }
    whole[..path.len()].copy_from_slice(path);
    match identity::at(libc::AT_FDCWD, whole.as_ptr().cast::<c_char>()) {
        AtPath::Is(identity) => records::put(path, &Noted { identity, ..noted }),
        AtPath::Nothing => {}
        AtPath::Unknown => scope_counters::of(noted.scope).temp_file_missed(),
    }
}

/// Without slashes at its end.
fn trimmed(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b'/');
    &path[..end.map_or(0, |end| end + 1)]
}
