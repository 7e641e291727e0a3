//! Each thing is on the time line once, from its beginning to its end, and arrows lead from what made it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::{golden::golden, report::Report, samples, time_lines};

fn rendered(reports: Vec<Report>, others: Vec<Value>) -> Vec<Value> {
    let rounds = [reports];
    let lines = time_lines::of(&rounds).expect("there are some");
    let text = render(&lines, others);
    let trace: Value = serde_json::from_str(&text).expect("JSON");
    trace["traceEvents"].as_array().expect("events").clone()
}

fn of_phase<'e>(events: &'e [Value], phase: &'e str) -> impl Iterator<Item = &'e Value> {
    events.iter().filter(move |event| event["ph"] == phase)
}

fn number(event: &Value, field: &str) -> u64 {
    event[field].as_u64().unwrap_or_else(|| panic!("{event}"))
}

#[test]
fn it_is_written_as_before() {
    let events = rendered(samples::reports(3), Vec::new());
    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    golden("chrome_trace.txt", &(lines.join("\n") + "\n"));
}

/// An arrow begins and ends within a slice of its track, or no reader shows it.
#[test]
fn arrows_lead_from_slice_to_slice() {
    let events = rendered(samples::reports(40), Vec::new());
    let mut slices: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
    for slice in of_phase(&events, "X") {
        let begin = number(slice, "ts");
        let track = (number(slice, "pid"), number(slice, "tid"));
        let end = begin + number(slice, "dur");
        slices.entry(track).or_default().push((begin, end));
    }
    let mut arrows: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for event in of_phase(&events, "s").chain(of_phase(&events, "f")) {
        let time = number(event, "ts");
        let track = (number(event, "pid"), number(event, "tid"));
        let is_inside = |(begin, end): &(u64, u64)| *begin <= time && time <= *end;
        assert!(slices[&track].iter().any(is_inside), "{event}");
        arrows.entry(number(event, "id")).or_default().push(event);
    }
    assert!(!arrows.is_empty());
    assert!(arrows.values().all(|ends| ends.len() == 2));
}

#[test]
fn what_was_left_is_marked() {
    let reports = samples::reports(40);
    let left: usize = reports
        .iter()
        .filter_map(|report| report.timeline.as_ref())
        .flat_map(|timeline| &timeline.spans)
        .filter(|span| span.leak.is_some())
        .count();
    let events = rendered(reports, Vec::new());
    let is_marked = |event: &&Value| event["args"]["fingerprint"].is_string();
    assert!(left > 0);
    assert_eq!(events.iter().filter(is_marked).count(), left);
}

#[test]
fn what_only_exists_begins_and_ends() {
    let events = rendered(samples::reports(40), Vec::new());
    let ids = |phase| -> BTreeSet<u64> {
        of_phase(&events, phase)
            .map(|event| number(event, "id"))
            .collect()
    };
    assert_eq!(ids("b"), ids("e"));
    assert!(!ids("b").is_empty());
}

/// The processes of the other trace stay its own.
#[test]
fn another_trace_is_beside_it() {
    let other = json!({"ph": "B", "name": "theirs", "pid": 41, "tid": 10000, "ts": 1.5});
    let events = rendered(samples::reports(3), vec![other.clone()]);
    assert_eq!(events[0], other);
    assert!(events[1..].iter().all(|event| number(event, "pid") > 41));
}
