//! Small pieces of memory from many addresses: neighbours are read at once, because it is the asking that takes the time.

use super::{
    cache::read,
    kernel::{MOST_SPANS, read_all},
};

/// Pieces that are closer than this are read with what is between them.
const NEAR: u64 = 2048;
/// Bytes of neighbours that are read at once.
const MOST: u64 = 16 << 10;

/// What is at each of the addresses at this moment, or nothing if a byte of that is not mapped. In their order, which had
/// better be that of memory.
pub(crate) fn gather<const SIZE: usize>(addresses: &[u64]) -> Vec<Option<[u8; SIZE]>> {
    let mut pieces = Vec::with_capacity(addresses.len());
    let mut spans: Vec<(u64, usize)> = Vec::new();
    let mut bytes = Vec::new();
    let mut left = addresses;
    while !left.is_empty() {
        spans.clear();
        let mut taken = 0;
        while let Some(rest @ [first, ..]) = left.get(taken..)
            && spans.len() < MOST_SPANS
        {
            let count = near(rest);
            let last = rest.get(count - 1).unwrap_or(first);
            let length = usize::try_from(last - first).unwrap_or(0);
            spans.push((*first, length.saturating_add(SIZE)));
            taken += count;
        }
        let (now, later) = left.split_at(taken);
        bytes.resize(spans.iter().map(|(_, length)| length).sum(), 0);
        match read_all(&spans, &mut bytes) {
            Some(()) => pieces.extend(cut(&spans, &bytes, now)),
            None => pieces.extend(now.iter().map(|address| one(*address))),
        }
        left = later;
    }
    pieces
}

/// The pieces that are in the spans, which were read one after the other.
fn cut<const SIZE: usize>(
    spans: &[(u64, usize)],
    bytes: &[u8],
    addresses: &[u64],
) -> impl Iterator<Item = Option<[u8; SIZE]>> {
    let mut spans = spans.iter();
    let mut span = spans.next();
    let mut start = 0;
    addresses.iter().map(move |address| {
        loop {
            let (first, length) = span?;
            let at = usize::try_from(address.wrapping_sub(*first)).unwrap_or(usize::MAX);
            if at.checked_add(SIZE).is_some_and(|end| end <= *length) {
                return bytes.get(start + at..)?.first_chunk().copied();
            }
            start += length;
            span = spans.next();
        }
    })
}

fn one<const SIZE: usize>(address: u64) -> Option<[u8; SIZE]> {
    let mut piece = [0; SIZE];
    read(address, &mut piece).map(|()| piece)
}

/// How many of the addresses, one at least, lie beside each other in this order.
fn near(addresses: &[u64]) -> usize {
    let Some(first) = addresses.first() else {
        return 0;
    };
    let is_near = |pair: &[u64]| {
        let [one, next] = pair else { return false };
        (*one..one.saturating_add(NEAR)).contains(next) && next - first < MOST
    };
    1 + addresses
        .windows(2)
        .take_while(|pair| is_near(pair))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_are_not_there_are_nothing_and_the_others_are() {
        let words: Vec<[u64; 2]> = (0..9000).map(|word| [word, word]).collect();
        let mut addresses: Vec<u64> = words.iter().map(|word| word.as_ptr() as u64).collect();
        let unmapped = [0, 1023, 1024, 1500, 1501, 8999];
        for (place, hole) in unmapped.into_iter().zip([0, 8, 1 << 47, u64::MAX, 1, 2]) {
            addresses[place] = hole;
        }
        let pieces = gather::<16>(&addresses);
        assert_eq!(pieces.len(), words.len());
        for (index, piece) in pieces.into_iter().enumerate() {
            let first = piece.and_then(|piece| piece.first_chunk().copied());
            let expected = (!unmapped.contains(&index)).then_some(index as u64);
            assert_eq!(first.map(u64::from_le_bytes), expected);
        }
    }

    /// A page between two that are mapped.
    #[test]
    fn a_hole_between_neighbours_hides_neither() {
        let page = 4096;
        // SAFETY: new memory of this process, of which nobody else knows; the middle is given back.
        let start = unsafe {
            let all = libc::mmap(
                std::ptr::null_mut(),
                page * 3,
                libc::PROT_READ,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            assert_ne!(all, libc::MAP_FAILED);
            assert_eq!(libc::munmap(all.byte_add(page), page), 0);
            all as u64
        };
        let page = page as u64;
        let addresses = [
            start,
            start + page - 16,
            start + page,
            start + page * 2 - 1000,
            start + page * 2,
        ];
        let pieces = gather::<16>(&addresses);
        let found: Vec<bool> = pieces.iter().map(Option::is_some).collect();
        assert_eq!(found, [true, true, false, false, true]);
    }

    #[test]
    fn neighbours_are_those_that_follow() {
        for (addresses, expected) in [
            (vec![], 0),
            (vec![100], 1),
            (vec![100, 200, 300], 3),
            (vec![100, 200, 199, 300], 2),
            (vec![100, 100 + NEAR], 1),
            (vec![u64::MAX - 1, u64::MAX], 1),
            ((0..1000).map(|at| at * 128).collect(), 128),
        ] {
            assert_eq!(near(&addresses), expected, "{addresses:?}");
        }
    }
}
