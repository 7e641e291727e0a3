//! The changes that CONTRIBUTING.md describes touch few files, which are there.

use crate::sources::repository;

/// Files that a change may touch, beside tests.
const MOST: usize = 3;
/// Changes that are described at least.
const FEWEST: usize = 10;

/// The changes of the table, with the files that each touches.
fn changes(text: &str) -> Vec<(&str, Vec<&str>)> {
    let (_, table) = text.split_once("| change | files |").expect("the table");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').splitn(2, '|');
        let change = cells.next().expect("a change").trim();
        let files = cells.next().expect("files").split('`').skip(1).step_by(2);
        (change, files.collect())
    })
    .collect()
}

/// What is wrong with these changes.
fn complaints(text: &str) -> Vec<String> {
    let is_there = |file: &str| repository().join(file).is_file();
    let changes = changes(text);
    let mut complaints: Vec<String> = changes
        .iter()
        .filter(|(_, files)| files.is_empty() || files.len() > MOST)
        .map(|(change, files)| format!("{change}: {} files", files.len()))
        .collect();
    let lost = changes
        .iter()
        .flat_map(|(_, files)| files)
        .filter(|file| !is_there(file));
    complaints.extend(lost.map(|file| format!("{file} is not there")));
    if changes.len() < FEWEST {
        complaints.push(format!("only {} changes", changes.len()));
    }
    complaints
}

#[test]
fn each_change_touches_few_files() {
    let path = repository().join("CONTRIBUTING.md");
    let text = std::fs::read_to_string(path).expect("CONTRIBUTING.md is text");
    assert_eq!(complaints(&text), [""; 0]);
}

#[test]
fn a_change_that_touches_many_is_refused() {
    let row = "| a | `README.md`, `README.md`, `README.md`, `no/such.rs` |\n";
    let text = format!("| change | files |\n|---|---|\n{row}\n");
    assert_eq!(
        complaints(&text),
        ["a: 4 files", "no/such.rs is not there", "only 1 changes"]
    );
}
