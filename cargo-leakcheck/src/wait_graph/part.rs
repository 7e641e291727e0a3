//! The part of a graph around one finding, small enough to be drawn.

use std::collections::{BTreeMap, VecDeque};

use super::model::WaitGraph;

/// Nodes that are drawn.
pub(super) const MOST: usize = 24;

/// Nodes and edges that are looked at, so that the work is bounded as well.
const LOOKED: usize = 4 * MOST;

/// The graph of a report, with the neighbours of each node.
#[derive(Debug)]
pub(crate) struct Neighbours {
    graph: WaitGraph,
    edges: Vec<Vec<usize>>,
}

impl Neighbours {
    pub(crate) fn of(graph: WaitGraph) -> Self {
        let mut edges = vec![Vec::new(); graph.nodes.len()];
        for (number, edge) in graph.edges.iter().enumerate() {
            for end in [edge.from, edge.to] {
                // What everybody is tied to is drawn with some of them.
                if edges[end].len() < LOOKED && edges[end].last() != Some(&number) {
                    edges[end].push(number);
                }
            }
        }
        Self { graph, edges }
    }

    /// What the finding at this place is tied to, nearest first, and how. Nothing where it is alone.
    pub(crate) fn around(&self, finding: usize) -> WaitGraph {
        let mut kept: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut order, mut open) = (Vec::new(), VecDeque::from([finding]));
        let (mut seen, mut left_out) = (vec![finding], 0);
        while let Some(at) = open.pop_front() {
            if order.len() == MOST {
                left_out += 1;
                continue;
            }
            kept.insert(at, order.len());
            order.push(at);
            for other in self.edges.get(at).into_iter().flatten() {
                let edge = &self.graph.edges[*other];
                let other = edge.from + edge.to - at;
                if seen.len() < LOOKED && !seen.contains(&other) {
                    seen.push(other);
                    open.push_back(other);
                }
            }
        }
        let mut edges: Vec<usize> = order
            .iter()
            .flat_map(|at| &self.edges[*at])
            .copied()
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let edges = edges.into_iter().filter_map(|number| {
            let mut edge = self.graph.edges[number].clone();
            edge.from = *kept.get(&edge.from)?;
            edge.to = *kept.get(&edge.to)?;
            Some(edge)
        });
        let mut part = WaitGraph {
            edges: edges.collect(),
            nodes: order
                .iter()
                .map(|at| self.graph.nodes[*at].clone())
                .collect(),
            left_out,
        };
        if part.edges.is_empty() {
            return WaitGraph::default();
        }
        part.settle();
        part
    }
}
