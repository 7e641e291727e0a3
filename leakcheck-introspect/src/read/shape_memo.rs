//! How a task was decoded, so that others that are at the same place are recognised without decoding them.
//!
//! Decoding depends on a few words only: the states of coroutines, the cases of enums and the vtables on the way to where the
//! task waits. A memo has these words, and the pointers that led to each. All offsets are relative to the pointer before, so
//! that the memo of one task can be tried on another. A task of the same kind that has the same words at the end of the same
//! pointers would be decoded to the same frames.

use super::memory::Memory;

/// Words that are noted for one task; one that needs more is not worth recognising.
const MOST_CHECKS: usize = 256;

/// What was decided on, in the order in which it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShapeMemo {
    /// Pointers that were followed; the task's own cell comes before the first.
    hops: Vec<Hop>,
    checks: Vec<Check>,
    is_cut: bool,
}

/// A pointer that was followed.
#[derive(Clone, Copy, Debug, Default)]
struct Hop {
    /// Which hop it stands in, and where.
    from: u32,
    offset: u64,
    /// What it led to, and how much further the value starts.
    address: u64,
    skip: u64,
}

/// A word that decided.
#[derive(Clone, Debug)]
struct Check {
    hop: u32,
    offset: u64,
    size: u64,
    rule: Rule,
}

/// What a word must be for the same decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Is(u64),
    /// None of these: the case of an enum that all other values stand for.
    IsNot(Box<[u64]>),
}

impl ShapeMemo {
    /// Begins at a task's cell.
    pub(crate) fn new(cell: u64) -> Self {
        Self {
            hops: vec![Hop {
                address: cell,
                ..Hop::default()
            }],
            ..Self::default()
        }
    }

    /// Notes that the pointer at `at`, reached through `from`, was followed to `address`, `skip` bytes behind its target.
    pub(crate) fn follow(&mut self, from: u32, at: u64, address: u64, skip: u64) -> u32 {
        self.hops.push(Hop {
            from,
            offset: at.wrapping_sub(self.address(from)),
            address,
            skip,
        });
        self.is_cut |= self.hops.len() > MOST_CHECKS;
        u32::try_from(self.hops.len() - 1).unwrap_or(u32::MAX)
    }

    /// Notes that the word at `at` decided.
    pub(crate) fn decide(&mut self, hop: u32, at: u64, size: u64, rule: Rule) {
        self.is_cut |= self.checks.len() == MOST_CHECKS;
        if !self.is_cut {
            let offset = at.wrapping_sub(self.address(hop));
            self.checks.push(Check {
                hop,
                offset,
                size,
                rule,
            });
        }
    }

    /// Notes that others cannot be compared with this task: it was decoded by words that are not noted.
    pub(crate) fn give_up(&mut self) {
        self.is_cut = true;
    }

    fn address(&self, hop: u32) -> u64 {
        self.hops.get(hop as usize).map_or(0, |hop| hop.address)
    }

    /// Whether other tasks can be compared with this one.
    pub(crate) fn is_whole(&self) -> bool {
        !self.is_cut
    }

    /// Whether the task at `cell` has the same words at the same places.
    pub(crate) fn fits(&self, memory: &Memory, cell: u64) -> bool {
        // A hop stands behind the one that it starts from, so that each address is known when it is needed.
        let mut addresses = Vec::with_capacity(self.hops.len());
        addresses.push(cell);
        for hop in self.hops.iter().skip(1) {
            let from: u64 = addresses.get(hop.from as usize).copied().unwrap_or(0);
            let Some(target) = memory.word(from.wrapping_add(hop.offset)) else {
                return false;
            };
            addresses.push(target.wrapping_add(hop.skip));
        }
        self.checks.iter().all(|check| {
            let start: u64 = addresses.get(check.hop as usize).copied().unwrap_or(0);
            let word = memory.number(start.wrapping_add(check.offset), check.size);
            word.is_some_and(|word| match &check.rule {
                Rule::Is(seen) => word == *seen,
                Rule::IsNot(others) => !others.contains(&word),
            })
        })
    }
}
