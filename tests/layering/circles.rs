//! Circles of files are refused; a list holds those that are not mended yet, exactly.

use std::{collections::BTreeSet, path::Path};

use crate::graph::Graph;

/// What is wrong, in words: circles that are not known, and known ones that are none.
pub(crate) fn complaints(graph: &Graph, known: &[&[&str]]) -> Vec<String> {
    let circles = graph.circles();
    let known: BTreeSet<BTreeSet<&Path>> = known
        .iter()
        .map(|files| files.iter().map(Path::new).collect())
        .collect();
    let new = circles.difference(&known);
    let mut complaints: Vec<String> = new.map(|circle| graph.told(circle)).collect();
    for mended in known.difference(&circles) {
        let files: Vec<String> = mended
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        complaints.push(format!("no circle any more: {}", files.join(", ")));
    }
    complaints
}
