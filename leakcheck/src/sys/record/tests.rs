//! What is read is of one thing, and each thing ends once.

use super::*;

/// Two words that are always the same, so that a mixture of two things is recognised.
#[derive(Debug, Default)]
struct Twice(AtomicU64, AtomicU64);

impl Twice {
    fn fill(&self, word: u64) {
        self.0.store(word, Ordering::Relaxed);
        self.1.store(word, Ordering::Relaxed);
    }

    fn words(&self) -> (u64, u64) {
        (
            self.0.load(Ordering::Relaxed),
            self.1.load(Ordering::Relaxed),
        )
    }
}

fn publish(record: &Record<Twice>, number: u64) -> bool {
    record.publish(number, number, |facts| facts.fill(number))
}

fn seen(record: &Record<Twice>) -> Option<Seen<(u64, u64)>> {
    record.read(None, Twice::words)
}

/// Each has its number for its scope.
fn end_of(number: u64) -> Ended {
    Ended {
        number,
        scope: number,
    }
}

fn whole(number: u64) -> Seen<(u64, u64)> {
    Seen {
        number,
        scope: number,
        facts: (number, number),
    }
}

#[cfg(not(leakcheck_loom))]
mod in_order {
    use super::*;

    #[test]
    fn it_is_read_from_its_publication_to_its_end() {
        let record = Record::<Twice>::default();
        assert_eq!((record.number(), seen(&record)), (None, None));
        assert!(record.claim(7) && !record.claim(8));
        assert_eq!((record.number(), seen(&record)), (None, None));
        assert!(publish(&record, 7));
        assert_eq!(seen(&record), Some(whole(7)));
        assert_eq!(record.read(Some(7), Twice::words), Some(whole(7)));
        assert_eq!(record.read(Some(8), Twice::words), None);
        assert!(!record.claim(8));
        assert_eq!((record.end(6), record.end(0)), (None, None));
        assert_eq!(record.end(7), Some(end_of(7)));
        assert_eq!((record.end(7), seen(&record)), (None, None));
        assert_eq!(record.end(0), None, "nothing has this number");
        assert!(record.claim(8));
        record.clear();
        assert!(record.claim(9));
    }

    #[test]
    fn who_takes_it_anew_ends_what_was_there() {
        let record = Record::<Twice>::default();
        assert_eq!(record.claim_anew(7), None);
        assert!(publish(&record, 7));
        assert_eq!(record.claim_anew(8), Some(end_of(7)));
        assert!(publish(&record, 8));
        assert_eq!(record.end(7), None);
        assert_eq!(seen(&record), Some(whole(8)));
    }

    /// Who was interrupted while he filled it in, and does not come back or comes back late.
    #[test]
    fn one_that_nobody_fills_in_is_not_lost() {
        let record = Record::<Twice>::default();
        assert!(record.claim(7));
        assert_eq!(record.claim_anew(8), None);
        assert!(publish(&record, 8));
        assert_eq!(seen(&record), Some(whole(8)));
        assert!(!record.publish(7, 7, |_| ()));
        assert_eq!(record.number(), Some(8));
    }
}

#[cfg(leakcheck_loom)]
mod at_once {
    use super::*;
    use loom::thread;

    fn shared() -> &'static Record<Twice> {
        Box::leak(Box::new(Record {
            number: AtomicU64::new(0),
            scope: AtomicU64::new(0),
            facts: Twice(AtomicU64::new(0), AtomicU64::new(0)),
        }))
    }

    fn first(record: &Record<Twice>) {
        assert!(record.claim(1) && publish(record, 1));
    }

    /// A record that is freed and taken again meanwhile is read as the one or the other, scope and all, or not at all.
    #[test]
    fn what_is_read_is_of_one_thing() {
        loom::model(|| {
            let record = shared();
            first(record);
            let owner = thread::spawn(|| {
                let ended = record.end(1);
                assert_eq!(ended, Some(end_of(1)));
                assert!(record.claim(2) && publish(record, 2));
            });
            let seen = seen(record);
            assert!(
                [None, Some(whole(1)), Some(whole(2))].contains(&seen),
                "{seen:?}"
            );
            owner.join().unwrap();
        });
    }

    /// The same where it is taken anew, as the record of a descriptor is that was closed past the C library.
    #[test]
    fn what_is_taken_anew_is_of_one_thing() {
        loom::model(|| {
            let record = shared();
            first(record);
            let owner = thread::spawn(|| {
                assert_eq!(record.claim_anew(2), Some(end_of(1)));
                assert!(publish(record, 2));
            });
            let seen = seen(record);
            assert!(
                [None, Some(whole(1)), Some(whole(2))].contains(&seen),
                "{seen:?}"
            );
            owner.join().unwrap();
        });
    }

    /// Whoever else finds out that a thing is over, it ends once, in its own scope, and nobody ends its successor.
    #[test]
    fn each_ends_once() {
        loom::model(|| {
            let record = shared();
            first(record);
            let closes = thread::spawn(|| record.end(1));
            let opens = thread::spawn(|| {
                let before = record.claim_anew(2);
                assert!(publish(record, 2));
                before
            });
            let finds = record.end(1);
            let before = opens.join().unwrap();
            let ends = [closes.join().unwrap(), before, finds];
            let ended: Vec<Ended> = ends.into_iter().flatten().collect();
            assert_eq!(ended, [end_of(1)]);
            assert_eq!(seen(record), Some(whole(2)));
        });
    }

    /// Two who want a free record do not both get it.
    #[test]
    fn one_gets_it() {
        loom::model(|| {
            let record = shared();
            let other = thread::spawn(|| record.claim(1));
            let one = record.claim(2);
            assert!(one != other.join().unwrap());
        });
    }
}
