//! Things that are taken and given back by a key: buffers of a pool, ports, leases.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    fmt::Debug,
    panic::Location,
    sync::Mutex,
};

use crate::{
    base::{
        error::{Error, Repr},
        sync::lock_std as lock,
    },
    observe::sources::custom,
};

/// Keys that were given back, kept to say where.
const REMEMBERED: usize = 64;

/// Keeps account of what is taken and given back by key, such as the buffers of a pool.
///
/// What a test took and did not give back is reported with the place of [`take`](Self::take), also where the tracker
/// itself is gone by then. What is given back twice is an error at once.
///
/// ```
/// use leakcheck::Tracker;
///
/// static BUFFERS: Tracker<usize> = Tracker::new("buffer");
///
/// BUFFERS.take(7)?;
/// BUFFERS.give_back(&7)?;
///
/// let twice = BUFFERS.give_back(&7).unwrap_err().to_string();
/// assert!(twice.starts_with("failed to give back buffer `7`: it was given back already, at "));
/// # Ok::<(), leakcheck::Error>(())
/// ```
#[derive(Debug)]
pub struct Tracker<K> {
    kind: Cow<'static, str>,
    account: Mutex<Account<K>>,
}

type Place = &'static Location<'static>;

#[derive(Debug)]
struct Account<K> {
    /// With the number of the registration, which has no drop: what is never given back stays registered.
    taken: BTreeMap<K, (u64, Place)>,
    given_back: VecDeque<(K, Place)>,
}

impl<K: Ord + Debug> Tracker<K> {
    /// A tracker of things of one kind; what they are, in the singular.
    pub const fn new(kind: &'static str) -> Self {
        Self {
            kind: Cow::Borrowed(kind),
            account: Mutex::new(Account {
                taken: BTreeMap::new(),
                given_back: VecDeque::new(),
            }),
        }
    }

    /// Notes that the thing with this key is in use from here on.
    ///
    /// # Errors
    ///
    /// Where it is in use already: it was handed out twice, or its last user did not tell that it was done.
    #[track_caller]
    pub fn take(&self, key: K) -> Result<(), Error> {
        let place = Location::caller();
        let mut account = lock(&self.account);
        if let Some((_, at)) = account.taken.get(&key) {
            return Err(Repr::Taken {
                what: self.kind.clone(),
                key: format!("{key:?}"),
                at,
            }
            .into());
        }
        account.given_back.retain(|(other, _)| *other != key);
        let number = custom::begin(self.kind.clone(), format!("{key:?}"), place);
        account.taken.insert(key, (number, place));
        Ok(())
    }

    /// Notes that the thing with this key is not in use any more; any thread and any test may do that.
    ///
    /// # Errors
    ///
    /// Where it is not in use: it was given back before, or never taken.
    #[track_caller]
    pub fn give_back(&self, key: &K) -> Result<(), Error> {
        let mut account = lock(&self.account);
        let Some((key, (number, _))) = account.taken.remove_entry(key) else {
            let before = account.given_back.iter().find(|(other, _)| other == key);
            return Err(Repr::NotTaken {
                what: self.kind.clone(),
                key: format!("{key:?}"),
                before: before.map(|(_, at)| *at),
            }
            .into());
        };
        if account.given_back.len() == REMEMBERED {
            account.given_back.pop_front();
        }
        account.given_back.push_back((key, Location::caller()));
        drop(account);
        custom::end(number);
        Ok(())
    }

    /// How many are in use, whoever took them.
    pub fn taken(&self) -> usize {
        lock(&self.account).taken.len()
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    fn refused(result: Result<(), Error>) -> String {
        result.expect_err("it is refused").to_string()
    }

    #[test]
    fn what_is_in_use_cannot_be_taken() {
        let tracker = Tracker::new("port");
        tracker.take(80).unwrap();
        let line = line!() - 1;
        assert_eq!(
            refused(tracker.take(80)),
            format!(
                "failed to take port `80`: it is in use already, since {}:{line}; give it back first, or choose keys \
                 that are unique",
                file!()
            )
        );
        tracker.give_back(&80).unwrap();
        tracker.take(80).unwrap();
        tracker.give_back(&80).unwrap();
    }

    #[test]
    fn what_is_not_in_use_cannot_be_given_back() {
        let tracker = Tracker::new("port");
        assert_eq!(
            refused(tracker.give_back(&80)),
            "failed to give back port `80`: it is not in use: it was never taken, or given back long ago"
        );
        for port in 0..=REMEMBERED {
            tracker.take(port).unwrap();
            tracker.give_back(&port).unwrap();
        }
        let line = line!() - 2;
        assert_eq!(
            refused(tracker.give_back(&1)),
            format!(
                "failed to give back port `1`: it was given back already, at {}:{line}",
                file!()
            )
        );
        assert!(refused(tracker.give_back(&0)).ends_with("or given back long ago"));
        assert_eq!(tracker.taken(), 0);
    }
}
