//! The modules of each crate use those below them only, no files go in circles, and all keep the habits of the code base.
//!
//! What the compiler reads is read here, with all twins: `paths` takes what code names, `modules` where it stands,
//! `resolution` leads to what is meant, `graph` has it by files. What is allowed stands in `lists`, and
//! for a while in `known`.

mod accepted;
mod attributes;
mod circles;
mod contributing;
mod design;
mod graph;
mod habits;
mod known;
mod layers;
mod lists;
mod modules;
mod paths;
mod refused;
mod resolution;
mod sentences;
mod sources;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use graph::Graph;
use known::KNOWN_CIRCLES;
use lists::{LIBRARY, MACROS, ORDERS, Order, READER, TOOL};
use modules::Modules;
use sources::{Part, Sources};

/// Everything that is wrong with the files of a crate, but for circles.
fn complaints(order: &Order, sources: &Sources) -> Vec<String> {
    let files = sources.0.iter();
    let mut complaints: Vec<String> = files
        .flat_map(|(path, text)| habits::broken(path, text, order.unsafe_home))
        .collect();
    complaints.extend(order.complaints(sources));
    complaints
}

#[track_caller]
fn assert_in_order(order: &Order) {
    let complaints = complaints(order, &Sources::of(order.krate));
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn the_library_is_in_order() {
    assert_in_order(&LIBRARY);
}

#[test]
fn the_reader_is_in_order() {
    assert_in_order(&READER);
}

#[test]
fn the_macros_are_in_order() {
    assert_in_order(&MACROS);
}

#[test]
fn the_tool_is_in_order() {
    assert_in_order(&TOOL);
}

#[test]
fn each_module_has_one_layer() {
    for order in ORDERS {
        let listed = order.layers.concat();
        let distinct: BTreeSet<&str> = listed.iter().copied().collect();
        assert_eq!(listed.len(), distinct.len(), "{}", order.krate);
        let strangers = order.strangers(&Sources::of(order.krate));
        assert_eq!(strangers, BTreeSet::new(), "{}", order.krate);
    }
}

#[test]
fn files_go_in_no_circles() {
    let mut complaints = Vec::new();
    for order in ORDERS {
        let graph = Graph::of(&Sources::of(order.krate), Part::Program);
        let known = KNOWN_CIRCLES.iter();
        let known = known.filter(|(krate, _)| *krate == order.krate);
        let known: Vec<&[&str]> = known.map(|(_, files)| *files).collect();
        let found = circles::complaints(&graph, &known).into_iter();
        complaints.extend(found.map(|complaint| format!("{}: {complaint}", order.krate)));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// What is not read is not checked.
#[test]
fn each_file_is_read() {
    let no_code = Path::new("report/render/golden/sample.rs");
    for order in ORDERS {
        let sources = Sources::of(order.krate);
        let modules = Modules::of(&sources, Part::Everything).all;
        let read: BTreeSet<&Path> = modules.iter().map(|module| module.file.as_path()).collect();
        let files = sources.0.keys().map(PathBuf::as_path);
        let files: BTreeSet<&Path> = files.filter(|file| *file != no_code).collect();
        assert_eq!(read, files, "{}", order.krate);
    }
}

/// Entry points are found by their examples.
#[test]
fn each_way_to_check_has_an_example() {
    let library = Sources::of(LIBRARY.krate);
    for name in [
        "api/find",
        "api/guard",
        "api/checkpoint",
        "run/runtime",
        "settings/options",
        "settings/ignore/rule",
    ] {
        let text = &library.0[&Path::new(name).with_extension("rs")];
        let has_one = text.lines().any(|line| line.trim() == "/// ```");
        assert!(has_one, "no example in {name}");
    }
}
