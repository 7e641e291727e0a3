//! What an attribute of a test function is to us.

use proc_macro2::{TokenStream, TokenTree};
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
        let path = attr.path();
        let Some(last) = path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
        else {
            return Self::Other;
        };
        match last.as_str() {
            "leak_checked" => Self::LeakChecked,
            "should_panic" => Self::ShouldPanic,
            "cfg_attr" if mentions_test(attr) => Self::Conditional,
            "test" if starts_with(path, "leakcheck") || is_below(path, library) => {
                Self::LeakcheckTest
            }
            "test" if is_builtin(&attr.meta) => Self::Test,
            "test" if is_tokio(&attr.meta) => Self::TokioTest,
            "test" if tokio_inside(attr).is_some() => Self::WrappedTokioTest,
            "test" if generator_inside(attr) => Self::Generator,
            "test" => Self::ForeignTest,
            name if GENERATORS.contains(&name) => Self::Generator,
            _ => Self::Other,
        }
    }

    /// Whether `attr` makes the function below it a test.
    pub(crate) fn makes_test(attr: &Attribute, library: &Path) -> bool {
        match Self::of(attr, library) {
            Self::ShouldPanic => false,
            Self::Other => attr
                .path()
                .segments
                .last()
                .is_some_and(|last| TESTS.iter().any(|name| last.ident == name)),
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

/// The `tokio::test(..)` in `#[test_log::test(tokio::test(..))]`.
pub(crate) fn tokio_inside(attr: &Attribute) -> Option<Meta> {
    attr.parse_args::<Meta>()
        .ok()
        .filter(|inner| is_test(inner.path()) && is_tokio(inner))
}

/// Whether this is `#[test_log::test(rstest::rstest)]` or the like.
fn generator_inside(attr: &Attribute) -> bool {
    let inner = attr.parse_args::<Meta>().ok();
    inner.and_then(|inner| last_segment(inner.path())).is_some_and(|name| is_generator(&name))
}

/// Whether this is the name of an attribute that expands to several tests.
fn is_generator(name: &str) -> bool {
    GENERATORS.contains(&name)
}

/// The name at the end of a path.
fn last_segment(path: &Path) -> Option<String> {
    path.segments.last().map(|last| last.ident.to_string())
}

/// Whether the first segment of `path` is `name`.
fn starts_with(path: &Path, name: &str) -> bool {
    path.segments.len() > 1 && path.segments[0].ident == name
}

/// Whether the last segment of `path` is `test`.
fn is_test(path: &Path) -> bool {
    path.segments
        .last()
        .is_some_and(|last| last.ident == "test")
}

/// Whether the segment before the last of `path` is the name of this library, its own or the one it was given.
fn is_below(path: &Path, library: &Path) -> bool {
    let parent = path.segments.iter().nth_back(1);
    let given = library.segments.last();
    parent.is_some_and(|parent| parent.ident == "leakcheck" || given.is_some_and(|given| given.ident == parent.ident))
}

/// Whether this is `#[test]`, by its short or by its full name.
fn is_builtin(meta: &Meta) -> bool {
    let Meta::Path(path) = meta else { return false };
    let segments = &path.segments;
    path.is_ident("test")
        || (segments.len() == 4
            && (segments[0].ident == "core" || segments[0].ident == "std")
            && segments[1].ident == "prelude")
}

/// Whether this is `tokio::test`, under its own name or with arguments that only it takes.
fn is_tokio(meta: &Meta) -> bool {
    let keys = ["flavor", "worker_threads", "start_paused", "crate"];
    let named = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if keys.iter().any(|key| ident == key));
    starts_with(meta.path(), "tokio") || arguments(meta).into_iter().any(|token| named(&token))
}

/// Whether an attribute that may vanish would be one that matters here.
fn mentions_test(attr: &Attribute) -> bool {
    let matters =
        |name: &str| name == "test" || name == "should_panic" || GENERATORS.contains(&name);
    // The condition comes first and may itself be called `test`.
    let mut guarded = arguments(&attr.meta)
        .into_iter()
        .skip_while(|token| !matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','));
    guarded.any(|token| matches!(token, TokenTree::Ident(ident) if matters(&ident.to_string())))
}
