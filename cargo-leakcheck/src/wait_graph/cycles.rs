//! Edges from which a way leads back, and those that say nothing new.

use super::model::{EdgeKind, WaitGraph};

impl WaitGraph {
    /// Marks what is in a circle, and takes out edges that say that something follows where a way of waiting says it as well.
    pub(super) fn settle(&mut self) {
        let mut next = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            if edge.kind != EdgeKind::Follows {
                next[edge.from].push(edge.to);
            }
        }
        let reached: Vec<Vec<bool>> = (0..self.nodes.len()).map(|at| reach(&next, at)).collect();
        self.edges
            .retain(|edge| edge.kind != EdgeKind::Follows || !reached[edge.from][edge.to]);
        for edge in &mut self.edges {
            edge.is_in_cycle = edge.kind != EdgeKind::Follows && reached[edge.to][edge.from];
        }
    }
}

/// Which nodes can be reached from one; itself only in a circle, or by no step.
fn reach(next: &[Vec<usize>], from: usize) -> Vec<bool> {
    let mut reached = vec![false; next.len()];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            open.extend(&next[at]);
        }
    }
    reached
}
