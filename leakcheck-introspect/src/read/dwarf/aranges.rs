//! Which unit owns an address: the section `.debug_aranges`, read by hand.
//!
//! It is the largest single cost of a first report, so neighbouring entries are merged while they are read: one unit's
//! code lies in few runs. A run may cover what is not its unit's; the unit's own index decides.

use std::{collections::BTreeSet, ops::Range};

use super::sections::fixed_number;

/// Entries of one unit that lie closer than this become one run.
const GAP: u64 = 1 << 12;

/// Addresses of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) addresses: Range<u64>,
    /// Offset of the unit in `.debug_info`.
    pub(super) unit: usize,
}

/// Runs in the order of their starts.
#[derive(Debug)]
pub(super) struct Runs {
    runs: Vec<Run>,
    /// For each run the furthest end of those up to it.
    ends: Vec<u64>,
}

/// What the section says.
#[derive(Debug, Default)]
pub(super) struct Aranges {
    pub(super) runs: Vec<Run>,
    /// Offsets of the units that it knows, even if the linker threw away all that they had.
    pub(super) units: Vec<usize>,
}

impl Runs {
    pub(super) fn of(mut runs: Vec<Run>) -> Self {
        runs.sort_unstable_by_key(|run| run.addresses.start);
        let furthest = |end: &mut u64, run: &Run| {
            *end = run.addresses.end.max(*end);
            Some(*end)
        };
        Self {
            ends: runs.iter().scan(0, furthest).collect(),
            runs,
        }
    }

    /// Offsets of the units that have a run there, the one that starts nearest first.
    pub(super) fn units_at(&self, at: u64) -> impl Iterator<Item = usize> {
        let end = self.runs.partition_point(|run| run.addresses.start <= at);
        let before = self.runs.iter().zip(&self.ends).take(end).rev();
        before
            .take_while(move |(_, end)| **end > at)
            .filter(move |(run, _)| run.addresses.contains(&at))
            .map(|(run, _)| run.unit)
    }

    /// Units that may own an address in `addresses`, each once.
    pub(super) fn units_in(&self, addresses: &Range<u64>) -> BTreeSet<usize> {
        let is_in =
            |run: &&Run| run.addresses.start < addresses.end && run.addresses.end > addresses.start;
        self.runs.iter().filter(is_in).map(|run| run.unit).collect()
    }
}

impl Aranges {
    /// All that the section says; stops at the first set that is not whole.
    pub(super) fn by(section: &[u8]) -> Self {
        let mut aranges = Self::default();
        let mut rest = section;
        while let Some(length) = fixed_number(rest, 0, 4) {
            let Some(set) = usize::try_from(length)
                .ok()
                .and_then(|length| rest.get(4..4 + length))
            else {
                break;
            };
            aranges.read_set(set);
            rest = &rest[4 + set.len()..];
        }
        aranges.units.sort_unstable();
        aranges
    }

    /// One set: version, unit, sizes, then pairs of address and length, aligned to their size.
    fn read_set(&mut self, set: &[u8]) {
        const PAIR: usize = 16;
        // The set's own length stands before it, and counts for the alignment.
        const PAIRS: usize = PAIR - 4;
        let (Some(2), Some(unit), Some(&[8, 0])) = (
            fixed_number(set, 0, 2),
            fixed_number(set, 2, 4),
            set.get(6..8),
        ) else {
            return;
        };
        let Ok(unit) = usize::try_from(unit) else {
            return;
        };
        self.units.push(unit);
        let words = set.get(PAIRS..).unwrap_or_default().as_chunks().0;
        let pairs = words.as_chunks().0.iter().map(|[start, length]| {
            let start = u64::from_le_bytes(*start);
            start..start.wrapping_add(u64::from_le_bytes(*length))
        });
        merge(pairs, unit, &mut self.runs);
    }
}

/// Adds the addresses of a unit.
pub(super) fn merge(addresses: impl Iterator<Item = Range<u64>>, unit: usize, runs: &mut Vec<Run>) {
    let mut open: Option<Range<u64>> = None;
    for next in addresses {
        // 0 and 1 stand for what the linker threw away.
        if next.start <= 1 || next.end <= next.start {
            continue;
        }
        match &mut open {
            Some(run) if next.start >= run.start && next.start < run.end.saturating_add(GAP) => {
                if next.end > run.end {
                    run.end = next.end;
                }
            }
            _ => {
                if let Some(addresses) = open.replace(next) {
                    runs.push(Run { addresses, unit });
                }
            }
        }
    }
    if let Some(addresses) = open {
        runs.push(Run { addresses, unit });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(unit: u32, pairs: &[(u64, u64)]) -> Vec<u8> {
        let mut set = Vec::new();
        set.extend(2_u16.to_le_bytes());
        set.extend(unit.to_le_bytes());
        set.extend([8, 0, 0, 0, 0, 0]);
        for (start, length) in pairs.iter().chain(&[(0, 0)]) {
            set.extend(start.to_le_bytes());
            set.extend(length.to_le_bytes());
        }
        let mut whole = u32::try_from(set.len())
            .expect("short")
            .to_le_bytes()
            .to_vec();
        whole.extend(set);
        whole
    }

    #[test]
    fn neighbours_become_one_run() {
        let section = [
            set(
                0,
                &[(0x1000, 0x10), (0x1010, 0x20), (0x9000, 8), (1, 5), (0, 7)],
            ),
            set(77, &[(0x2000, 1)]),
            set(99, &[(1, 1)]),
        ]
        .concat();
        let run = |addresses, unit| Run { addresses, unit };
        let aranges = Aranges::by(&section);
        assert_eq!(aranges.units, [0, 77, 99]);
        assert_eq!(
            aranges.runs,
            [
                run(0x1000..0x1030, 0),
                run(0x9000..0x9008, 0),
                run(0x2000..0x2001, 77)
            ]
        );
    }

    #[test]
    fn units_are_found_where_their_runs_overlap() {
        let runs = [
            (0x10..0x20, 1),
            (0x90..0x98, 4),
            (0x00..0x80, 2),
            (0x18..0x28, 3),
        ];
        let runs = runs.map(|(addresses, unit)| Run { addresses, unit });
        let runs = Runs::of(runs.to_vec());
        for (at, units) in [
            (0x00, vec![2]),
            (0x18, vec![3, 1, 2]),
            (0x20, vec![3, 2]),
            (0x7f, vec![2]),
            (0x80, vec![]),
            (0x97, vec![4]),
            (0x98, vec![]),
        ] {
            assert_eq!(runs.units_at(at).collect::<Vec<_>>(), units, "{at:#x}");
        }
    }

    #[test]
    fn a_section_that_is_cut_off_gives_what_is_whole() {
        let section = [set(0, &[(0x1000, 0x10)]), set(9, &[(0x2000, 1)])].concat();
        let whole = set(0, &[(0x1000, 0x10)]).len();
        for end in 0..section.len() {
            assert_eq!(
                Aranges::by(&section[..end]).runs.len(),
                usize::from(end >= whole),
                "{end}"
            );
        }
    }
}
