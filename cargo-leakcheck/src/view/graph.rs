//! The graph around a cause, with words for its nodes.

use leakcheck_report::plural;

use super::{
    data::{EdgeData, GraphData, NodeData},
    tables::Tables,
};
use crate::{long_form::Stored, wait_graph::WaitGraph};

/// None where the finding is alone.
pub(super) fn data(
    graph: &WaitGraph,
    stored: Stored<'_>,
    tables: &mut Tables<'_>,
) -> Option<GraphData> {
    if graph.nodes.is_empty() {
        return None;
    }
    let package = stored.report.package.as_deref();
    let leaks = stored.leaks();
    let nodes = graph.nodes.iter().map(|node| {
        let finding = node.finding.and_then(|at| leaks.get(at));
        NodeData {
            kind: node.kind.name(),
            title: tables.text(&match (node.number, finding) {
                (Some(number), _) => format!("{} {number}", node.kind.name()),
                (None, Some(leak)) if node.count == 1 => leak.kind.replace('_', " "),
                (None, Some(leak)) => plural::named(node.count, &leak.kind),
                (None, None) => node.kind.name().to_owned(),
            }),
            name: tables.text(&node.name),
            at: node.at.as_ref().map(|at| tables.frame(at, package)),
            fingerprint: finding.map(|leak| tables.text(&leak.fingerprint)),
            own: node.finding == Some(stored.at),
        }
    });
    let nodes = nodes.collect();
    let edges = graph.edges.iter().map(|edge| EdgeData {
        from: edge.from,
        to: edge.to,
        kind: edge.kind.name(),
        label: tables.text(&edge.label),
        certain: edge.is_certain,
        cycle: edge.is_in_cycle,
    });
    Some(GraphData {
        nodes,
        edges: edges.collect(),
        left_out: graph.left_out,
    })
}
