//! What an attribute of a test function is to us.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Attribute, Meta, Path};

/// Attributes that expand to one test function for each of their cases.
const GENERATORS: [&str; 3] = ["rstest", "test_case", "test_matrix"];

/// Further attributes that make a function a test, beside those whose path ends in `test`.
const TESTS: [&str; 3] = ["gtest", "quickcheck", "proptest"];

/// The part that an attribute plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `#[leak_checked]`.
    LeakChecked,
    /// `#[leakcheck::test]`.
    LeakcheckTest,
    /// The language's own `#[test]`.
    Test,
    /// `#[tokio::test(..)]`.
    TokioTest,
    /// `#[test_log::test(tokio::test(..))]`.
    WrappedTokioTest,
    /// `#[framework::test]`.
    ForeignTest,
    /// `#[rstest]` and the like: the real tests only exist once it has been expanded.
    Generator,
    /// `#[cfg_attr(condition, should_panic)]`: one of the others, perhaps.
    Conditional,
    /// `#[should_panic]`.
    ShouldPanic,
    /// Nothing to us.
    Other,
}

impl Role {
    /// The part of `attr`, where this library is found at `library`.
    pub(crate) fn of(attr: &Attribute, library: &Path) -> Self {
        let meta = &attr.meta;
        match last_segment(meta).as_str() {
            "leak_checked" => Self::LeakChecked,
            "should_panic" => Self::ShouldPanic,
            "cfg_attr" if mentions_test(meta) => Self::Conditional,
            "test" if is_below(meta.path(), library) => Self::LeakcheckTest,
            "test" if is_builtin(meta) => Self::Test,
            "test" if is_tokio(meta) => Self::TokioTest,
            "test" => match inside(meta) {
                Some(inner) if is_test(&inner) && is_tokio(&inner) => Self::WrappedTokioTest,
                Some(inner) if is_generator(&last_segment(&inner)) => Self::Generator,
                _ => Self::ForeignTest,
            },
            name if is_generator(name) => Self::Generator,
            _ => Self::Other,
        }
    }

    /// Whether `attr` makes the function below it a test.
    pub(crate) fn makes_test(attr: &Attribute, library: &Path) -> bool {
        match Self::of(attr, library) {
            Self::ShouldPanic => false,
            Self::Other => TESTS.contains(&last_segment(&attr.meta).as_str()),
            _ => true,
        }
    }
}

/// The arguments in the parentheses of an attribute, if it has any.
pub(crate) fn arguments(meta: &Meta) -> TokenStream {
    match meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

/// The `other(..)` in `#[test_log::test(other(..))]`.
pub(crate) fn inside(meta: &Meta) -> Option<Meta> {
    syn::parse2(arguments(meta)).ok()
}

/// The name at the end of an attribute's path.
fn last_segment(meta: &Meta) -> String {
    let last = meta.path().segments.last();
    last.map_or_else(String::new, |last| last.ident.to_string())
}

/// Whether the attribute puts `#[test]` above those below it, which is then expanded first.
pub(crate) fn is_early(attr: &Attribute) -> bool {
    matches!(
        last_segment(&attr.meta).as_str(),
        "test_case" | "test_matrix"
    )
}

/// Whether this is the name of an attribute that expands to several tests.
fn is_generator(name: &str) -> bool {
    GENERATORS.contains(&name)
}

/// Whether the path ends in `test`.
fn is_test(meta: &Meta) -> bool {
    last_segment(meta) == "test"
}

/// Whether the segment before the last is the name of this library, its own or the one it was given.
fn is_below(path: &Path, library: &Path) -> bool {
    let given = library.segments.last();
    let is_library =
        |name: &Ident| name == "leakcheck" || given.is_some_and(|given| given.ident == *name);
    path.segments
        .iter()
        .nth_back(1)
        .is_some_and(|parent| is_library(&parent.ident))
}

/// Whether this is the language's own test attribute, by its short or by its full name.
fn is_builtin(meta: &Meta) -> bool {
    let Meta::Path(path) = meta else { return false };
    let names: Vec<_> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    matches!(names[..], ["test"] | ["core" | "std", "prelude", _, "test"])
}

/// Whether this is `tokio::test`, under its own name or with arguments that only it takes.
fn is_tokio(meta: &Meta) -> bool {
    // Not `crate` or `worker_threads`, which other runtimes have as well.
    let keys = ["flavor", "start_paused"];
    let is_key = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if keys.iter().any(|key| ident == key));
    let path = meta.path();
    (path.segments.len() > 1 && path.segments[0].ident == "tokio")
        || arguments(meta).into_iter().any(|token| is_key(&token))
}

/// Whether an attribute that may vanish would be one that matters here.
fn mentions_test(meta: &Meta) -> bool {
    // The condition comes first and may itself be called `test`.
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let mut guarded = arguments(meta)
        .into_iter()
        .skip_while(|token| !is_comma(token));
    guarded.any(|token| match token {
        TokenTree::Ident(name) => {
            name == "test" || name == "should_panic" || is_generator(&name.to_string())
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests;
