//! Records by key: of things that the system names, such as processes, and of things that only have to be found all.
//!
//! A record is where its key leads, among a few neighbours, or on a further floor with twice as many places where all of them are
//! taken; so taking, finding and ending one cost the same however many there are, and nothing links one to another. Keys that
//! are given again are the newest thing's.

use super::{
    StaticTable,
    record::{Ended, Record, Seen},
    static_table::CHUNK,
};
use crate::base::sync::{AtomicU64, AtomicUsize, Ordering};

/// Places that a key may have on each floor.
const WINDOW: usize = 8;
/// Low bits of a number, which say where the record is.
const PLACE_BITS: u32 = 20;

/// Facts and the key that leads to them.
#[derive(Debug, Default)]
pub(crate) struct Keyed<F> {
    key: AtomicU64,
    facts: F,
}

/// Where records are kept: in a static table of the process, or in a small one under a model checker.
pub(crate) trait Places {
    type Facts: 'static;
    /// Places on the ground floor; each further one has twice as many as that below it.
    const GROUND: usize;
    const FLOORS: usize;
    /// The record, made if need be; `None` out of memory.
    fn get(&self, place: usize) -> Option<&Record<Keyed<Self::Facts>>>;
    /// The record, if it was made.
    fn peek(&self, place: usize) -> Option<&Record<Keyed<Self::Facts>>>;
}

/// Chunks of as many floors as [`Records`] have.
const CHUNKS: usize = (1 << FLOORS) - 1;
const FLOORS: usize = 10;

/// The records of one kind of things of the process.
pub(crate) type Records<F> = Table<StaticTable<Record<Keyed<F>>, CHUNKS>>;

impl<F: Default + Sync> Places for StaticTable<Record<Keyed<F>>, CHUNKS> {
    type Facts = F;
    const GROUND: usize = CHUNK;
    const FLOORS: usize = FLOORS;

    fn get(&self, place: usize) -> Option<&Record<Keyed<F>>> {
        StaticTable::get(self, place)
    }

    fn peek(&self, place: usize) -> Option<&Record<Keyed<F>>> {
        StaticTable::peek(self, place)
    }
}

impl<F: Default + Sync> Records<F> {
    /// As many things as are recorded at one time.
    pub(crate) const LEN: usize = StaticTable::<Record<Keyed<F>>, CHUNKS>::LEN;
}

/// The records of one kind of things.
pub(crate) struct Table<P> {
    places: P,
    /// How many floors were ever used.
    floors: AtomicUsize,
    started: AtomicU64,
    /// Things that found no place.
    missed: AtomicUsize,
    /// Whose turn it is to be looked at.
    turn: AtomicUsize,
}

/// A record that was taken, to be published.
#[must_use = "nobody else gets it until it is published"]
pub(crate) struct Claim<'t, F> {
    record: &'t Record<Keyed<F>>,
    /// What its number will be.
    pub(crate) number: u64,
}

impl<F> Claim<'_, F> {
    /// Fills it in: from now on it is read. Its scope must count it already.
    pub(crate) fn publish(self, key: u64, scope: u64, fill: impl FnOnce(&F)) {
        // Nobody takes from another what has no place of its own.
        let _is_published = self.record.publish(self.number, scope, |keyed| {
            keyed.key.store(key, Ordering::Relaxed);
            fill(&keyed.facts);
        });
    }
}

impl<P> Table<P> {
    #[cfg(not(leakcheck_loom))]
    pub(crate) const fn new(places: P) -> Self {
        Self {
            places,
            floors: AtomicUsize::new(0),
            started: AtomicU64::new(0),
            missed: AtomicUsize::new(0),
            turn: AtomicUsize::new(0),
        }
    }

    #[cfg(leakcheck_loom)]
    pub(crate) fn new(places: P) -> Self {
        Self {
            places,
            floors: AtomicUsize::new(0),
            started: AtomicU64::new(0),
            missed: AtomicUsize::new(0),
            turn: AtomicUsize::new(0),
        }
    }

    /// How many things found no place.
    pub(crate) fn missed(&self) -> usize {
        self.missed.load(Ordering::Relaxed)
    }

    /// A thing cannot be recorded.
    pub(crate) fn miss(&self) {
        self.missed.fetch_add(1, Ordering::Relaxed);
    }

    /// What is recorded from now on has this number or a higher one.
    pub(crate) fn next(&self) -> u64 {
        (self.started.load(Ordering::Relaxed) + 1) << PLACE_BITS
    }

    /// A key for a thing that nobody looks for by one.
    pub(crate) fn any_key(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }
}

impl<P: Places> Table<P> {
    /// Takes a record for `key`; `None` where there is no place, which is counted.
    pub(crate) fn claim(&self, key: u64) -> Option<Claim<'_, P::Facts>> {
        let serial = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let claim = (0..P::FLOORS).find_map(|floor| {
            if floor >= self.floors.load(Ordering::Relaxed) {
                self.floors.fetch_max(floor + 1, Ordering::AcqRel);
            }
            window::<P>(floor, key).find_map(|place| {
                let record = self.places.get(place)?;
                let number = serial << PLACE_BITS | place as u64;
                record.claim(number).then_some(Claim { record, number })
            })
        });
        if claim.is_none() {
            self.miss();
        }
        claim
    }

    /// Ends what `is_over` where `key` finds no place before the next floor: for things of which nobody tells when they end.
    pub(crate) fn make_room(&self, key: u64, is_over: impl Fn(&P::Facts) -> bool) {
        let floors = self.floors.load(Ordering::Acquire);
        let makes_room = |place| {
            let Some(record) = self.places.peek(place) else {
                return true;
            };
            match record.read(None, |keyed| is_over(&keyed.facts)) {
                Some(seen) => seen.facts && record.end(seen.number).is_some(),
                None => record.is_free(),
            }
        };
        let has_room = |floor: usize| window::<P>(floor, key).any(makes_room);
        // Where none has, the next floor does.
        let _first = (0..floors).find(|floor| has_room(*floor));
    }

    /// The record that the thing with this number has or had.
    pub(crate) fn record(&self, number: u64) -> Option<&Record<Keyed<P::Facts>>> {
        let place = number & ((1 << PLACE_BITS) - 1);
        self.places.peek(usize::try_from(place).ok()?)
    }

    /// What `read` makes of the thing with this number, if it lives.
    pub(crate) fn find<T>(
        &self,
        number: u64,
        read: impl FnOnce(&P::Facts) -> T,
    ) -> Option<Seen<T>> {
        let seen = self
            .record(number)?
            .read(None, |keyed| read(&keyed.facts))?;
        (seen.number == number).then_some(seen)
    }

    /// What only the thing with this number changes, if it lives.
    pub(crate) fn own(&self, number: u64) -> Option<&P::Facts> {
        let record = self.record(number)?;
        (record.number() == Some(number)).then(|| &record.own().facts)
    }

    /// The thing with this number is over; `None` where that is known already.
    pub(crate) fn end(&self, number: u64) -> Option<Ended> {
        self.record(number)?.end(number)
    }

    /// What `read` makes of what has this key, if there is anything.
    pub(crate) fn find_key<T>(&self, key: u64, read: impl Fn(&P::Facts) -> T) -> Option<Seen<T>> {
        self.with_key(key, read).next()
    }

    /// What `read` makes of everything that has this key.
    pub(crate) fn with_key<T>(
        &self,
        key: u64,
        read: impl Fn(&P::Facts) -> T,
    ) -> impl Iterator<Item = Seen<T>> {
        let floors = self.floors.load(Ordering::Acquire);
        let places = (0..floors).flat_map(move |floor| window::<P>(floor, key));
        let records = places.filter_map(|place| self.places.peek(place));
        records.filter_map(move |record| {
            let of_it = |keyed: &Keyed<P::Facts>| {
                (keyed.key.load(Ordering::Relaxed) == key).then(|| read(&keyed.facts))
            };
            let seen = record.read(None, of_it)?;
            Some(Seen {
                number: seen.number,
                scope: seen.scope,
                facts: seen.facts?,
            })
        })
    }

    /// Whatever has this key is over.
    pub(crate) fn end_all(&self, key: u64, mut ended: impl FnMut(Ended)) {
        let floors = self.floors.load(Ordering::Acquire);
        let places = (0..floors).flat_map(|floor| window::<P>(floor, key));
        for record in places.filter_map(|place| self.places.peek(place)) {
            let seen = record.read(None, |keyed| keyed.key.load(Ordering::Relaxed));
            if let Some(seen) = seen.filter(|seen| seen.facts == key) {
                record.end(seen.number).into_iter().for_each(&mut ended);
            }
        }
    }

    /// What `read` makes of everything that lives, of one scope where one is wanted, in no order.
    pub(crate) fn live<T>(
        &self,
        wanted: Option<u64>,
        read: impl Fn(&P::Facts) -> T,
    ) -> impl Iterator<Item = Seen<T>> {
        (0..self.used())
            .filter_map(|place| self.places.peek(place))
            .filter_map(move |record| record.read(wanted, |keyed| read(&keyed.facts)))
    }

    /// What `read` makes of what lives in the next few places; all come in turn.
    pub(crate) fn some<T>(
        &self,
        few: usize,
        read: impl Fn(&P::Facts) -> T,
    ) -> impl Iterator<Item = Seen<T>> {
        let used = self.used();
        (0..few.min(used))
            .map(move |_| self.turn.fetch_add(1, Ordering::Relaxed) % used)
            .filter_map(|place| self.places.peek(place))
            .filter_map(move |record| record.read(None, |keyed| read(&keyed.facts)))
    }

    /// Nothing lives: this is a child of the process in which it did, and nobody else is here.
    pub(crate) fn clear(&self) {
        (0..self.used())
            .filter_map(|place| self.places.peek(place))
            .for_each(Record::clear);
    }

    /// Places that were ever used are below.
    pub(crate) fn used(&self) -> usize {
        below::<P>(self.floors.load(Ordering::Acquire))
    }
}

/// How many places there are below a floor.
fn below<P: Places>(floor: usize) -> usize {
    P::GROUND * ((1 << floor) - 1)
}

/// The places of `key` on a floor.
fn window<P: Places>(floor: usize, key: u64) -> impl Iterator<Item = usize> {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let len = P::GROUND << floor;
    let start = usize::try_from(key.wrapping_mul(SPREAD) >> 32).unwrap_or(0);
    (start..start + WINDOW.min(len)).map(move |place| below::<P>(floor) + place % len)
}

#[cfg(test)]
mod tests;
