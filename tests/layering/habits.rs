//! Habits of the code base that one file can keep or break.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

/// Lines that a file may have.
pub(crate) const LONGEST: usize = 500;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 4] = ["utils", "helpers", "common", "manager"];

const PRINTING: [&str; 4] = ["print", "println", "eprint", "eprintln"];

/// What no file of any crate should have; `unsafe` code has one home.
pub(crate) fn broken(path: &Path, text: &str, unsafe_home: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if text.lines().count() > LONGEST {
        broken.push(format!("more than {LONGEST} lines"));
    }
    let mut seen = Seen::default();
    // What is no code breaks no habit of code, and is no module either.
    seen.look(text.parse().unwrap_or_default());
    if seen.is_unsafe && !path.starts_with(unsafe_home) {
        broken.push(format!("`unsafe` outside of `{unsafe_home}`"));
    }
    if seen.prints && !path.ends_with("output.rs") {
        broken.push("prints, which is for `output.rs` to do".to_owned());
    }
    for part in &path.with_extension("") {
        if EMPTY_NAMES.iter().any(|name| part == *name) {
            broken.push(format!("`{}` names nothing", part.display()));
        }
    }
    let path = path.display();
    broken
        .into_iter()
        .map(|what| format!("{path}: {what}"))
        .collect()
}

/// What is among the tokens of a file; words in comments and in quotes are none.
#[derive(Default)]
struct Seen {
    is_unsafe: bool,
    prints: bool,
}

impl Seen {
    fn look(&mut self, code: TokenStream) {
        let mut code = code.into_iter().peekable();
        while let Some(token) = code.next() {
            match token {
                TokenTree::Group(group) => self.look(group.stream()),
                TokenTree::Ident(word) => {
                    let is_called = matches!(code.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
                    self.is_unsafe |= word == "unsafe";
                    self.prints |= is_called && PRINTING.iter().any(|name| word == name);
                }
                _ => {}
            }
        }
    }
}
