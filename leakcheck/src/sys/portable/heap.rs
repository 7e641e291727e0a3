//! Allocations that nobody notes: the truthful twin for platforms where memory is not looked at.

use std::{alloc::Layout, time::Instant};

use crate::sys::heap_block::{Block, Span};

/// Nothing is emptied.
pub(crate) const CLEARED: usize = 0;

/// There is none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Note {}

/// Nothing is noted while this lives.
#[derive(Clone, Debug)]
pub(crate) struct Watch;

/// Nothing can be noted.
pub(crate) fn watch() -> Watch {
    Watch
}

/// Nobody tells.
pub(crate) const fn is_installed() -> bool {
    false
}

/// Why memory cannot be looked at on this platform.
pub(crate) fn unavailable() -> Option<&'static str> {
    Some("memory that is left behind can be looked at on Linux (x86_64, aarch64) only")
}

/// Nothing is missing beyond [`unavailable`].
pub(crate) const fn missed() -> usize {
    0
}

/// Nothing is noted.
#[inline]
pub(crate) const fn allocated(_start: *mut u8, _size: usize) {}

/// Nothing is known of it.
///
/// # Safety
///
/// None is needed.
#[inline]
pub(crate) const unsafe fn freed(_start: *mut u8, _layout: Layout) {}

/// Nothing is known of it.
#[inline]
pub(crate) const fn taken(_start: *mut u8) -> Option<Note> {
    None
}

/// There is no note.
pub(crate) const fn put_back(_start: *mut u8, _size: usize, note: Note) {
    match note {}
}

/// Nothing is emptied.
///
/// # Safety
///
/// None is needed.
pub(crate) const unsafe fn clear(_start: *mut u8, _layout: Layout) {}

/// Nothing is known.
pub(crate) fn blocks_of(_scope: u64, _most: usize) -> Option<Vec<Block>> {
    Some(Vec::new())
}

/// Where a look would stand.
#[derive(Debug)]
pub(crate) struct Standpoint;

impl Standpoint {
    pub(crate) const fn here() -> Self {
        Self
    }
}

/// Nothing is looked at.
pub(crate) const fn clear_below() {}

/// What memory is read into.
#[derive(Debug)]
pub(crate) struct Buffer;

impl Buffer {
    pub(crate) const fn new() -> Option<Self> {
        None
    }

    /// It is too late for everything.
    pub(crate) fn read(&mut self, _span: Span, _end: Instant, _take: impl FnMut(&[usize])) -> Read {
        Read::Late
    }
}

/// No memory is known.
///
/// # Errors
///
/// None.
pub(crate) fn regions(
    _from: &Standpoint,
    _buffer: &Buffer,
    _others: &[Span],
) -> Result<Vec<Span>, String> {
    Ok(Vec::new())
}

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "nothing is read")]
pub(crate) enum Read {
    All,
    /// It took too long.
    Late,
}
