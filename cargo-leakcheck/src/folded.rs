//! Folded stacks: a line for each stack that made something, outermost frame first, with what was left and how many.

use std::collections::BTreeMap;

use crate::{
    escape::plain, finding::Finding, report::Frame, stacks, stored_findings::StoredFindings,
    summary::Summary,
};

/// The lines, in their order.
pub(crate) fn render(summary: &Summary, stored: &StoredFindings<'_>) -> String {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &summary.findings {
        let count = lines.entry(line(finding, stored)).or_default();
        *count = count.saturating_add(finding.count);
    }
    let lines: Vec<String> = lines
        .into_iter()
        .map(|(stack, count)| format!("{stack} {count}\n"))
        .collect();
    lines.concat()
}

fn line(finding: &Finding, stored: &StoredFindings<'_>) -> String {
    let stored = stored.of_finding(finding);
    let stack = stored.map_or_else(Vec::new, |stored| stacks::creation(stored.leak()));
    let mut parts: Vec<String> = stack.into_iter().rev().map(function).collect();
    if parts.is_empty() {
        parts.push("(unknown)".to_owned());
    }
    let name = finding.name.as_deref().unwrap_or_default();
    let leaf = format!("[{}] {}", finding.kind, part(name));
    parts.push(leaf.trim_end().to_owned());
    parts.join(";")
}

fn function(frame: &Frame) -> String {
    match &*frame.function {
        "" => "(no name)".to_owned(),
        function => part(function),
    }
}

/// Text that ends no frame and no line.
fn part(text: &str) -> String {
    plain(text).replace(';', ",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{baseline::Baseline, golden::golden, samples};

    fn rendered(findings: usize) -> (Summary, String) {
        let rounds = [samples::reports(findings)];
        let summary = Summary::of(&rounds, &Baseline::default());
        let text = render(&summary, &StoredFindings::of(&rounds));
        (summary, text)
    }

    #[test]
    fn each_stack_is_one_line() {
        golden("stacks.folded", &rendered(10).1);
    }

    #[test]
    fn nothing_is_lost() {
        let (summary, text) = rendered(1000);
        let counts = text.lines().map(|line| {
            let (stack, count) = line.rsplit_once(' ').expect("a count");
            assert!(stack.split(';').all(|frame| !frame.is_empty()), "{line}");
            count.parse::<usize>().expect("a count")
        });
        let left = summary.findings.iter().map(|finding| finding.count);
        assert_eq!(counts.sum::<usize>(), left.sum::<usize>());
    }
}
