//! A block of memory that a test has allocated.

/// An address as the look at memory keeps it: turned over, so that nothing that the look itself keeps leads anywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Hidden(usize);

impl Hidden {
    pub(crate) const fn of(address: usize) -> Self {
        Self(!address)
    }

    pub(crate) const fn address(self) -> usize {
        !self.0
    }
}

/// A block that is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) start: Hidden,
    pub(crate) size: usize,
    /// The path that allocated it, or 0.
    pub(crate) origin: u32,
}

/// A part of memory, from one address up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Hidden,
    pub(crate) end: Hidden,
}

impl Span {
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self {
            start: Hidden::of(start),
            end: Hidden::of(end),
        }
    }
}

/// Leaves out of `spans` what the `others` have; both in the order of addresses, and each without overlaps of its own.
pub(crate) fn without(spans: &[Span], others: &[Span]) -> Vec<Span> {
    let mut left = Vec::with_capacity(spans.len() + others.len());
    let mut next = 0;
    for span in spans {
        let (mut start, end) = (span.start.address(), span.end.address());
        // What ends before this one is of no interest to later ones either.
        while others
            .get(next)
            .is_some_and(|other| other.end.address() <= start)
        {
            next += 1;
        }
        let mut at = next;
        while let Some(other) = others.get(at)
            && other.start.address() < end
        {
            if other.start.address() > start {
                left.push(Span::new(start, other.start.address()));
            }
            start = start.max(other.end.address());
            at += 1;
        }
        if start < end {
            left.push(Span::new(start, end));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(ranges: &[(usize, usize)]) -> Vec<Span> {
        let spans = ranges.iter().map(|(start, end)| Span::new(*start, *end));
        spans.collect()
    }

    #[test]
    fn what_others_have_is_left_out() {
        for (all, others, left) in [
            (&[(0, 10)][..], &[][..], &[(0, 10)][..]),
            (&[(0, 10)], &[(0, 10)], &[]),
            (&[(0, 10)], &[(3, 5), (5, 6)], &[(0, 3), (6, 10)]),
            (&[(0, 10), (20, 30)], &[(5, 25)], &[(0, 5), (25, 30)]),
            (&[(5, 10)], &[(0, 6), (9, 20)], &[(6, 9)]),
            (
                &[(5, 10), (12, 14)],
                &[(0, 3), (20, 30)],
                &[(5, 10), (12, 14)],
            ),
            (
                &[(0, 10), (10, 20)],
                &[(8, 12), (18, 19)],
                &[(0, 8), (12, 18), (19, 20)],
            ),
        ] {
            assert_eq!(
                without(&spans(all), &spans(others)),
                spans(left),
                "{all:?} {others:?}"
            );
        }
    }

    #[test]
    fn an_address_is_kept_turned_over() {
        let hidden = Hidden::of(0x7fff_0000_1000);
        assert_eq!(hidden.address(), 0x7fff_0000_1000);
        assert_ne!(hidden.0, hidden.address());
    }
}
