//! What was opened, by the number of the descriptor.
//!
//! A number belongs to whoever opened it until it is closed, so no two threads record one number at once. A record is of what was
//! opened last, and ends when the kernel has closed that: where the number was given out again meanwhile, it is another's already.
//! Should something close and open it past the C library, the next look at it finds another file there, and ends the record.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::file::{self, File};
use crate::{
    base::model::Limited,
    sys::{
        StaticTable,
        budget::{self, Census, end_fd},
        child::StreamKind,
        clock,
        descriptor::Descriptor,
        imp::{errno, spare},
        record::{Ended, Record, Seen},
        scope_counters,
        timeline::{self, Beginning, Thing},
    },
};

/// Chunks of 256 numbers: more than a process may have open by default.
const CHUNKS: usize = 4096;

/// What is known of an open descriptor.
#[derive(Debug, Default)]
struct Facts {
    origin: AtomicU32,
    runtime: AtomicU32,
    thread: AtomicU64,
    born: AtomicU64,
    /// See [`File::identity`].
    file: AtomicU64,
    is_selector: AtomicU32,
    /// See [`StreamKind`].
    stream: AtomicU32,
    /// 1 where a child of another scope may have it.
    is_shared: AtomicU32,
}

static RECORDS: StaticTable<Record<Facts>, CHUNKS> = StaticTable::new();
/// Numbers from here on were never recorded.
static HIGH: AtomicUsize = AtomicUsize::new(0);
/// How many were recorded.
static OPENED: AtomicU64 = AtomicU64::new(0);
/// Low bits of a number, which are the descriptor's own.
const FD_BITS: u32 = 20;
const _: () = assert!(
    StaticTable::<Record<Facts>, CHUNKS>::LEN <= 1 << FD_BITS,
    "a number says where it is"
);
/// Descriptors whose number was too high.
static MISSED: AtomicUsize = AtomicUsize::new(0);

/// What is noted of a descriptor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub(super) scope: u64,
    pub(super) origin: u32,
    pub(super) thread: u64,
    pub(super) runtime: u32,
    pub(super) is_selector: bool,
}

/// Notes what was opened as `fd`, which the caller owns.
pub(super) fn put(fd: i32, noted: Noted) {
    let Some(record) = usize::try_from(fd).ok().and_then(|fd| RECORDS.get(fd)) else {
        MISSED.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let Some(file) = file::of(fd) else {
        return forget(fd);
    };
    HIGH.fetch_max(fd.cast_unsigned() as usize + 1, Ordering::AcqRel);
    let counters = scope_counters::of(noted.scope);
    counters.other_started();
    let serial = OPENED.fetch_add(1, Ordering::Relaxed) + 1;
    let number = serial << FD_BITS | u64::from(fd.cast_unsigned());
    record.claim_anew(number).into_iter().for_each(over);
    // What had this number before is over, and does not count beside it.
    let rise = budget::started(counters, noted.scope, Limited::Fd, noted.origin);
    let is_published = record.publish(number, noted.scope, |facts| {
        facts.origin.store(noted.origin, Ordering::Relaxed);
        facts.thread.store(noted.thread, Ordering::Relaxed);
        facts.runtime.store(noted.runtime, Ordering::Relaxed);
        let is_selector = u32::from(noted.is_selector);
        facts.is_selector.store(is_selector, Ordering::Relaxed);
        facts.born.store(clock::now_ms(), Ordering::Relaxed);
        facts.file.store(file.identity, Ordering::Relaxed);
        let stream = StreamKind::to_word(file.stream);
        facts.stream.store(stream, Ordering::Relaxed);
        let is_shared = file.stream.is_some() && file::is_inherited(fd);
        facts
            .is_shared
            .store(u32::from(is_shared), Ordering::Relaxed);
    });
    if !is_published {
        // A signal handler has interrupted this, closed what was opened and opened another.
        let scope = noted.scope;
        return over(Ended { number, scope });
    }
    timeline::begins(counters, noted.scope, || Beginning {
        thing: Thing::Fd,
        number,
        origin: noted.origin,
        task: 0,
        thread: noted.thread,
    });
    if let Some(rise) = rise {
        rise.note(number + 1, |census| look_at_all(noted.scope, census));
    }
}

/// Tells of each descriptor of the scope.
fn look_at_all(scope: u64, census: &mut Census) {
    let used = HIGH.load(Ordering::Acquire);
    for fd in 0..i32::try_from(used).unwrap_or(i32::MAX) {
        let Some(record) = peek(fd) else { continue };
        let Some(seen) = record.read(Some(scope), |facts| facts.read(fd)) else {
            continue;
        };
        let (found, is_what_it_was) = seen.facts;
        if is_what_it_was {
            census.add(seen.number, found.origin);
        } else if let Some(ended) = record.end(seen.number) {
            over(ended);
            census.miss();
        }
    }
}

/// A descriptor that cannot be noted.
pub(super) fn miss() {
    MISSED.fetch_add(1, Ordering::Relaxed);
}

/// The number of what is recorded as open here, or 0.
#[inline]
pub(super) fn number(fd: i32) -> u64 {
    peek(fd).and_then(Record::number).unwrap_or(0)
}

/// What is opened from now on has this number or a higher one.
pub(super) fn next() -> u64 {
    (OPENED.load(Ordering::Relaxed) + 1) << FD_BITS
}

/// Whether a descriptor that may be recorded is not below this one.
pub(super) fn reaches(first: u32) -> bool {
    (first as usize) < HIGH.load(Ordering::Acquire)
}

/// A descriptor was closed.
fn over(fd: Ended) {
    if scope_counters::of(fd.scope).keeps_times() {
        note_end(fd);
    }
    end_fd(fd);
}

/// To find the entry takes more of the stack than is known to be left.
#[cold]
#[inline(never)]
fn note_end(mut fd: Ended) {
    let errno = errno::get();
    // Where there is no room its end is not known.
    let _done = spare::run(
        |fd: &mut Ended| {
            let counters = scope_counters::of(fd.scope);
            timeline::ends(counters, fd.scope, Thing::Fd, fd.number);
        },
        &mut fd,
    );
    errno::set(errno);
}

/// What had this number was closed.
pub(super) fn end(number: u64) {
    // Without closures: their frames would be on a stack that may have little room.
    if let Some(record) = peek(fd(number))
        && let Some(ended) = record.end(number)
    {
        over(ended);
    }
}

/// The same, if it was.
pub(super) fn end_if_gone(number: u64) {
    look(fd(number), None);
}

/// What is recorded as open here is not any more.
pub(super) fn forget(fd: i32) {
    end(number(fd));
}

/// What was opened before `next` from `first` to `last` was closed.
pub(super) fn end_range(first: u32, last: u32, next: u64) {
    let end_of = HIGH
        .load(Ordering::Acquire)
        .min((last as usize).saturating_add(1));
    let fds = (first as usize..end_of).filter_map(|fd| i32::try_from(fd).ok());
    fds.map(number)
        .filter(|number| *number < next)
        .for_each(end);
}

fn fd(number: u64) -> i32 {
    i32::try_from(number & ((1 << FD_BITS) - 1)).unwrap_or(-1)
}

/// Those of `scope`, or of every scope, that are open and still what they were.
pub(super) fn live(scope: Option<u64>) -> Vec<Descriptor> {
    let used = HIGH.load(Ordering::Acquire);
    (0..i32::try_from(used).unwrap_or(i32::MAX))
        .filter_map(|fd| look(fd, scope))
        .collect()
}

/// Whether `fd` is still the descriptor with this number, open and what it was.
pub(super) fn is(fd: i32, number: u64) -> bool {
    look(fd, None).is_some_and(|found| found.number == number)
}

/// A pipe or socket that a thread has opened.
#[derive(Clone, Copy, Debug)]
pub(in crate::sys::imp) struct Stream {
    pub(in crate::sys::imp) scope: u64,
    pub(in crate::sys::imp) fd: i32,
    pub(in crate::sys::imp) identity: u64,
    pub(in crate::sys::imp) kind: StreamKind,
    pub(in crate::sys::imp) origin: u32,
    pub(in crate::sys::imp) thread: u64,
    pub(in crate::sys::imp) runtime: u32,
    /// Whether a child of another scope may have it.
    pub(in crate::sys::imp) is_shared: bool,
}

/// Tells of each that is open; what is told of as shared stays that.
pub(in crate::sys::imp) fn streams(mut is_shared: impl FnMut(&Stream) -> bool) {
    let used = HIGH.load(Ordering::Acquire);
    for fd in 0..i32::try_from(used).unwrap_or(i32::MAX) {
        let stream = peek(fd).and_then(|record| record.read(None, |facts| facts.stream(fd)));
        if let Some(Seen {
            scope,
            facts: Some(stream),
            ..
        }) = stream
            && is_shared(&Stream { scope, ..stream })
            && let Some(record) = peek(fd)
        {
            // Where another has the record already, less is said of that.
            record.own().is_shared.store(1, Ordering::Relaxed);
        }
    }
}

/// This is a child of the process that has opened them: they were there before.
pub(super) fn clear() {
    let used = HIGH.load(Ordering::Acquire);
    (0..used)
        .filter_map(|fd| RECORDS.peek(fd))
        .for_each(Record::clear);
}

/// Why descriptors may have gone unseen, if so.
pub(super) fn gap() -> Option<String> {
    match MISSED.load(Ordering::Relaxed) {
        0 => None,
        missed => Some(format!(
            "{missed} descriptors had higher numbers than the {} that are recorded",
            StaticTable::<Record<Facts>, CHUNKS>::LEN
        )),
    }
}

fn peek(fd: i32) -> Option<&'static Record<Facts>> {
    RECORDS.peek(usize::try_from(fd).ok()?)
}

/// What is recorded of `fd`, unless something else is open there.
fn look(fd: i32, scope: Option<u64>) -> Option<Descriptor> {
    let record = peek(fd)?;
    let seen: Seen<(Descriptor, bool)> = record.read(scope, |facts| facts.read(fd))?;
    let (found, is_what_it_was) = seen.facts;
    if !is_what_it_was {
        // It was closed past the C library, as `fclose` of a library that has its own does.
        record.end(seen.number).into_iter().for_each(over);
        return None;
    }
    Some(Descriptor {
        number: seen.number,
        ..found
    })
}

impl Facts {
    /// What it is, where it is a pipe or a socket.
    fn stream(&self, fd: i32) -> Option<Stream> {
        Some(Stream {
            scope: 0,
            fd,
            identity: self.file.load(Ordering::Relaxed),
            kind: StreamKind::of_word(self.stream.load(Ordering::Relaxed))?,
            origin: self.origin.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            is_shared: self.is_shared.load(Ordering::Relaxed) != 0,
        })
    }

    /// The descriptor, and whether the file that was opened is open here now.
    fn read(&self, fd: i32) -> (Descriptor, bool) {
        let found = Descriptor {
            number: 0,
            fd,
            origin: self.origin.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            runtime: self.runtime.load(Ordering::Relaxed),
            is_selector: self.is_selector.load(Ordering::Relaxed) != 0,
            born_ms: self.born.load(Ordering::Relaxed),
        };
        let opened = self.file.load(Ordering::Relaxed);
        // What cannot be compared is believed: that it was closed is told here, too.
        let is_it = |file: File| {
            let unknown = File::UNKNOWN.identity;
            [opened, unknown].contains(&file.identity) || opened == unknown
        };
        let is_open = file::of(fd).is_some_and(is_it);
        (found, is_open)
    }
}
