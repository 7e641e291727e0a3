//! The protocol on a machine that orders nothing but accesses of one place, run through every order of events.
//!
//! A worker polls, counts that it sleeps, wakes up, counts that, and polls again. Its stores become visible in any order, but for
//! those of one place. A reader loads the count, the two words of data and the count again, and its loads happen in any order
//! unless there is a barrier in between. Such a barrier is one on the worker too: all that stands in its program before the last
//! store that is visible becomes so.

use std::collections::HashSet;

/// A place in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Count,
    First,
    Second,
}
use Place::{Count, First, Second};

/// The worker's program. Asleep it has an odd count, and both words are equal.
const WORKER: [(Place, u8); 7] = [
    (First, 1),
    (Second, 1),
    (Count, 1),
    (Count, 2),
    (Second, 2),
    (First, 2),
    (Count, 3),
];

/// A step of the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Load(Place),
    Barrier,
}
use Step::{Barrier, Load};

/// What the reader has loaded, in the order of its program.
type Loaded = Vec<Option<u8>>;

/// All that a reader with this program may load.
fn outcomes(reader: &[Step]) -> HashSet<Loaded> {
    let mut outcomes = HashSet::new();
    let mut seen = HashSet::new();
    let mut left = vec![(
        [false; WORKER.len()],
        vec![false; reader.len()],
        vec![None; reader.len()],
    )];
    while let Some(state) = left.pop() {
        if !seen.insert(state.clone()) {
            continue;
        }
        let (stored, done, loaded) = state;
        if done.iter().all(|done| *done) {
            let loads = reader.iter().zip(&loaded);
            let loads = loads.filter(|(step, _)| **step != Barrier);
            outcomes.insert(loads.map(|(_, loaded)| *loaded).collect());
        }
        for at in 0..WORKER.len() {
            let (place, _) = WORKER[at];
            let is_next = (0..at).all(|before| WORKER[before].0 != place || stored[before]);
            if !stored[at] && is_next {
                let mut stored = stored;
                stored[at] = true;
                left.push((stored, done.clone(), loaded.clone()));
            }
        }
        for (at, step) in reader.iter().enumerate() {
            let waits_for = |before: usize| {
                *step == Barrier || reader[before] == Barrier || reader[before] == *step
            };
            if done[at] || (0..at).any(|before| waits_for(before) && !done[before]) {
                continue;
            }
            let (mut stored, mut done, mut loaded) = (stored, done.clone(), loaded.clone());
            done[at] = true;
            match step {
                Load(place) => loaded[at] = Some(value(stored, *place)),
                Barrier => {
                    let last = stored.iter().rposition(|stored| *stored).unwrap_or(0);
                    stored[..last].fill(true);
                }
            }
            left.push((stored, done, loaded));
        }
    }
    outcomes
}

/// What is visible at a place.
fn value(stored: [bool; WORKER.len()], place: Place) -> u8 {
    let visible = WORKER.iter().zip(stored);
    let mut visible = visible.filter(|((other, _), stored)| *stored && *other == place);
    visible.next_back().map_or(0, |((_, value), _)| *value)
}

/// Whether this would be taken for what was there at one moment, and what then has to be in both words.
fn moment(loaded: &[Option<u8>]) -> Option<u8> {
    let (first, last) = (loaded.first()?.as_ref()?, loaded.last()?.as_ref()?);
    (first == last && first % 2 == 1).then_some(first.div_ceil(2))
}

/// Whether nothing is ever believed that was not there at one moment; and whether anything is.
fn is_sound(reader: &[Step]) -> (bool, bool) {
    let outcomes = outcomes(reader);
    let believed = |loaded: &Loaded| moment(loaded).map(|data| (data, loaded[1..3].to_vec()));
    let believed: Vec<_> = outcomes.iter().filter_map(believed).collect();
    let is_right =
        |(data, words): &(u8, Vec<Option<u8>>)| words.iter().all(|word| *word == Some(*data));
    (believed.iter().all(is_right), !believed.is_empty())
}

#[test]
fn with_barriers_only_what_was_there_at_one_moment_is_believed() {
    // Two paces, each with a barrier on both sides.
    let reader = [
        Barrier,
        Load(Count),
        Barrier,
        Load(First),
        Load(Second),
        Barrier,
        Load(Count),
        Barrier,
    ];
    assert_eq!(is_sound(&reader), (true, true));
}

#[test]
fn each_barrier_is_needed() {
    let without = [Load(Count), Load(First), Load(Second), Load(Count)];
    let behind = [Load(Count), Barrier, Load(First), Load(Second), Load(Count)];
    let ahead = [Load(Count), Load(First), Load(Second), Barrier, Load(Count)];
    assert_eq!(is_sound(&without), (false, true));
    assert_eq!(is_sound(&behind), (false, true));
    assert_eq!(is_sound(&ahead), (false, true));
}
