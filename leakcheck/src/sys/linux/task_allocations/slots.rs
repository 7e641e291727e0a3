//! Where creations are kept: in slots by the address of the cell.

use std::ops::RangeInclusive;

use crate::sys::{
    StaticTable,
    allocation_table::{self, Creation, Put, Slot},
    scope_counters,
};

/// Alignment of a task's cell on `x86_64` and aarch64: `Cell` in tokio's `runtime/task/core.rs`.
pub(super) const ALIGN: usize = 128;
const CHUNKS: usize = 4096;
/// Addresses that are tried for one creation in each table.
const WINDOW: usize = 16;
/// Tables, each of which takes what does not fit into those before: areas of the heap may fall on the same slots, and what
/// was created there long ago still has some. In the last one the oldest is displaced.
const TABLES: usize = 8;

pub(super) const LEN: usize = StaticTable::<Slot, CHUNKS>::LEN;

static SLOTS: [StaticTable<Slot, CHUNKS>; TABLES] = [const { StaticTable::new() }; TABLES];

/// Notes how the cell at `address` was made, whatever was there before.
#[inline]
pub(super) fn put(address: usize, creation: Creation) -> Put {
    allocation_table::put(&window(address), address, creation)
}

/// What is known of the creation of the cell at `address`, which must be alive.
pub(crate) fn find(address: usize) -> Option<Creation> {
    allocation_table::find(window_so_far(address), address)
}

/// Nothing is known any more of the creation of the cell at `address`, which must be alive.
pub(crate) fn forget(address: usize) {
    allocation_table::forget(window_so_far(address), address);
}

/// The addresses of all cells of a scope, of which most may be dead by now.
pub(crate) fn addresses_of(scope: u64) -> Vec<u64> {
    all_of(scope, |address, _| address as u64)
}

/// The same, with how they were made.
pub(crate) fn of_scope(scope: u64) -> Vec<(usize, Creation)> {
    all_of(scope, |address, creation| (address, creation))
}

fn all_of<T>(scope: u64, what: fn(usize, Creation) -> T) -> Vec<T> {
    let of_scope = |slot: &'static Slot| {
        let (address, creation) = allocation_table::known(slot)?;
        (creation.scope == scope).then(|| what(address, creation))
    };
    let last = u32::try_from(WINDOW).unwrap_or(0) - 1;
    let ranges = scope_counters::of(scope).slot_ranges().noted(last);
    let in_place = |ranges: &Vec<RangeInclusive<u32>>| {
        // Windows at the end go on at the beginning.
        let fits = |range: &RangeInclusive<u32>| (*range.end() as usize) < LEN;
        ranges.iter().all(fits)
    };
    match ranges.filter(in_place) {
        Some(ranges) => {
            let places = ranges.into_iter().flatten();
            let slots = places.flat_map(|place| {
                SLOTS
                    .iter()
                    .map_while(move |slots| slots.peek(place as usize))
            });
            slots.filter_map(of_scope).collect()
        }
        None => SLOTS
            .iter()
            .flat_map(StaticTable::touched)
            .filter_map(of_scope)
            .collect(),
    }
}

/// The first of the slots where `address` may be. Neighbours in memory are neighbours here; areas of the heap are spread.
#[inline]
pub(super) fn start(address: usize) -> usize {
    /// Size of one area that malloc takes from the system for a thread.
    const AREA: usize = 64 << 20;
    const SPREAD: usize = 0x9e37_79b9_7f4a_7c15;
    (address / ALIGN + ((address / AREA).wrapping_mul(SPREAD) >> 32)) % LEN
}

/// The slots where `address` may be.
#[inline]
fn places(start: usize) -> impl Iterator<Item = usize> + Clone {
    (start..start + WINDOW).map(|place| place % LEN)
}

/// The same in each table: what is in a later one did not fit into those before.
#[inline]
fn in_all(
    start: usize,
) -> impl Iterator<Item = (&'static StaticTable<Slot, CHUNKS>, usize)> + Clone {
    SLOTS
        .iter()
        .flat_map(move |slots| places(start).map(move |place| (slots, place)))
}

/// The slots of `address`, made if need be.
#[inline]
fn window(address: usize) -> impl Iterator<Item = &'static Slot> + Clone {
    in_all(start(address)).map_while(|(slots, place)| slots.get(place))
}

/// The slots of `address` as far as they were made: what was not made was never used.
#[inline]
fn window_so_far(address: usize) -> impl Iterator<Item = &'static Slot> + Clone {
    in_all(start(address)).map_while(|(slots, place)| slots.peek(place))
}
