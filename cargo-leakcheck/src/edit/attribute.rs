//! What an attribute makes of the function below it.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Path};

/// Names of attributes that make tests, beside those whose path ends in `test`.
const MAKE_TESTS: [&str; 6] = [
    "gtest",
    "proptest",
    "quickcheck",
    "rstest",
    "test_case",
    "test_matrix",
];

/// Crates that run a test on an executor of their own, whose tasks cannot be seen.
const OTHER_EXECUTORS: [&str; 7] = [
    "async_std",
    "compio",
    "futures_test",
    "glommio",
    "monoio",
    "smol",
    "smol_potat",
];

/// What matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// One of leakcheck's.
    Own,
    /// The bare name `test`, which an import may have changed.
    BareTest,
    /// It makes a test.
    Test,
    Other,
}

impl Role {
    pub(crate) fn of(attr: &Attribute) -> Self {
        let path = attr.path();
        let names = names(path);
        match names.last().map(String::as_str) {
            Some("leak_checked") => Self::Own,
            Some("test")
                if names
                    .iter()
                    .rev()
                    .nth(1)
                    .is_some_and(|of| of == "leakcheck") =>
            {
                Self::Own
            }
            Some("test") if names.len() == 1 => Self::BareTest,
            Some("test") => Self::Test,
            Some("cfg_attr") => Self::conditional(&attr.meta),
            Some(name) if MAKE_TESTS.contains(&name) => Self::Test,
            _ => Self::Other,
        }
    }

    /// `#[cfg_attr(condition, test)]`: what it may be.
    fn conditional(meta: &Meta) -> Self {
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
        let tokens = arguments(meta)
            .into_iter()
            .skip_while(|token| !is_comma(token));
        let guarded: Vec<String> = tokens.map(|token| token.to_string()).collect();
        let has = |name: &str| guarded.iter().any(|token| token == name);
        if has("leak_checked") {
            Self::Own
        } else if has("test") || MAKE_TESTS.iter().any(|name| has(name)) {
            Self::Test
        } else {
            Self::Other
        }
    }
}

/// The crate whose executor runs the test, if it is a known one.
pub(crate) fn executor(attr: &Attribute) -> Option<String> {
    let names = names(attr.path());
    let first = names.first().filter(|_| names.len() > 1)?;
    OTHER_EXECUTORS
        .contains(&first.as_str())
        .then(|| first.clone())
}

/// Whether code below it is there for tests only.
pub(crate) fn is_for_tests(attr: &Attribute) -> bool {
    let tokens = arguments(&attr.meta).to_string();
    attr.path().is_ident("cfg")
        && (tokens == "test"
            || tokens.starts_with("all") && tokens.contains("test") && !tokens.contains("not"))
}

/// The file in `#[path = "file"]`, also in a `cfg_attr`.
pub(crate) fn path_of(attr: &Attribute) -> Option<String> {
    let tokens = match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => {
            let Expr::Lit(ExprLit {
                lit: Lit::Str(path),
                ..
            }) = &pair.value
            else {
                return None;
            };
            return Some(path.value());
        }
        meta if attr.path().is_ident("cfg_attr") => arguments(meta),
        _ => return None,
    };
    let is_path = |token: &TokenTree| matches!(token, TokenTree::Ident(name) if name == "path");
    literal(
        tokens
            .into_iter()
            .skip_while(|token| !is_path(token))
            .collect(),
    )
}

/// The first string among tokens.
pub(crate) fn literal(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Literal(literal) => {
            let text: syn::LitStr = syn::parse_str(&literal.to_string()).ok()?;
            Some(text.value())
        }
        _ => None,
    })
}

fn names(path: &Path) -> Vec<String> {
    let segments = path.segments.iter();
    segments.map(|segment| segment.ident.to_string()).collect()
}

fn arguments(meta: &Meta) -> TokenStream {
    match meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn what_makes_a_test_is_known() {
        use Role::{BareTest, Other, Own, Test};
        for (attr, role) in [
            (parse_quote!(#[test]), BareTest),
            (parse_quote!(#[test(tokio::test)]), BareTest),
            (parse_quote!(#[tokio::test(start_paused = true)]), Test),
            (parse_quote!(#[test_log::test]), Test),
            (parse_quote!(#[rstest::rstest]), Test),
            (parse_quote!(#[test_case(1; "one")]), Test),
            (parse_quote!(#[cfg_attr(not(miri), test)]), Test),
            (parse_quote!(#[cfg_attr(test, allow(unused))]), Other),
            (
                parse_quote!(#[cfg_attr(test, leakcheck::leak_checked)]),
                Own,
            ),
            (parse_quote!(#[leak_checked(settle = "1s")]), Own),
            (parse_quote!(#[leakcheck::test]), Own),
            (parse_quote!(#[fixture]), Other),
        ] {
            assert_eq!(Role::of(&attr), role, "{:?}", names(attr.path()));
        }
    }

    #[test]
    fn executors_are_named() {
        let of = |attr: Attribute| executor(&attr);
        assert_eq!(
            of(parse_quote!(#[async_std::test])).as_deref(),
            Some("async_std")
        );
        assert_eq!(of(parse_quote!(#[tokio::test])), None);
        assert_eq!(of(parse_quote!(#[smol])), None);
    }

    #[test]
    fn what_only_tests_have_is_known() {
        for (attr, expected) in [
            (parse_quote!(#[cfg(test)]), true),
            (parse_quote!(#[cfg(all(test, unix))]), true),
            (parse_quote!(#[cfg(not(test))]), false),
            (parse_quote!(#[cfg(any(test, unix))]), false),
            (parse_quote!(#[cfg(all(unix, not(test)))]), false),
        ] {
            assert_eq!(is_for_tests(&attr), expected);
        }
    }

    #[test]
    fn files_of_modules_are_found() {
        let of = |attr: Attribute| path_of(&attr);
        assert_eq!(
            of(parse_quote!(#[path = "a/b.rs"])).as_deref(),
            Some("a/b.rs")
        );
        let conditional = parse_quote!(#[cfg_attr(unix, path = "unix.rs")]);
        assert_eq!(of(conditional).as_deref(), Some("unix.rs"));
        assert_eq!(of(parse_quote!(#[doc = "a"])), None);
    }
}
