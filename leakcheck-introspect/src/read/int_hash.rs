//! Tables by what nobody chooses: addresses, offsets, entries of the debug info.
//!
//! The hashes of the standard library withstand chosen keys, for which they take long in a program that is not optimised.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

/// A map by numbers.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<IntHasher>>;

/// A map whose values are found out once, by whoever asks first.
#[derive(Debug)]
pub(crate) struct OnceMap<K, V>(Mutex<Map<K, V>>);

impl<K, V> Default for OnceMap<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> OnceMap<K, V> {
    /// The value of a key. It is made without the lock: to make one may be to ask for another.
    pub(crate) fn get(&self, key: K, make: impl FnOnce() -> V) -> V {
        self.get_kept(key, make, |value| value)
    }

    /// The same where what is made has to be kept somewhere, which happens once: who makes one at the same time drops it.
    pub(crate) fn get_kept<M>(
        &self,
        key: K,
        make: impl FnOnce() -> M,
        keep: impl FnOnce(M) -> V,
    ) -> V {
        let map = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = map().get(&key) {
            return known.clone();
        }
        let value = make();
        map().entry(key).or_insert_with(|| keep(value)).clone()
    }
}

/// What sets tell apart.
pub(crate) trait Key: Copy + Eq {
    /// A number that others seldom have.
    fn number(self) -> u64;
}

/// A set of numbers, for searches that ask it at every step.
#[derive(Clone, Debug)]
pub(crate) struct Set<K> {
    keys: Vec<K>,
    /// A power of two of slots, at most half of them taken: the place of a key, counted from 1.
    slots: Vec<u32>,
}

impl<K: Key> Set<K> {
    pub(crate) fn new() -> Self {
        Self {
            keys: Vec::with_capacity(128),
            slots: vec![0; 256],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Adds a key, and tells whether it was not there.
    pub(crate) fn insert(&mut self, key: K) -> bool {
        let slot = self.slot(key);
        if self.slots[slot] != 0 {
            return false;
        }
        self.keys.push(key);
        self.slots[slot] = u32::try_from(self.keys.len()).expect("searches end long before that");
        if self.keys.len() * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    /// The slot that has the key, or else the free one where it belongs.
    fn slot(&self, key: K) -> usize {
        let mask = self.slots.len() - 1;
        let hash = spread(key.number());
        let mut slot = usize::try_from(hash & mask as u64).unwrap_or(0);
        loop {
            let place = self.slots[slot] as usize;
            if place == 0 || self.keys[place - 1] == key {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 4];
        for (place, key) in (1..).zip(&self.keys) {
            let slot = self.slot(*key);
            self.slots[slot] = place;
        }
    }
}

/// Multiplies one number after the other.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IntHasher(u64);

fn spread(number: u64) -> u64 {
    let spread = number.wrapping_mul(SPREAD);
    // The upper bits depend on all of the number, and tables go by the lower ones.
    spread ^ spread >> 32
}

/// Odd, with ones and zeros spread evenly: the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for IntHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = spread(self.0 ^ number);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashSet,
        hash::{BuildHasher, BuildHasherDefault},
    };

    use super::*;

    #[test]
    fn neighbours_go_to_different_places() {
        let state = BuildHasherDefault::<IntHasher>::default();
        for step in [1, 8, 16, 64, 4096] {
            let places: HashSet<_> = (0..256_u64)
                .map(|index| state.hash_one(0x5555_0000_0000 + index * step) & 0xff)
                .collect();
            assert!(places.len() > 128, "{step}: {}", places.len());
        }
    }

    #[test]
    fn what_is_made_at_the_same_time_is_kept_once() {
        let map: OnceMap<u64, u64> = OnceMap::default();
        let kept = std::cell::RefCell::new(Vec::new());
        let keep = |value| {
            kept.borrow_mut().push(value);
            value
        };
        let outer = || {
            assert_eq!(map.get_kept(1, || 10, keep), 10);
            20
        };
        assert_eq!(map.get_kept(1, outer, keep), 10);
        assert_eq!(*kept.borrow(), [10]);
    }

    impl Key for (u64, u32) {
        fn number(self) -> u64 {
            self.0 ^ u64::from(self.1)
        }
    }

    #[test]
    fn a_set_has_each_key_once() {
        let mut set = Set::new();
        for round in 0..2 {
            for key in 0..10_000_u64 {
                assert_eq!(set.insert((key * 8, 7_u32)), round == 0, "{key}");
            }
            assert_eq!(set.len(), 10_000);
        }
        assert!(set.insert((8, 8)));
    }
}
