//! The list of layers in `DESIGN.md` is that of the tests. `UPDATE_GOLDEN=1` writes it anew.

use std::fs;

use crate::{lists::LIBRARY, sources::repository};

const BEGIN: &str =
    "<!-- layers, written by `UPDATE_GOLDEN=1 cargo test -p leakcheck-tests --test layering` -->\n";
const END: &str = "<!-- end of layers -->";

/// The layers of the library, one a line, lowest first.
fn list() -> String {
    let layer = |(number, modules): (usize, &&[&str])| {
        let modules: Vec<String> = modules.iter().map(|module| format!("`{module}`")).collect();
        format!("{}. {}\n", number + 1, modules.join(", "))
    };
    let layers: String = LIBRARY.layers.iter().enumerate().map(layer).collect();
    format!("\n{layers}\n")
}

#[test]
fn the_design_has_the_list_of_layers() {
    let path = repository().join("DESIGN.md");
    let design = fs::read_to_string(&path).expect("the design is there");
    let parts = design
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?)));
    let Some((before, (listed, after))) = parts else {
        panic!("no place for the list between\n{BEGIN}{END}");
    };
    let expected = list();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = format!("{before}{BEGIN}{expected}{END}{after}");
        fs::write(&path, text).expect("the design can be written");
    } else {
        assert_eq!(listed, expected, "`DESIGN.md` differs");
    }
}
