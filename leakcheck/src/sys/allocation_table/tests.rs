//! The newest creation at an address is what is found there, or nothing.

use super::*;

fn slots(count: usize) -> Vec<Slot> {
    (0..count).map(|_| Slot::default()).collect()
}

/// A creation whose every word is `number`, so that a mixture of two is recognised.
fn creation(number: u32) -> Creation {
    Creation {
        size: number,
        scope: number.into(),
        origin: number,
        parent: number.into(),
        born_ms: number.into(),
        entry: number,
    }
}

#[cfg(not(leakcheck_loom))]
mod in_order {
    use super::*;

    #[test]
    fn the_newest_wins() {
        let slots = slots(2);
        for number in 1..=3 {
            assert_eq!(put(&slots.iter(), 128, creation(number)), Put::Recorded);
            assert_eq!(find(slots.iter(), 128), Some(creation(number)));
        }
        assert_eq!(find(slots.iter(), 256), None);
    }

    #[test]
    fn what_was_forgotten_is_not_found() {
        let slots = slots(2);
        put(&slots.iter(), 128, creation(1));
        put(&slots.iter(), 256, creation(2));
        forget(slots.iter(), 128);
        forget(slots.iter(), 384);
        assert_eq!(find(slots.iter(), 128), None);
        assert_eq!(find(slots.iter(), 256), Some(creation(2)));
    }

    #[test]
    fn a_forgotten_slot_does_not_hide_the_one_behind_it() {
        let slots = slots(2);
        put(&slots.iter(), 128, creation(1));
        put(&slots.iter(), 256, creation(2));
        forget(slots.iter(), 128);
        assert_eq!(put(&slots.iter(), 256, creation(3)), Put::Recorded);
        assert_eq!(find(slots.iter(), 256), Some(creation(3)));
        assert_eq!(put(&slots.iter(), 384, creation(4)), Put::Recorded);
        assert_eq!(find(slots.iter(), 256), Some(creation(3)));
        assert_eq!(find(slots.iter(), 384), Some(creation(4)));
    }

    #[test]
    fn a_full_window_gives_up_its_oldest() {
        let slots = slots(3);
        for number in [2, 1, 3] {
            put(&slots.iter(), 128 * number as usize, creation(number));
        }
        assert_eq!(put(&slots.iter(), 1024, creation(4)), Put::Displaced);
        let known = [128, 256, 384, 1024].map(|address| find(slots.iter(), address));
        assert_eq!(
            known,
            [
                None,
                Some(creation(2)),
                Some(creation(3)),
                Some(creation(4))
            ]
        );
    }

    /// A thread that is killed while it writes leaves its slot claimed for ever.
    #[test]
    fn a_claimed_slot_is_passed_by() {
        let slots = slots(2);
        put(&slots.iter(), 128, creation(1));
        assert!(slots[0].claim(128, 128));
        assert_eq!(find(slots.iter(), 128), None);
        assert_eq!(put(&slots.iter(), 128, creation(2)), Put::Recorded);
        assert_eq!(find(slots.iter(), 128), Some(creation(2)));
        assert!(slots[1].claim(128, 128));
        assert_eq!(put(&slots.iter(), 128, creation(3)), Put::Lost);
        assert_eq!(find(slots.iter(), 128), None);
    }
}

#[cfg(leakcheck_loom)]
mod at_once {
    use super::*;
    use loom::thread;

    fn shared(count: usize) -> &'static [Slot] {
        Box::leak(slots(count).into())
    }

    /// A reader sees one creation or another, or none, and never words of both.
    #[test]
    fn a_creation_is_read_whole() {
        loom::model(|| {
            let slots = shared(1);
            put(&slots.iter(), 128, creation(1));
            let owner = thread::spawn(|| put(&slots.iter(), 128, creation(2)));
            let seen = find(slots.iter(), 128);
            assert!([None, Some(creation(1)), Some(creation(2))].contains(&seen));
            owner.join().unwrap();
            assert_eq!(find(slots.iter(), 128), Some(creation(2)));
        });
    }

    /// Two owners who compete for slots never leave an older creation of either behind.
    #[test]
    fn no_older_creation_comes_back() {
        loom::model(|| {
            let slots = shared(2);
            put(&slots.iter(), 128, creation(1));
            put(&slots.iter(), 256, creation(2));
            let one = thread::spawn(|| put(&slots.iter(), 384, creation(3)));
            let two = thread::spawn(|| put(&slots.iter(), 128, creation(4)));
            one.join().unwrap();
            let newest = two.join().unwrap();
            let seen = find(slots.iter(), 128);
            let expected = match newest {
                Put::Lost => None,
                Put::Recorded | Put::Displaced => Some(creation(4)),
            };
            assert!(seen == expected || seen.is_none(), "{seen:?} {newest:?}");
            forget(slots.iter(), 128);
            assert_eq!(find(slots.iter(), 128), None);
        });
    }

    /// What its owner forgets stays forgotten while another takes slots.
    #[test]
    fn what_is_forgotten_stays_so() {
        loom::model(|| {
            let slots = shared(1);
            put(&slots.iter(), 128, creation(1));
            let other = thread::spawn(|| put(&slots.iter(), 256, creation(2)));
            forget(slots.iter(), 128);
            assert_eq!(find(slots.iter(), 128), None);
            other.join().unwrap();
            assert_eq!(find(slots.iter(), 128), None);
            assert_eq!(find(slots.iter(), 256), Some(creation(2)));
        });
    }
}
