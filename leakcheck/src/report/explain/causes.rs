//! Causes, and what follows from each.

use std::collections::VecDeque;

use super::{
    links::{self, Edge, Link},
    told::Told,
};
use crate::base::model::{Dependence, Leak, Tie};

/// How findings follow from each other.
#[derive(Debug, Default)]
pub(crate) struct Causes<'l> {
    /// From what each follows; of a circle the first one follows from nothing.
    follows: Vec<Option<Edge<'l>>>,
    /// What follows from each at once.
    next: Vec<Vec<usize>>,
    /// From what the first one of a circle follows, which closes it.
    circles: Vec<(usize, Edge<'l>)>,
}

impl<'l> Causes<'l> {
    /// Of these findings.
    pub(crate) fn of(leaks: &'l [Leak]) -> Self {
        let told = Told::of(leaks);
        let all: Vec<Vec<Edge<'l>>> = leaks.iter().map(|leak| links::of(leak, &told)).collect();
        let all = without_doubt(all);
        let mut causes = Self {
            follows: ways_out(&all),
            next: vec![Vec::new(); leaks.len()],
            circles: Vec::new(),
        };
        for leak in 0..leaks.len() {
            causes.open_circle(leak);
        }
        for (leak, edge) in causes.follows.iter().enumerate() {
            if let Some(edge) = edge {
                causes.next[edge.to].push(leak);
            }
        }
        causes
    }

    /// Makes this finding a cause, if it follows from itself in the end.
    fn open_circle(&mut self, first: usize) {
        let mut at = first;
        for _ in 0..self.follows.len() {
            match self.follows[at] {
                Some(edge) if edge.to == first => {
                    let own = self.follows[first].take();
                    self.circles.extend(own.map(|own| (first, own)));
                    return;
                }
                Some(edge) => at = edge.to,
                None => return,
            }
        }
    }

    /// Those that follow from nothing, by their places.
    pub(crate) fn causes(&self) -> impl Iterator<Item = usize> {
        let all = 0..self.follows.len();
        all.filter(|leak| self.follows[*leak].is_none())
    }

    /// From what a finding follows.
    pub(crate) fn follows(&self, leak: usize) -> Option<Edge<'l>> {
        self.follows.get(leak).copied().flatten()
    }

    /// From what a cause follows itself, where it is the first one of a circle.
    pub(crate) fn circle(&self, cause: usize) -> Option<Edge<'l>> {
        let mut circles = self.circles.iter();
        circles
            .find(|(first, _)| *first == cause)
            .map(|(_, edge)| *edge)
    }

    /// All that follows from a finding: each that follows at once, and then what follows from that.
    pub(crate) fn followers(&self, leak: usize) -> Vec<usize> {
        let mut all = Vec::new();
        let mut open: Vec<usize> = self.next[leak].iter().rev().copied().collect();
        while let Some(follower) = open.pop() {
            all.push(follower);
            open.extend(self.next[follower].iter().rev());
        }
        all
    }

    /// Whether one of those that follow from this at once awaits its end.
    pub(crate) fn is_awaited(&self, leak: usize) -> bool {
        let mut next = self.next.get(leak).into_iter().flatten();
        next.any(|follower| match self.follows(*follower) {
            Some(edge) => matches!(edge.link, Link::Depends(found) if found.tie == Tie::End),
            None => false,
        })
    }

    /// How one of those that follow from this at once depends on a lock that it has, if one does.
    pub(crate) fn lock(&self, leak: usize) -> Option<&'l Dependence> {
        let next = self.next.get(leak)?;
        let mut edges = next.iter().filter_map(|follower| self.follows(*follower));
        edges.find_map(|edge| match edge.link {
            Link::Depends(found) if found.tie == Tie::Lock => Some(found),
            _ => None,
        })
    }
}

/// Leaves out what somebody follows from who waits for several, of whom some wait for it: whether the others help is not known.
fn without_doubt(mut all: Vec<Vec<Edge<'_>>>) -> Vec<Vec<Edge<'_>>> {
    let is_in_doubt = |leak: &usize| {
        let edges = &all[*leak];
        let waits_for = |edge: &Edge<'_>| leads(&all, edge.to, *leak);
        edges.len() > 1 && edges.iter().any(waits_for) && !edges.iter().all(waits_for)
    };
    let in_doubt: Vec<usize> = (0..all.len()).filter(is_in_doubt).collect();
    for leak in in_doubt {
        all[leak].clear();
    }
    all
}

/// Whether one follows from the other in the end.
fn leads(all: &[Vec<Edge<'_>>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; all.len()];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(all[at].iter().map(|edge| edge.to));
        }
    }
    false
}

/// Of all that each follows from, the one that leads to a cause on the shortest way; where none does, all ways lead into a
/// circle.
fn ways_out<'l>(all: &[Vec<Edge<'l>>]) -> Vec<Option<Edge<'l>>> {
    let mut before: Vec<Vec<(usize, Edge<'l>)>> = vec![Vec::new(); all.len()];
    for (leak, edges) in all.iter().enumerate() {
        for edge in edges {
            before[edge.to].push((leak, *edge));
        }
    }
    let mut ways: Vec<Option<Edge<'l>>> = vec![None; all.len()];
    let mut open: VecDeque<usize> = (0..all.len())
        .filter(|leak| all[*leak].is_empty())
        .collect();
    while let Some(to) = open.pop_front() {
        for (leak, edge) in &before[to] {
            if ways[*leak].is_none() {
                ways[*leak] = Some(*edge);
                open.push_back(*leak);
            }
        }
    }
    let with_first =
        |(way, edges): (Option<Edge<'l>>, &Vec<Edge<'l>>)| way.or(edges.first().copied());
    ways.into_iter().zip(all).map(with_first).collect()
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    /// One task for each, which awaits the end of those.
    fn tasks(awaits: &[&[u64]]) -> Vec<Leak> {
        let numbered = (0..).zip(awaits);
        let leak = |(task, on): (u64, &&[u64])| Leak::awaiting(task, on);
        numbered.map(leak).collect()
    }

    fn of(awaits: &[&[u64]]) -> Vec<(usize, Vec<usize>, bool)> {
        let leaks = tasks(awaits);
        let causes = Causes::of(&leaks);
        let told = |cause| {
            (
                cause,
                causes.followers(cause),
                causes.circle(cause).is_some(),
            )
        };
        causes.causes().map(told).collect()
    }

    #[test]
    fn each_follows_from_what_it_awaits() {
        assert_eq!(of(&[&[], &[]]), [(0, vec![], false), (1, vec![], false)]);
        // A chain, from its end.
        assert_eq!(of(&[&[1], &[2], &[]]), [(2, vec![1, 0], false)]);
        assert_eq!(of(&[&[], &[0], &[0], &[1]]), [(0, vec![1, 3, 2], false)]);
    }

    #[test]
    fn a_circle_is_one_cause() {
        assert_eq!(of(&[&[1], &[0]]), [(0, vec![1], true)]);
        assert_eq!(of(&[&[3], &[2], &[3], &[1]]), [(1, vec![3, 0, 2], true)]);
    }

    /// One that waits for several may need one of them or all: where only some wait for it, it follows from none.
    #[test]
    fn who_may_be_helped_from_outside_of_a_circle_follows_from_nobody() {
        assert_eq!(
            of(&[&[1, 2], &[0], &[]]),
            [(0, vec![1], false), (2, vec![], false)]
        );
        assert_eq!(of(&[&[1, 2], &[0], &[0]]), [(0, vec![1, 2], true)]);
        assert_eq!(of(&[&[1, 2], &[2], &[]]), [(2, vec![0, 1], false)]);
    }

    #[test]
    fn what_is_not_told_is_no_cause() {
        assert_eq!(of(&[&[7]]), [(0, vec![], false)]);
        // It ends only with both.
        assert_eq!(
            of(&[&[1, 7], &[]]),
            [(0, vec![], false), (1, vec![], false)]
        );
        // Nor is what it is itself.
        assert_eq!(of(&[&[0]]), [(0, vec![], false)]);
    }
}
