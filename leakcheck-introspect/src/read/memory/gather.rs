//! Small pieces of memory from many addresses: neighbours are read at once, because it is the asking that takes the time.

use super::{
    cache::read,
    kernel::{MOST_SPANS, read_all},
};

/// Pieces that are closer than this are read with what is between them.
const NEAR: u64 = 2048;
/// Bytes of neighbours that are read at once.
const MOST: u64 = 16 << 10;

/// Bytes before the copies. What is left of them is in memory that is given back, perhaps where the original of another was: they
/// must not look like one, so they lie where nothing is aligned.
const ASIDE: usize = 1;

/// Shows what is at each of the addresses at this moment, but for those where a byte of it is not mapped. In their order, which
/// had better be that of memory.
pub(crate) fn gather<const SIZE: usize>(addresses: &[u64], mut show: impl FnMut(u64, &[u8; SIZE])) {
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
        let length: usize = spans.iter().map(|(_, length)| length).sum();
        bytes.resize(ASIDE + length, 0);
        let (_, copies) = bytes.split_at_mut(ASIDE);
        match read_all(&spans, copies) {
            Some(()) => cut(&spans, copies, now, &mut show),
            None => now.iter().for_each(|address| one(*address, &mut show)),
        }
        left = later;
    }
}

/// Shows the pieces that are in the spans, which were read one after the other.
fn cut<const SIZE: usize>(
    spans: &[(u64, usize)],
    bytes: &[u8],
    addresses: &[u64],
    show: &mut impl FnMut(u64, &[u8; SIZE]),
) {
    let mut left = addresses;
    let mut start = 0;
    for (first, length) in spans {
        let place = |address: u64| {
            let at = usize::try_from(address.checked_sub(*first)?).ok()?;
            (at.checked_add(SIZE)? <= *length).then_some(start + at)
        };
        while let [address, later @ ..] = left
            && let Some(at) = place(*address)
        {
            if let Some(piece) = bytes.get(at..).and_then(|bytes| bytes.first_chunk()) {
                show(*address, piece);
            }
            left = later;
        }
        start += length;
    }
}

fn one<const SIZE: usize>(address: u64, show: &mut impl FnMut(u64, &[u8; SIZE])) {
    let mut piece = [0; SIZE];
    if read(address, &mut piece).is_some() {
        show(address, &piece);
    }
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
        let mut shown = Vec::new();
        gather::<16>(&addresses, |address, piece| {
            let word = piece.first_chunk().copied().map(u64::from_le_bytes);
            shown.push((address, word));
        });
        let is_mapped = |index: &usize| !unmapped.contains(index);
        let mapped = (0..words.len()).filter(is_mapped);
        let expected: Vec<_> = mapped
            .map(|index| (addresses[index], Some(index as u64)))
            .collect();
        assert_eq!(shown, expected);
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
        let mut found = Vec::new();
        gather::<16>(&addresses, |address, _| found.push(address));
        assert_eq!(found, [addresses[0], addresses[1], addresses[4]]);
    }

    /// Where a copy is left, an original may have been that is looked at next.
    #[test]
    fn no_copy_lies_as_its_original_did() {
        let words = [[1_u64; 4]; 100];
        let addresses = words.each_ref().map(|word| word.as_ptr() as u64);
        let mut count = 0;
        gather::<32>(&addresses, |_, copy| {
            assert_ne!(copy.as_ptr().addr() % align_of::<u64>(), 0);
            count += 1;
        });
        assert_eq!(count, words.len());
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
