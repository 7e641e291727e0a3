//! Who waits for whom, and who owns what, for Graphviz: a box around each cause.

use std::fmt::Write as _;

use crate::{
    escape::plain,
    finding::place,
    graphs::Graphs,
    grouping::Group,
    summary::Summary,
    wait_graph::{Edge, EdgeKind, Node, NodeKind, WaitGraph},
};
use leakcheck_report::plural;

const HEAD: &str = "\
digraph leakcheck {
  graph [rankdir=LR, fontname=\"sans-serif\", compound=true];
  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];
  edge [fontname=\"sans-serif\", fontsize=10];
";

/// All causes that something is tied to, those first that have left most.
pub(crate) fn render(summary: &Summary, graphs: &mut Graphs<'_>) -> String {
    let mut out = HEAD.to_owned();
    let groups = Group::all(&summary.findings);
    for (number, group) in groups.iter().enumerate() {
        let graph = graphs.of_finding(group.first());
        if !graph.nodes.is_empty() {
            cluster(&mut out, number, &title(group), &graph);
        }
    }
    out.push_str("}\n");
    out
}

/// `13 tasks in 13 tests: own-sender`
fn title(group: &Group<'_>) -> String {
    let first = group.first();
    let count = plural::named(group.count(), &first.kind);
    let tests = plural::of(group.tests().len(), "test", "tests");
    let patterns: Vec<&str> = first.whys.iter().map(|why| &*why.pattern).collect();
    match patterns.as_slice() {
        [] => format!("{count} in {tests}"),
        patterns => format!("{count} in {tests}: {}", patterns.join(", ")),
    }
}

fn cluster(out: &mut String, number: usize, title: &str, graph: &WaitGraph) {
    let _ = writeln!(out, "  subgraph cluster_{number} {{");
    let _ = writeln!(out, "    label={}; color=gray60;", quoted(title));
    for (at, node) in graph.nodes.iter().enumerate() {
        let _ = writeln!(out, "    n{number}_{at} [{}];", node_style(node));
    }
    for edge in &graph.edges {
        let (from, to) = (edge.from, edge.to);
        let _ = writeln!(
            out,
            "    n{number}_{from} -> n{number}_{to} [{}];",
            edge_style(edge)
        );
    }
    if graph.left_out > 0 {
        let more = plural::of(graph.left_out, "more", "more");
        let _ = writeln!(
            out,
            "    n{number}_more [label={}, shape=plaintext];",
            quoted(&more)
        );
    }
    out.push_str("  }\n");
}

fn node_style(node: &Node) -> String {
    let number = node.number.map(|number| format!(" {number}"));
    let count = if node.count > 1 {
        format!("{} ", node.count)
    } else {
        String::new()
    };
    let title = format!("{count}{}{}", node.kind.name(), number.unwrap_or_default());
    let place = node.at.as_ref().and_then(place).unwrap_or_default();
    let lines = [title, plain(&node.name), place];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let shape = match node.kind {
        NodeKind::Channel => ", shape=cds, style=solid",
        NodeKind::Lock => ", shape=octagon, style=solid",
        NodeKind::Thread => ", style=\"rounded,bold\"",
        NodeKind::Static | NodeKind::Descriptor => ", shape=folder, style=solid",
        NodeKind::Timer | NodeKind::Handle | NodeKind::Other => ", style=dashed",
        NodeKind::Task
        | NodeKind::BlockingTask
        | NodeKind::Body
        | NodeKind::Process
        | NodeKind::Runtime => "",
    };
    format!("label={}{shape}", quoted(&lines.join("\n")))
}

fn edge_style(edge: &Edge) -> String {
    let label = match (edge.kind, &*edge.label) {
        (EdgeKind::Follows, because) => plain(because),
        (kind, "") => kind.name().to_owned(),
        (kind, local) => {
            let held = kind.name().trim_end_matches(" by");
            format!("{held} in `{}`", plain(local))
        }
    };
    let style = match (edge.kind, edge.is_certain) {
        (EdgeKind::Follows, _) => ", style=dashed",
        (_, false) => ", style=dotted",
        _ => "",
    };
    let colour = if edge.is_in_cycle {
        ", color=red, fontcolor=red, penwidth=2"
    } else {
        ""
    };
    format!("label={}{style}{colour}", quoted(&label))
}

/// Between quotes; only a line ends inside of them.
fn quoted(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.replace('\\', "\\\\").replace('"', "\\\""));
    let lines: Vec<String> = lines.collect();
    format!("\"{}\"", lines.join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{baseline::Baseline, golden::golden, samples, stored_findings::StoredFindings};

    #[test]
    fn causes_are_boxes_and_cycles_are_red() {
        let rounds = [samples::reports(10)];
        let summary = Summary::of(&rounds, &Baseline::default());
        let stored = StoredFindings::of(&rounds);
        golden("graph.dot", &render(&summary, &mut Graphs::new(&stored)));
    }

    #[test]
    fn no_text_ends_its_quotes() {
        assert_eq!(quoted("a\"b\\\nc"), "\"a\\\"b\\\\\\nc\"");
        assert_eq!(quoted("a\\n"), "\"a\\\\n\"");
    }
}
