//! Words are made in `report/render` and in the texts of errors, and no decision reads them.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use crate::{attributes, lists::LIBRARY, sources::Sources};

/// Words that make a sentence of a literal.
const SENTENCE: usize = 4;
/// Words that make it more than a name.
const PHRASE: usize = 3;

/// Where sentences may be, and of which kind they are there.
const HOMES: [(&str, &str); 14] = [
    ("base/error.rs", "the texts of errors"),
    ("report/render/", "the words of reports"),
    (
        "settings/",
        "what is wrong with a file, a variable or a rule",
    ),
    ("sys/", "why something cannot be seen"),
    (
        "observe/",
        "why something cannot be seen, and why a known crate keeps it",
    ),
    ("check/coverage.rs", "why something cannot be seen"),
    ("check/gaps.rs", "why something cannot be seen"),
    ("check/verdict.rs", "why nothing is claimed"),
    ("check/findings/blocked.rs", "why a stack is not believed"),
    ("check/findings/waiting.rs", "why a place is not known"),
    (
        "run/",
        "why a test could not be run, and with what it fails",
    ),
    ("api/find.rs", "a broken promise of the program"),
    ("api/guard.rs", "a broken promise of the program"),
    ("api/", "a wrong argument, and what a dump cannot show"),
];

/// Ways to ask what a text says.
const QUESTIONS: [&str; 4] = ["starts_with", "ends_with", "contains", "strip_prefix"];

/// What is wrong with a file: sentences that are not at home, and decisions that read one.
fn complaints(path: &str, text: &str) -> Vec<String> {
    let is_home = HOMES.iter().any(|(home, _)| path.starts_with(home));
    let mut found = Found::default();
    found.look(program(text));
    let strays = found.sentences.into_iter().filter(|_| !is_home);
    let strays = strays.map(|text| format!("{path}: a sentence: {text}"));
    let read = found.read.into_iter();
    strays
        .chain(read.map(|text| format!("{path}: decides by {text}")))
        .collect()
}

/// The code of a file without its tests.
fn program(text: &str) -> TokenStream {
    let Ok(file) = syn::parse_file(text) else {
        // A sample in a report.
        return TokenStream::new();
    };
    let items = file.items.iter();
    let items = items.filter(|item| !attributes::are_for_tests(attributes::of_item(item)));
    items.map(ToTokens::to_token_stream).collect()
}

#[derive(Default)]
struct Found {
    sentences: Vec<String>,
    read: Vec<String>,
}

impl Found {
    fn look(&mut self, code: TokenStream) {
        let code: Vec<TokenTree> = code.into_iter().collect();
        for (index, token) in code.iter().enumerate() {
            let before = |back: usize| index.checked_sub(back).map(|index| code[index].to_string());
            match token {
                // What an attribute says is for readers of the source.
                TokenTree::Group(_) if before(1).is_some_and(|mark| mark == "#") => {}
                TokenTree::Group(group) => {
                    let asks = before(1).is_some_and(|name| QUESTIONS.contains(&&*name));
                    if let Some(text) = only_text(group.stream()).filter(|_| asks) {
                        self.read.extend((words(&text) >= PHRASE).then_some(text));
                    }
                    self.look(group.stream());
                }
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let is_text = text.starts_with('"') || text.starts_with('r');
                    let number = if is_text { words(&text) } else { 0 };
                    let is_compared = before(1).as_deref() == Some("=")
                        && matches!(before(2).as_deref(), Some("=" | "!"));
                    if is_compared && number >= PHRASE {
                        self.read.push(text);
                    } else if number >= SENTENCE && !text.contains(".cfi_") {
                        self.sentences.push(text);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// The literal, where there is nothing else.
fn only_text(code: TokenStream) -> Option<String> {
    let code: Vec<TokenTree> = code.into_iter().collect();
    match &code[..] {
        [TokenTree::Literal(literal)] => Some(literal.to_string()),
        _ => None,
    }
}

fn words(text: &str) -> usize {
    let is_word = |word: &&str| {
        word.len() > 1
            && word
                .trim_matches(|c: char| !c.is_alphanumeric())
                .chars()
                .all(char::is_alphabetic)
    };
    text.split_whitespace().filter(is_word).count()
}

#[test]
fn words_are_made_at_the_edge() {
    let sources = Sources::of(LIBRARY.krate);
    let is_test = |path: &Path| {
        path.iter()
            .any(|part| part == "tests" || part == "tests.rs")
    };
    let all = sources.0.iter().filter(|(path, _)| !is_test(path));
    let all = all.flat_map(|(path, text)| complaints(&path.display().to_string(), text));
    assert_eq!(all.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn sentences_that_are_not_at_home_are_refused() {
    let stray = r#"fn f() -> &'static str { "the pool keeps it open" }"#;
    assert_eq!(complaints("check/look.rs", stray).len(), 1);
    assert_eq!(complaints("report/render/look.rs", stray), [""; 0]);
    let tests = format!("#[cfg(test)] mod tests {{ {stray} }}");
    assert_eq!(complaints("check/look.rs", &tests), [""; 0]);
    let attribute = r#"#[must_use = "a check that is dropped finds nothing"] struct S;"#;
    assert_eq!(complaints("check/look.rs", attribute), [""; 0]);
}

#[test]
fn decisions_that_read_words_are_refused() {
    for code in [
        r#"fn f(x: &str) -> bool { x.starts_with("it keeps waiting") }"#,
        r#"fn f(x: &str) -> bool { x == "a message arrives" }"#,
        r#"fn f(x: &str) -> bool { x != "a message arrives" }"#,
    ] {
        assert_eq!(complaints("report/render/a.rs", code).len(), 1, "{code}");
    }
    let names = r#"fn f(x: &str) -> bool { x.starts_with("tokio::sync") && x == "read" }"#;
    assert_eq!(complaints("check/a.rs", names), [""; 0]);
}
