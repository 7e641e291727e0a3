//! Recognises what an attribute above ours has left, when it was expanded before us.

use proc_macro2::{TokenStream, TokenTree};

use crate::test_fn::TestFn;

/// Token sequences that tokio writes around a test body, all of them and in no other place.
const TOKIO: [&[&str]; 3] = [
    &["let", "body", "=", "async"],
    &[
        "let", "body", ":", ":", ":", "core", ":", ":", "pin", ":", ":", "Pin",
    ],
    &[
        ".",
        "expect",
        "(",
        "\"Failed building the Runtime\"",
        ")",
        ".",
        "block_on",
        "(",
        "body",
        ")",
    ],
];

/// What we write ourselves, whatever the library is called.
const OWN: [&[&str]; 6] = [
    &["__private", ":", ":", "run_sync"],
    &["__private", ":", ":", "run_async"],
    &["__private", ":", ":", "run_within"],
    &["__private", ":", ":", "repeat_sync"],
    &["__private", ":", ":", "repeat_async"],
    &["__private", ":", ":", "cancel_async"],
];

/// Refuses a function that somebody has already made a whole test of.
pub(crate) fn refuse(test: &TestFn) -> syn::Result<()> {
    let mut words = Vec::new();
    flatten(test.stmts.clone(), &mut words);
    let contains = |sequence: &[&str]| {
        words
            .windows(sequence.len())
            .any(|window| window == sequence)
    };
    let message = if OWN.iter().any(|sequence| contains(sequence)) {
        "this test is already leak checked by another attribute\n\
         remove one of them; inside of a `#[leak_checked]` module, write `#[leakcheck::test]` with its path"
    } else if !TOKIO.iter().all(|sequence| contains(sequence)) {
        return Ok(());
    } else if test.sig.ident.to_string().starts_with("test_case_") {
        "`#[tokio::test]` was expanded first, and the runtime it builds cannot be looked into\n\
         `#[test_case]` may swap the attributes below it: put `#[leak_checked]` above the first `#[test_case]`"
    } else {
        "`#[tokio::test]` was expanded first, and the runtime it builds cannot be looked into\n\
         put `#[leak_checked]` above `#[tokio::test]`"
    };
    Err(syn::Error::new(proc_macro2::Span::call_site(), message))
}

/// The tokens one by one, groups opened up and literals kept whole.
fn flatten(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        let TokenTree::Group(group) = token else {
            words.push(token.to_string());
            continue;
        };
        let (open, close) = match group.delimiter() {
            proc_macro2::Delimiter::Parenthesis => ("(", ")"),
            proc_macro2::Delimiter::Brace => ("{", "}"),
            proc_macro2::Delimiter::Bracket => ("[", "]"),
            proc_macro2::Delimiter::None => ("", ""),
        };
        words.push(open.into());
        flatten(group.stream(), words);
        words.push(close.into());
    }
}
