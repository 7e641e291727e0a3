//! What a scope has made and when each thing began and ended, where that was asked for: the first so many, one entry each.
//!
//! A scope that nobody asks about pays one look at a flag. Entries stand in a sheet, which the scope has from the beginning of its
//! check to the end; an entry is found by a hash of what it is of, and is never free again as long as the scope has the sheet.
//! Whatever is late writes into the entries of its own scope only, whoever has the sheet by then.

use std::sync::{
    Mutex,
    atomic::{AtomicU32 as Number, AtomicUsize as Address},
};

use once_cell::race::OnceRef;

use super::{
    StaticTable, clock,
    context::Context,
    imp::memory,
    scope_counters::{self, ScopeCounters},
};
use crate::base::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering, lock_std};

/// Things of one scope that are noted.
pub(crate) const MOST: usize = if cfg!(miri) { 20 } else { 500 };
/// Entries of a sheet: so many that a search meets a free one, also where each thing had another that was withdrawn.
const ROOM: usize = if cfg!(miri) { 64 } else { 1024 };
/// Scopes that have a sheet at one time.
const SHEETS: usize = 1024;

/// What is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// By its own number.
    Task = 1,
    /// Memory that a task would have, by its address: what else it may be only a look tells.
    Cell,
    Thread,
    Fd,
    Process,
    Timer,
}

/// What begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning {
    pub(crate) thing: Thing,
    /// Which one it is: of what is alive, no other of its kind has the number.
    pub(crate) number: u64,
    pub(crate) origin: u32,
    /// The task that was polled where it was made, or 0.
    pub(crate) task: u64,
    /// The thread that made it; 0 for the main thread.
    pub(crate) thread: u64,
}

/// Nobody has it.
const FREE: u64 = 0;
/// It is being filled in.
const BUSY: u64 = 1;

#[derive(Debug, Default)]
struct Entry {
    /// What it is of, see [`key`].
    key: AtomicU64,
    scope: AtomicU64,
    begun: AtomicU64,
    /// 0 until then.
    ended: AtomicU64,
    task: AtomicU64,
    thread: AtomicU64,
    origin: AtomicU32,
    /// 1 where a look has shown that it is a task.
    seen: AtomicU32,
}

type Sheet = [Entry; ROOM];

/// What is kept for a scope.
#[derive(Debug, Default)]
struct Log {
    /// The number of its sheet, from one; 0 where it has none.
    sheet: AtomicU32,
    noted: AtomicUsize,
    /// How many of them are cells: without any there is nothing to look at.
    cells: AtomicUsize,
    began: AtomicU64,
    body_began: AtomicU64,
    body_ended: AtomicU64,
    /// No look is taken before this.
    next_look: AtomicU64,
}

/// By the place of the scope's counts.
static LOGS: StaticTable<Log, 1024> = StaticTable::new();
static ALL: [OnceRef<'static, Sheet>; SHEETS] = [const { OnceRef::new() }; SHEETS];
static UNUSED: Number = Number::new(0);
static RETURNED: Mutex<Vec<u32>> = Mutex::new(Vec::new());
/// Address of the function that says which task a thread polls.
static CURRENT_TASK: Address = Address::new(0);

/// Notes from here on what the scope makes, which was just opened. `current_task` says which task a thread polls, or 0.
pub(crate) fn open(scope: u64, current_task: fn() -> u64) {
    let Some(log) = LOGS.get(scope_counters::place(scope)) else {
        return;
    };
    let number = match log.sheet.load(Ordering::Relaxed) {
        0 => lend(),
        left => Some(left),
    };
    let Some((number, sheet)) = number.and_then(|number| Some((number, sheet(number)?))) else {
        return;
    };
    CURRENT_TASK.store(current_task as usize, Ordering::Relaxed);
    for entry in sheet {
        entry.key.store(FREE, Ordering::Relaxed);
    }
    log.noted.store(0, Ordering::Relaxed);
    log.cells.store(0, Ordering::Relaxed);
    for word in [&log.body_began, &log.body_ended, &log.next_look] {
        word.store(0, Ordering::Relaxed);
    }
    log.began.store(clock::now_us(), Ordering::Relaxed);
    log.sheet.store(number, Ordering::Release);
    scope_counters::of(scope).keep_times();
}

/// A sheet that nobody has.
fn lend() -> Option<u32> {
    let returned = lock_std(&RETURNED).pop();
    returned.or_else(|| {
        let more = |next: u32| ((next as usize) < SHEETS).then_some(next + 1);
        let unused = UNUSED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        Some(unused.ok()? + 1)
    })
}

fn sheet(number: u32) -> Option<&'static Sheet> {
    let made = ALL.get((number as usize).checked_sub(1)?)?;
    let made = made.get_or_try_init(|| memory::keep_array(Entry::default).ok_or(()));
    made.ok()
}

/// Nothing of the scope is noted any more.
pub(crate) fn close(scope: u64) {
    let counters = scope_counters::of(scope);
    if counters.keeps_times() {
        counters.keep_no_times();
        if let Some(log) = LOGS.peek(scope_counters::place(scope)) {
            match log.sheet.swap(0, Ordering::AcqRel) {
                0 => {}
                number => lock_std(&RETURNED).push(number),
            }
        }
    }
}

/// Where the scope is noted.
fn log(scope: u64) -> Option<(&'static Log, &'static Sheet)> {
    let log = LOGS.peek(scope_counters::place(scope))?;
    let number = log.sheet.load(Ordering::Acquire) as usize;
    Some((log, ALL.get(number.checked_sub(1)?)?.get()?))
}

/// The task that this thread polls, or 0. Not for where a signal handler may be: tokio may be asked for the first time there.
pub(crate) fn current_task() -> u64 {
    match CURRENT_TASK.load(Ordering::Relaxed) {
        0 => 0,
        // SAFETY: the address is that of a function of this type, see `open`.
        address => unsafe { std::mem::transmute::<usize, fn() -> u64>(address)() },
    }
}

/// Something begins, which `what` says; the number of its entry, from one, or 0 where it has none.
#[inline]
pub(crate) fn begins(
    counters: &ScopeCounters,
    scope: u64,
    what: impl FnOnce() -> Beginning,
) -> u32 {
    if counters.keeps_times() {
        note(scope, what())
    } else {
        0
    }
}

/// Something has ended.
#[inline]
pub(crate) fn ends(counters: &ScopeCounters, scope: u64, thing: Thing, number: u64) {
    if counters.keeps_times() {
        end(scope, thing, number);
    }
}

/// What has this entry is told in another one.
#[cfg_attr(not(tokio_unstable), allow(dead_code, reason = "for the task hooks"))]
pub(crate) fn withdraw(scope: u64, entry: u32) {
    let noted = log(scope).zip((entry as usize).checked_sub(1));
    if let Some(((log, sheet), place)) = noted
        && let Some(entry) = sheet.get(place).filter(|entry| entry.is_of(scope))
    {
        entry.scope.store(Context::NOBODY.scope, Ordering::Relaxed);
        log.noted.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What an entry is of, in one word: numbers count up, and addresses have zeros above.
const fn key(thing: Thing, number: u64) -> u64 {
    (thing as u64) << 60 | (number & ((1 << 60) - 1))
}

/// The entries where a key may stand, in their order.
fn places(key: u64) -> impl Iterator<Item = usize> {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let start = usize::try_from(key.wrapping_mul(SPREAD) >> 32).unwrap_or(0);
    (start..start + ROOM).map(|place| place % ROOM)
}

#[cold]
#[inline(never)]
fn note(scope: u64, what: Beginning) -> u32 {
    let Some((log, sheet)) = log(scope).filter(|_| scope != Context::NOBODY.scope) else {
        return 0;
    };
    if log.noted.fetch_add(1, Ordering::Relaxed) >= MOST {
        return 0;
    }
    if what.thing == Thing::Cell {
        log.cells.fetch_add(1, Ordering::Relaxed);
    }
    let key = key(what.thing, what.number);
    for place in places(key) {
        let entry = &sheet[place];
        let is_taken = entry
            .key
            .compare_exchange(FREE, BUSY, Ordering::Acquire, Ordering::Relaxed)
            .is_ok();
        if is_taken {
            entry.scope.store(scope, Ordering::Relaxed);
            entry.begun.store(clock::now_us(), Ordering::Relaxed);
            entry.ended.store(0, Ordering::Relaxed);
            entry.task.store(what.task, Ordering::Relaxed);
            entry.thread.store(what.thread, Ordering::Relaxed);
            entry.origin.store(what.origin, Ordering::Relaxed);
            entry.seen.store(0, Ordering::Relaxed);
            entry.key.store(key, Ordering::Release);
            return u32::try_from(place + 1).unwrap_or(0);
        }
    }
    0
}

#[cold]
#[inline(never)]
fn end(scope: u64, thing: Thing, number: u64) {
    let Some((_, sheet)) = log(scope) else { return };
    let key = key(thing, number);
    for place in places(key) {
        let entry = &sheet[place];
        match entry.key.load(Ordering::Acquire) {
            FREE => return,
            own if own == key && entry.is_open(scope) => return entry.end(),
            _ => {}
        }
    }
}

impl Entry {
    fn is_of(&self, scope: u64) -> bool {
        self.scope.load(Ordering::Relaxed) == scope
    }

    /// Whether it is of this scope, and has not ended.
    fn is_open(&self, scope: u64) -> bool {
        self.is_of(scope) && self.ended.load(Ordering::Relaxed) == 0
    }

    fn was_seen(&self) -> bool {
        self.seen.load(Ordering::Relaxed) == 1
    }

    fn end(&self) {
        self.ended.store(clock::now_us(), Ordering::Relaxed);
    }
}

/// Whether the scope is noted.
pub(crate) fn is_open(scope: u64) -> bool {
    scope_counters::of(scope).keeps_times()
}

/// The body begins; of one that is repeated, the first round.
pub(crate) fn body_begins(scope: u64) {
    if let Some((log, _)) = log(scope)
        && log.body_began.load(Ordering::Relaxed) == 0
    {
        log.body_began.store(clock::now_us(), Ordering::Relaxed);
    }
}

/// The body has ended.
pub(crate) fn body_has_ended(scope: u64) {
    if let Some((log, _)) = log(scope) {
        log.body_ended.store(clock::now_us(), Ordering::Relaxed);
    }
}

/// Cells of a scope of which a look has not shown both that they were of tasks and that these have ended.
#[derive(Debug)]
pub(crate) struct Look {
    scope: u64,
    began: u64,
    /// Numbers of entries and addresses.
    pub(crate) cells: Vec<(u32, u64)>,
}

/// When to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Once it is due: looks take no more than a fiftieth of the time.
    Due,
    Now,
}

/// Begins a look; `None` where it is not due, or where there is nothing to look at.
pub(crate) fn look(scope: u64, when: When) -> Option<Look> {
    let (log, sheet) = log(scope)?;
    if log.cells.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let began = clock::now_us();
    if when == When::Due && began < log.next_look.load(Ordering::Relaxed) {
        return None;
    }
    let cell = |(place, entry): (usize, &Entry)| {
        let key = entry.key.load(Ordering::Acquire);
        let is_cell = key >> 60 == Thing::Cell as u64;
        let is_wanted =
            is_cell && (entry.is_open(scope) || entry.is_of(scope) && !entry.was_seen());
        let number = u32::try_from(place + 1).ok()?;
        is_wanted.then_some((number, key & ((1 << 60) - 1)))
    };
    let cells: Vec<_> = sheet.iter().enumerate().filter_map(cell).collect();
    if cells.is_empty() {
        log.has_looked(began);
        return None;
    }
    Some(Look {
        scope,
        began,
        cells,
    })
}

impl Log {
    /// A look that began then is over.
    fn has_looked(&self, began: u64) {
        const REST: u64 = 49;
        let now = clock::now_us();
        let next = now + REST * (now.saturating_sub(began) + 1);
        self.next_look.store(next, Ordering::Relaxed);
    }
}

impl Look {
    /// Ends it: these entries are of tasks that are alive, and others have ended, or have not become tasks yet.
    pub(crate) fn shows(self, is_alive: impl Fn(u32) -> bool) {
        let Some((log, sheet)) = log(self.scope) else {
            return;
        };
        for (number, _) in &self.cells {
            let entry = &sheet[*number as usize - 1];
            if is_alive(*number) {
                entry.seen.store(1, Ordering::Relaxed);
                entry.ended.store(0, Ordering::Relaxed);
            } else if entry.is_open(self.scope) {
                entry.end();
            }
        }
        log.has_looked(self.began);
    }
}

/// What is noted of a thing. Times are in microseconds on the clock of [`clock::now_us`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) thing: Thing,
    pub(crate) number: u64,
    pub(crate) origin: u32,
    /// The task that was polled where it was made, or 0.
    pub(crate) task: u64,
    /// The thread that made it; 0 for the main thread.
    pub(crate) thread: u64,
    pub(crate) begun: u64,
    pub(crate) ended: Option<u64>,
    /// Whether a look has shown that it is a task.
    pub(crate) was_seen: bool,
    /// The number of its entry.
    pub(crate) entry: u32,
}

/// What is noted of a scope.
#[derive(Clone, Debug)]
pub(crate) struct Noted {
    pub(crate) began: u64,
    pub(crate) body_began: Option<u64>,
    pub(crate) body_ended: Option<u64>,
    /// In the order in which they began.
    pub(crate) lives: Vec<Life>,
    /// How many more there were.
    pub(crate) left_out: usize,
}

/// What is noted of a scope; `None` where nothing was to be.
pub(crate) fn of(scope: u64) -> Option<Noted> {
    if !is_open(scope) {
        return None;
    }
    let (log, sheet) = log(scope)?;
    let entries = sheet.iter().enumerate();
    let mut lives: Vec<Life> = entries
        .filter(|(_, entry)| entry.is_of(scope))
        .filter_map(|(place, entry)| entry.read(place))
        .collect();
    lives.sort_by_key(|life| (life.begun, life.thing as u64, life.number));
    let word = |word: &AtomicU64| Some(word.load(Ordering::Relaxed)).filter(|word| *word != 0);
    Some(Noted {
        began: log.began.load(Ordering::Relaxed),
        body_began: word(&log.body_began),
        body_ended: word(&log.body_ended),
        lives,
        left_out: log.noted.load(Ordering::Relaxed).saturating_sub(MOST),
    })
}

impl Entry {
    fn read(&self, place: usize) -> Option<Life> {
        let key = self.key.load(Ordering::Acquire);
        let things = [
            Thing::Task,
            Thing::Cell,
            Thing::Thread,
            Thing::Fd,
            Thing::Process,
            Thing::Timer,
        ];
        let ended = self.ended.load(Ordering::Relaxed);
        Some(Life {
            thing: things
                .into_iter()
                .find(|thing| *thing as u64 == key >> 60)?,
            number: key & ((1 << 60) - 1),
            origin: self.origin.load(Ordering::Relaxed),
            task: self.task.load(Ordering::Relaxed),
            thread: self.thread.load(Ordering::Relaxed),
            begun: self.begun.load(Ordering::Relaxed),
            ended: (ended != 0).then_some(ended),
            was_seen: self.was_seen(),
            entry: u32::try_from(place + 1).ok()?,
        })
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests;
