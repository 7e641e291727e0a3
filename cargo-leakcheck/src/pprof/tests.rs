//! Reads profiles back, by a reader of protocol buffers that knows nothing of the writer.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
};

use flate2::read::GzDecoder;

use super::*;
use crate::{baseline::Baseline, samples};

/// A value on the wire.
#[derive(Clone, Debug)]
enum Value {
    Number(u64),
    Bytes(Vec<u8>),
}

/// The fields of a message; panics where it is none.
fn fields(mut bytes: &[u8]) -> BTreeMap<u64, Vec<Value>> {
    let mut fields: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Value::Number(varint(&mut bytes)),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).expect("a length");
                let (value, rest) = bytes.split_at(length);
                bytes = rest;
                Value::Bytes(value.to_vec())
            }
            other => panic!("a value of type {other}"),
        };
        fields.entry(key >> 3).or_default().push(value);
    }
    fields
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first().expect("a byte");
        *bytes = rest;
        value |= u64::from(byte & 127) << shift;
        if byte & 128 == 0 {
            return value;
        }
        shift += 7;
    }
}

fn messages(of: &BTreeMap<u64, Vec<Value>>, field: u64) -> Vec<BTreeMap<u64, Vec<Value>>> {
    let values = of.get(&field).into_iter().flatten();
    let message = |value: &Value| match value {
        Value::Bytes(bytes) => fields(bytes),
        Value::Number(number) => panic!("{number} is no message"),
    };
    values.map(message).collect()
}

fn number(of: &BTreeMap<u64, Vec<Value>>, field: u64) -> u64 {
    match of.get(&field).map(Vec::as_slice) {
        None => 0,
        Some([Value::Number(number)]) => *number,
        Some(other) => panic!("{other:?}"),
    }
}

fn numbers(of: &BTreeMap<u64, Vec<Value>>, field: u64) -> Vec<u64> {
    let Some([Value::Bytes(packed)]) = of.get(&field).map(Vec::as_slice) else {
        panic!("field {field} is no list");
    };
    let (mut rest, mut numbers) = (&packed[..], Vec::new());
    while !rest.is_empty() {
        numbers.push(varint(&mut rest));
    }
    numbers
}

fn profile(findings: usize) -> (Summary, BTreeMap<u64, Vec<Value>>) {
    let rounds = [samples::reports(findings)];
    let summary = Summary::of(&rounds, &Baseline::default());
    let stored = StoredFindings::of(&rounds);
    let written = render(&summary, &stored);
    assert_eq!(
        written,
        render(&summary, &stored),
        "it is the same each time"
    );
    let mut bytes = Vec::new();
    let read = GzDecoder::new(&written[..]).read_to_end(&mut bytes);
    assert!(read.expect("gzip") > 0);
    (summary, fields(&bytes))
}

#[test]
fn it_is_read_back() {
    let (summary, profile) = profile(1000);
    let texts: Vec<String> = profile[&6]
        .iter()
        .map(|text| match text {
            Value::Bytes(bytes) => String::from_utf8(bytes.clone()).expect("text"),
            Value::Number(number) => panic!("{number} is no text"),
        })
        .collect();
    assert_eq!(texts[0], "");
    let distinct: BTreeSet<&String> = texts.iter().collect();
    assert_eq!(distinct.len(), texts.len(), "each stands once");
    let text = |at: u64| &*texts[usize::try_from(at).expect("a place")];

    let types: Vec<(&str, &str)> = messages(&profile, 1)
        .iter()
        .map(|kind| (text(number(kind, 1)), text(number(kind, 2))))
        .collect();
    assert_eq!(types, VALUES);

    let functions: BTreeMap<u64, &str> = messages(&profile, 5)
        .iter()
        .map(|function| (number(function, 1), text(number(function, 2))))
        .collect();
    let locations: BTreeMap<u64, &str> = messages(&profile, 4)
        .iter()
        .map(|location| {
            let lines = messages(location, 4);
            (number(location, 1), functions[&number(&lines[0], 1)])
        })
        .collect();

    let mut sums = [0, 0];
    let mut innermost = BTreeSet::new();
    for sample in messages(&profile, 2) {
        let stack = numbers(&sample, 1);
        assert!(stack.iter().all(|at| locations.contains_key(at)));
        innermost.insert(locations[&stack[0]]);
        for (sum, value) in sums.iter_mut().zip(numbers(&sample, 2)) {
            *sum += usize::try_from(value).expect("a count");
        }
        let labels = messages(&sample, 3);
        assert!(
            labels
                .iter()
                .any(|label| text(number(label, 1)) == "fingerprint")
        );
    }
    let left: usize = summary.findings.iter().map(|finding| finding.count).sum();
    assert_eq!(sums[0], left, "nothing is lost");
    assert!(sums[1] > 0 && sums[1] < left);
    assert!(innermost.contains("tokio::sync::mpsc::Receiver::recv"));
    assert!(innermost.contains("gateway::client::pool::Pool::connect"));
}

#[test]
fn nothing_is_a_profile_too() {
    let summary = Summary::of(&[Vec::new()], &Baseline::default());
    let written = render(&summary, &StoredFindings::of(&[]));
    let mut bytes = Vec::new();
    GzDecoder::new(&written[..])
        .read_to_end(&mut bytes)
        .expect("gzip");
    assert_eq!(messages(&fields(&bytes), 1).len(), 2);
}
