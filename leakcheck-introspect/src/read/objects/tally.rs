//! How channels count those who have them.
//!
//! Nothing says that a release has the layout that is known. So every count is compared with the owners of what the ends
//! share, as its `Arc` counts them; where one contradicts another nothing is told.

use crate::{
    Handles, Object, Party,
    read::value::{Reader, Value},
};

/// More owners than this are no count.
const MOST_OWNERS: u64 = 1 << 32;

/// Where the ends of a channel share their counts, and who can do what.
#[derive(Debug)]
pub(super) struct Tally {
    /// The type that has the counts; it may stand in a lock.
    pub(super) home: &'static str,
    pub(super) senders: Count,
    pub(super) receivers: Count,
    /// Whether others own a part of it as well, who may become senders or receivers.
    pub(super) has_others: bool,
    /// Who can end a wait for a message, for room, and for the close of the channel.
    pub(super) message: Party,
    pub(super) room: Party,
    pub(super) closed: Party,
}

/// How many there are.
#[derive(Debug)]
pub(super) enum Count {
    /// As many as this field says.
    Field(&'static str),
    One,
    /// One, until this flag is set.
    OneUntil(&'static str),
}

/// Who has a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Census {
    pub(super) senders: u64,
    pub(super) receivers: u64,
    /// All of them, and others who own a part of it.
    owners: u64,
    /// Whether there are pointers that may become owners.
    is_weak: bool,
}

impl Tally {
    /// Counts those who own what `counts`, the inside of an `Arc`, has.
    pub(super) fn read(&self, reader: &Reader<'_>, counts: Value) -> Option<Census> {
        let word = |at: u64| reader.memory.word(counts.address.wrapping_add(at));
        // In front stand the counts of owners and of weak pointers, with one for all owners.
        let (owners, weak) = (word(0)?, word(8)?);
        let home = reader.find(reader.field(counts, "data")?, self.home)?;
        let count = |count: &Count| match count {
            Count::Field(name) => reader.number(reader.field(home, name)?),
            Count::One => Some(1),
            Count::OneUntil(flag) => match reader.number(reader.field(home, flag)?)? {
                flag @ (0 | 1) => Some(1 - flag),
                _ => None,
            },
        };
        let census = Census {
            senders: count(&self.senders)?,
            receivers: count(&self.receivers)?,
            owners,
            is_weak: weak != 1,
        };
        let ends = census.senders.checked_add(census.receivers)?;
        let fits = if self.has_others || matches!(self.senders, Count::OneUntil(_)) {
            ends <= owners
        } else {
            ends == owners
        };
        (fits && (1..MOST_OWNERS).contains(&owners)).then_some(census)
    }
}

impl Census {
    /// Those who can end a wait on the object, if they are of this party. `None` where others may come.
    pub(super) fn handles(self, object: Object, party: Party) -> Option<Handles> {
        let count = match party {
            Party::Senders => self.senders,
            Party::Receivers => self.receivers,
            Party::Anybody => self.owners,
        };
        (!self.is_weak).then_some(Handles {
            object,
            party,
            count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, read::dwarf::Type};

    const OF_ASYNC_CHANNEL: Tally = Tally {
        home: "async_channel::Channel",
        senders: Count::Field("sender_count"),
        receivers: Count::Field("receiver_count"),
        has_others: true,
        message: Party::Anybody,
        room: Party::Anybody,
        closed: Party::Anybody,
    };

    /// Counts owners of words like those of a channel: owners and weak pointers in front, and the counts of its ends.
    fn read(tally: &Tally, owners: u64, weak: u64, ends: [u64; 2]) -> Option<Census> {
        let channel = async_channel::bounded::<u128>(1);
        let introspector = crate::read::startup::introspector().expect("tests have debug info");
        let image = introspector.image;
        let is_counts = |ty: &Type| {
            ty.base == "alloc::sync::ArcInner" && ty.name.contains("async_channel::Channel<u128>")
        };
        let ty = image
            .find("ArcInner<", is_counts)
            .expect("it has debug info");
        let reader = Reader::new(image);
        let mut words = vec![0_u64; usize::try_from(ty.size / 8).expect("it is small")];
        let at = words.as_ptr() as u64;
        let data = reader
            .field(Value::new(ty, at), "data")
            .expect("it has data");
        let mut put = |address: u64, word| {
            words[usize::try_from((address - at) / 8).expect("it is small")] = word;
        };
        put(at, owners);
        put(at + 8, weak);
        for (name, count) in ["sender_count", "receiver_count"].into_iter().zip(ends) {
            put(
                reader.field(data, name).expect("it is there").address,
                count,
            );
        }
        let words = std::hint::black_box(words);
        reader.memory.forget();
        let census = tally.read(&reader, Value::new(ty, words.as_ptr() as u64));
        drop((words, channel));
        census
    }

    fn handles(census: Census, party: Party) -> Option<u64> {
        let object = Object {
            class: Class::Channel,
            address: 1,
        };
        Some(census.handles(object, party)?.count)
    }

    #[test]
    fn ends_are_counted() {
        let census = read(&OF_ASYNC_CHANNEL, 7, 1, [2, 3]).expect("it fits");
        assert_eq!((census.senders, census.receivers), (2, 3));
        assert_eq!(handles(census, Party::Senders), Some(2));
        assert_eq!(handles(census, Party::Receivers), Some(3));
        assert_eq!(handles(census, Party::Anybody), Some(7));
    }

    #[test]
    fn weak_pointers_make_the_counts_no_proof() {
        let census = read(&OF_ASYNC_CHANNEL, 5, 2, [2, 3]).expect("it fits");
        assert_eq!(census.senders, 2);
        assert_eq!(handles(census, Party::Anybody), None);
    }

    #[test]
    fn counts_that_contradict_each_other_are_none() {
        for (owners, ends) in [
            (4, [2, 3]),
            (0, [1, 0]),
            (u64::MAX, [1, 1]),
            (2, [u64::MAX, 3]),
            (0, [0, 0]),
        ] {
            assert_eq!(
                read(&OF_ASYNC_CHANNEL, owners, 1, ends),
                None,
                "{owners} {ends:?}"
            );
        }
        let exact = Tally {
            has_others: false,
            ..OF_ASYNC_CHANNEL
        };
        assert!(read(&exact, 5, 1, [2, 3]).is_some());
        assert_eq!(read(&exact, 6, 1, [2, 3]), None);
        assert_eq!(read(&exact, 4, 1, [2, 3]), None);
    }

    #[test]
    fn a_layout_that_is_not_known_is_not_read() {
        let renamed = Tally {
            senders: Count::Field("senders"),
            ..OF_ASYNC_CHANNEL
        };
        let moved = Tally {
            home: "async_channel::Shared",
            ..OF_ASYNC_CHANNEL
        };
        let no_flag = Tally {
            senders: Count::OneUntil("sender_count"),
            ..OF_ASYNC_CHANNEL
        };
        for tally in [renamed, moved, no_flag] {
            assert_eq!(read(&tally, 7, 1, [2, 3]), None, "{tally:?}");
        }
    }
}
