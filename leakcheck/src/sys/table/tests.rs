//! Things are found by number and key, whatever else comes and goes, at a price that does not grow.

use super::*;
use std::cell::Cell;

type Words = AtomicU64;

/// How often places were looked at, on this thread.
#[cfg(not(leakcheck_loom))]
fn looks() -> usize {
    LOOKS.replace(0)
}

thread_local! {
    static LOOKS: Cell<usize> = const { Cell::new(0) };
}

struct Few(Vec<Record<Keyed<Words>>>);

impl Places for Few {
    type Facts = Words;
    const GROUND: usize = if cfg!(leakcheck_loom) { 2 } else { 16 };
    const FLOORS: usize = match () {
        () if cfg!(leakcheck_loom) => 1,
        // An interpreter takes minutes for more.
        () if cfg!(miri) => 5,
        () => 11,
    };

    fn get(&self, place: usize) -> Option<&Record<Keyed<Words>>> {
        LOOKS.set(LOOKS.get() + 1);
        self.0.get(place)
    }

    fn peek(&self, place: usize) -> Option<&Record<Keyed<Words>>> {
        self.get(place)
    }
}

fn table(places: usize) -> Table<Few> {
    Table::new(Few((0..places).map(|_| Record::default()).collect()))
}

#[cfg(leakcheck_loom)]
fn shared() -> &'static Table<Few> {
    Box::leak(Box::new(table(2)))
}

fn put(table: &Table<Few>, key: u64) -> Option<u64> {
    let claim = table.claim(key)?;
    let number = claim.number;
    claim.publish(key, 0, |word| word.store(key, Ordering::Relaxed));
    Some(number)
}

fn word(word: &Words) -> u64 {
    word.load(Ordering::Relaxed)
}

fn live(table: &Table<Few>) -> Vec<u64> {
    let mut live: Vec<u64> = table.live(None, word).map(|seen| seen.facts).collect();
    live.sort_unstable();
    live
}

fn forget(table: &Table<Few>, key: u64) -> usize {
    let mut count = 0;
    table.end_all(key, |_| count += 1);
    count
}

#[cfg(not(leakcheck_loom))]
mod in_order {
    use super::*;

    #[test]
    fn what_lives_is_found_by_its_number_and_ended_by_its_key() {
        let table = table(1000);
        let keys = 40..if cfg!(miri) { 60 } else { 140 };
        let numbers: Vec<u64> = keys.clone().map(|key| put(&table, key).unwrap()).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next));
        assert_eq!(live(&table), keys.clone().collect::<Vec<_>>());
        for (key, number) in keys.zip(&numbers) {
            assert_eq!(table.find(*number, word).map(|seen| seen.facts), Some(key));
            assert_eq!((forget(&table, key), forget(&table, key)), (1, 0));
            assert_eq!(table.find(*number, word), None);
        }
        assert!(live(&table).is_empty());
    }

    #[test]
    fn places_are_used_again_and_numbers_are_not() {
        let table = table(16);
        let mut before = 0;
        for key in 0..10_000 {
            let number = put(&table, key).expect("nothing else is there");
            assert!(number > before);
            assert!(table.end(number).is_some() && table.end(number).is_none());
            before = number;
        }
        assert_eq!(table.missed(), 0);
    }

    #[test]
    fn a_key_that_is_given_again_has_one_thing_at_most() {
        const MANY: u64 = if cfg!(miri) { 20 } else { 100 };
        let table = table(1000);
        for _ in 0..3 {
            for key in 0..MANY {
                forget(&table, key);
                put(&table, key).unwrap();
            }
        }
        assert_eq!(live(&table).len() as u64, MANY);
    }

    #[test]
    fn what_finds_no_place_is_counted() {
        let table = table(16);
        let placed = (0..100).filter_map(|key| put(&table, key)).count();
        assert!(placed <= 16);
        assert_eq!((live(&table).len(), table.missed()), (placed, 100 - placed));
    }

    /// A thread that is killed while it writes leaves its record claimed for ever.
    #[test]
    fn a_claimed_record_is_passed_by() {
        let table = table(1000);
        let claims: Vec<Claim<'_, Words>> = (0..20).filter_map(|_| table.claim(7)).collect();
        assert_eq!((claims.len(), live(&table).len()), (20, 0));
        put(&table, 7).unwrap();
        assert_eq!((live(&table), forget(&table, 7)), (vec![7], 1));
    }

    #[test]
    fn ten_thousand_cost_each_what_one_does() {
        const MANY: u64 = if cfg!(miri) { 100 } else { 10_000 };
        let floors = Few::FLOORS;
        let table = table(below::<Few>(floors));
        let most = |work: &dyn Fn(u64)| {
            let all = (0..MANY).map(|key| {
                looks();
                work(key * 8);
                looks()
            });
            all.max()
        };
        let all = Some(WINDOW * floors);
        assert!(most(&|key| assert!(put(&table, key).is_some())) <= all);
        assert_eq!(live(&table).len(), usize::try_from(MANY).unwrap());
        assert!(most(&|key| assert_eq!(forget(&table, key), 1)) <= all);
    }
}

#[cfg(leakcheck_loom)]
mod at_once {
    use super::*;
    use loom::thread;

    /// Two things that start at once have a record each, and a reader finds no thing that is not.
    #[test]
    fn two_share_a_window() {
        loom::model(|| {
            let table = shared();
            let other = thread::spawn(|| put(table, 1).unwrap());
            let mine = put(table, 2).unwrap();
            assert!(live(table).iter().all(|key| [1, 2].contains(key)));
            let theirs = other.join().unwrap();
            assert_ne!(mine, theirs);
            assert_eq!(live(table), [1, 2]);
        });
    }

    /// What is over stays over while its record is given to another, and the other is not ended in its place.
    #[test]
    fn a_successor_is_not_its_predecessor() {
        loom::model(|| {
            let table = shared();
            let first = put(table, 1).unwrap();
            let other = thread::spawn(move || {
                assert_eq!(forget(table, 1), 1);
                put(table, 2).unwrap()
            });
            let seen = table.find(first, word);
            assert!(seen.is_none_or(|seen| seen.facts == 1));
            let second = other.join().unwrap();
            assert!(table.end(first).is_none());
            assert_eq!(table.find(second, word).map(|seen| seen.facts), Some(2));
        });
    }
}
