//! Blocks that nothing leads to, and which of them lead to others: what stands at the begin of a story, and what follows.

/// A pointer from one block to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// Bytes from the start of the block to the pointer.
    pub(super) offset: usize,
    /// The place of the other one.
    pub(super) to: usize,
}

/// A block that no other leads to, but for those that it leads to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) at: usize,
    /// The pointers that lead back to it, with the place of the block that has each; empty where none do.
    pub(super) circle: Vec<(usize, Edge)>,
    /// What it leads to besides, and no earlier head does.
    pub(super) behind: Vec<usize>,
}

/// The heads of a graph, given the pointers of each block; of those that lead to each other, the first in this order.
pub(super) fn heads(edges: &[Vec<Edge>], order: impl IntoIterator<Item = usize>) -> Vec<Head> {
    let parts = Parts::of(edges);
    let mut is_led_to = vec![false; parts.count];
    for (from, edges) in edges.iter().enumerate() {
        for edge in edges {
            if parts.of[from] != parts.of[edge.to] {
                is_led_to[parts.of[edge.to]] = true;
            }
        }
    }
    let mut is_told = vec![false; edges.len()];
    let mut is_first = is_led_to;
    let mut heads = Vec::new();
    for at in order {
        // The first of its part stands for it.
        if !std::mem::replace(&mut is_first[parts.of[at]], true) {
            heads.push(Head {
                at,
                circle: circle(edges, &parts, at),
                behind: behind(edges, at, &mut is_told),
            });
        }
    }
    heads
}

/// The shortest way from a block back to it.
fn circle(edges: &[Vec<Edge>], parts: &Parts, start: usize) -> Vec<(usize, Edge)> {
    let mut came_from: Vec<Option<(usize, Edge)>> = vec![None; edges.len()];
    let mut ahead = std::collections::VecDeque::from([start]);
    while let Some(from) = ahead.pop_front() {
        for edge in &edges[from] {
            let is_new = came_from[edge.to].is_none() && parts.of[edge.to] == parts.of[start];
            if is_new {
                came_from[edge.to] = Some((from, *edge));
                ahead.push_back(edge.to);
            }
        }
        if came_from[start].is_some() {
            break;
        }
    }
    let mut way = Vec::new();
    let mut at = start;
    while let Some((from, edge)) = came_from[at] {
        way.push((from, edge));
        at = from;
        if at == start {
            break;
        }
    }
    way.reverse();
    way
}

/// What a block leads to that was not told before.
fn behind(edges: &[Vec<Edge>], start: usize, is_told: &mut [bool]) -> Vec<usize> {
    is_told[start] = true;
    let mut behind = Vec::new();
    let mut ahead = vec![start];
    while let Some(from) = ahead.pop() {
        for edge in &edges[from] {
            if !std::mem::replace(&mut is_told[edge.to], true) {
                behind.push(edge.to);
                ahead.push(edge.to);
            }
        }
    }
    behind
}

/// Blocks that all lead to each other are of one part.
struct Parts {
    of: Vec<usize>,
    count: usize,
}

impl Parts {
    /// Tarjan's algorithm, without recursion: a list may be as long as memory is.
    fn of(edges: &[Vec<Edge>]) -> Self {
        const NEW: usize = usize::MAX;
        let size = edges.len();
        let mut parts = Self {
            of: vec![NEW; size],
            count: 0,
        };
        let (mut number, mut lowest) = (vec![NEW; size], vec![0; size]);
        let (mut open, mut next) = (Vec::new(), 0);
        for root in 0..size {
            let mut way = Vec::new();
            if number[root] == NEW {
                way.push((root, 0));
            }
            while let Some((at, done)) = way.pop() {
                if done == 0 {
                    (number[at], lowest[at]) = (next, next);
                    next += 1;
                    open.push(at);
                }
                if let Some(edge) = edges[at].get(done) {
                    way.push((at, done + 1));
                    if number[edge.to] == NEW {
                        way.push((edge.to, 0));
                    } else if parts.of[edge.to] == NEW {
                        lowest[at] = lowest[at].min(number[edge.to]);
                    }
                    continue;
                }
                if lowest[at] == number[at] {
                    while let Some(member) = open.pop() {
                        parts.of[member] = parts.count;
                        if member == at {
                            break;
                        }
                    }
                    parts.count += 1;
                }
                if let Some((parent, _)) = way.last() {
                    lowest[*parent] = lowest[*parent].min(lowest[at]);
                }
            }
        }
        parts
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;

    /// A graph from the places that each block leads to; each pointer stands a word behind the one before.
    fn graph(to: &[&[usize]]) -> Vec<Vec<Edge>> {
        let edges = |to: &&[usize]| {
            let edges = to.iter().enumerate();
            edges
                .map(|(number, to)| Edge {
                    offset: number * 8,
                    to: *to,
                })
                .collect()
        };
        to.iter().map(edges).collect()
    }

    /// Places of heads, of the blocks on the way back to each, and of what each leads to.
    fn told(to: &[&[usize]]) -> Vec<(usize, Vec<usize>, Vec<usize>)> {
        let heads = heads(&graph(to), 0..to.len()).into_iter();
        heads
            .map(|mut head| {
                head.behind.sort_unstable();
                let circle = head.circle.iter().map(|(from, _)| *from).collect();
                (head.at, circle, head.behind)
            })
            .collect()
    }

    #[test]
    fn what_nobody_leads_to_is_a_head() {
        assert_eq!(told(&[]), []);
        assert_eq!(
            told(&[&[], &[]]),
            [(0, vec![], vec![]), (1, vec![], vec![])]
        );
        assert_eq!(told(&[&[], &[0, 2], &[]]), [(1, vec![], vec![0, 2])]);
        // A list.
        assert_eq!(told(&[&[1], &[2], &[3], &[]]), [(0, vec![], vec![1, 2, 3])]);
        // What two lead to is told once.
        assert_eq!(
            told(&[&[2], &[2], &[]]),
            [(0, vec![], vec![2]), (1, vec![], vec![])]
        );
    }

    #[test]
    fn what_leads_to_itself_is_one_head() {
        assert_eq!(told(&[&[0]]), [(0, vec![0], vec![])]);
        assert_eq!(told(&[&[1], &[0]]), [(0, vec![0, 1], vec![1])]);
        assert_eq!(
            told(&[&[1], &[2], &[0, 3], &[]]),
            [(0, vec![0, 1, 2], vec![1, 2, 3])]
        );
        // One that leads into a circle is the head, and no part of it.
        assert_eq!(told(&[&[1], &[0], &[0]]), [(2, vec![], vec![0, 1])]);
        // Two circles, of which one leads to the other.
        assert_eq!(
            told(&[&[1, 2], &[0], &[3], &[2]]),
            [(0, vec![0, 1], vec![1, 2, 3])]
        );
        // The shorter way back.
        assert_eq!(told(&[&[1, 2], &[2], &[0]]), [(0, vec![0, 2], vec![1, 2])]);
    }

    #[test]
    fn the_first_stands_for_what_leads_to_itself() {
        let edges = graph(&[&[1], &[2], &[0]]);
        let heads = heads(&edges, [2, 0, 1]);
        let circle = heads[0].circle.iter().map(|(from, edge)| (*from, edge.to));
        assert_eq!((heads.len(), heads[0].at), (1, 2));
        assert!(circle.eq([(2, 0), (0, 1), (1, 2)]));
    }

    #[test]
    fn a_long_list_needs_no_stack() {
        const LONG: usize = 300_000;
        let next = |at: usize| {
            let edge = Edge {
                offset: 0,
                to: (at + 1) % LONG,
            };
            vec![edge]
        };
        let ring: Vec<Vec<Edge>> = (0..LONG).map(next).collect();
        let heads = heads(&ring, 0..LONG);
        assert_eq!(heads.len(), 1);
        assert_eq!(
            (heads[0].circle.len(), heads[0].behind.len()),
            (LONG, LONG - 1)
        );
    }
}
