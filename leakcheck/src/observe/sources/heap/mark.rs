//! What leads to which blocks of memory: any word that is an address in one may be a pointer to it.

use crate::sys::heap_block::Block;

/// Bits that an address has. The others may be used for something else.
const ADDRESS: usize = (1 << 48) - 1;
/// Where an address stands that is kept in the upper bits of a word.
const UPPER: u32 = 16;

/// Blocks, and to which of them something has led so far.
#[derive(Debug)]
pub(super) struct Marks<'b> {
    blocks: &'b [Block],
    low: usize,
    length: usize,
    reached: Vec<bool>,
    /// Blocks that were reached and not looked into.
    ahead: Vec<usize>,
    /// How many were not reached.
    left: usize,
}

impl<'b> Marks<'b> {
    /// Of blocks in the order of their addresses.
    pub(super) fn new(blocks: &'b [Block]) -> Self {
        let low = blocks.first().map_or(0, |block| block.start.address());
        let high = blocks
            .last()
            .map_or(0, |block| block.start.address().saturating_add(block.size));
        Self {
            blocks,
            low,
            length: high - low,
            reached: vec![false; blocks.len()],
            ahead: Vec::new(),
            left: blocks.len(),
        }
    }

    /// Looks at words of memory that something leads to.
    pub(super) fn look(&mut self, words: &[usize]) {
        for word in words {
            let (low, length) = (self.low, self.length);
            if (word & ADDRESS).wrapping_sub(low) < length {
                self.reach(word & ADDRESS);
            }
            if (word >> UPPER).wrapping_sub(low) < length {
                self.reach(word >> UPPER);
            }
        }
    }

    fn reach(&mut self, address: usize) {
        if let Some(at) = find(self.blocks, address)
            && let Some(reached @ false) = self.reached.get_mut(at)
        {
            *reached = true;
            self.left -= 1;
            self.ahead.push(at);
        }
    }

    /// A block that was reached, to be looked into; each comes once.
    pub(super) fn next(&mut self) -> Option<Block> {
        self.blocks.get(self.ahead.pop()?).copied()
    }

    /// Whether all of them were reached.
    pub(super) fn are_all(&self) -> bool {
        self.left == 0
    }

    /// Those that were not.
    pub(super) fn unreached(&self) -> impl Iterator<Item = Block> {
        let blocks = self.blocks.iter().zip(&self.reached);
        blocks
            .filter(|(_, reached)| !**reached)
            .map(|(block, _)| *block)
    }
}

/// The place of the block that has this address, among blocks in the order of addresses.
pub(super) fn find(blocks: &[Block], address: usize) -> Option<usize> {
    let after = blocks.partition_point(|block| block.start.address() <= address);
    let at = after.checked_sub(1)?;
    let block = blocks.get(at)?;
    (address - block.start.address() < block.size).then_some(at)
}

/// Places in which a word may have the address of one of the blocks, for which.
pub(super) fn targets(blocks: &[Block], word: usize) -> Option<usize> {
    find(blocks, word & ADDRESS).or_else(|| find(blocks, word >> UPPER))
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::sys::heap_block::Hidden;

    fn blocks(all: &[(usize, usize)]) -> Vec<Block> {
        let block = |(start, size): &(usize, usize)| Block {
            start: Hidden::of(*start),
            size: *size,
            origin: 1,
        };
        all.iter().map(block).collect()
    }

    fn reached(blocks: &[Block], words: &[usize]) -> Vec<usize> {
        let mut marks = Marks::new(blocks);
        marks.look(words);
        let unreached: Vec<Block> = marks.unreached().collect();
        (0..blocks.len())
            .filter(|at| !unreached.contains(&blocks[*at]))
            .collect()
    }

    const FAR: usize = 0x7f00_0000_0000;

    #[test]
    fn any_address_in_a_block_leads_to_it() {
        let all = blocks(&[(0x1000, 32), (0x1020, 8), (FAR, 100)]);
        for (word, expected) in [
            (0x1000, &[0][..]),
            (0x101f, &[0]),
            (0x1020, &[1]),
            (0x1027, &[1]),
            (0x1028, &[]),
            (0xfff, &[]),
            (FAR + 99, &[2]),
            (FAR + 100, &[]),
            (0, &[]),
            (usize::MAX, &[]),
            // With something in the bits that an address has not.
            (FAR | 0xfff8 << 48, &[2]),
            (FAR << 16 | 0xffff, &[2]),
        ] {
            assert_eq!(reached(&all, &[word]), expected, "{word:x}");
        }
        assert_eq!(reached(&all, &[0x1000, FAR]), [0, 2]);
        assert_eq!(reached(&[], &[0, 1, usize::MAX]), [0; 0]);
    }

    #[test]
    fn each_is_looked_into_once() {
        let all = blocks(&[(0x1000, 16), (0x2000, 16)]);
        let mut marks = Marks::new(&all);
        marks.look(&[0x1000, 0x1008, 0x1000]);
        assert_eq!(marks.next(), Some(all[0]));
        assert_eq!(marks.next(), None);
        assert!(!marks.are_all());
        marks.look(&[0x1000, 0x2000]);
        assert_eq!(marks.next(), Some(all[1]));
        assert_eq!(marks.next(), None);
        assert!(marks.are_all());
    }
}
