//! `#[should_panic]`: taken away from the language's test harness, which a leak would satisfy as well.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue, Path};

use crate::attr::Role;
use crate::errors::Errors;
use crate::test_fn::{Outcome, TestFn};

/// The panic that a test asks for.
pub(crate) enum ShouldPanic {
    /// None.
    No,
    /// Any.
    Yes,
    /// One whose message contains the text.
    With(LitStr),
}

impl ShouldPanic {
    /// Removes the attribute from `test`.
    pub(crate) fn take_from(test: &mut TestFn, library: &Path) -> syn::Result<Self> {
        let mut errors = Errors::default();
        // Generators may repeat the attribute; the harness goes by the first, too.
        let mut first = None;
        for attr in test
            .attrs
            .extract_if(.., |attr| Role::of(attr, library) == Role::ShouldPanic)
        {
            let parsed = errors.keep(Self::parse(&attr));
            first = first.or(parsed);
        }
        if first.is_some() && !matches!(test.outcome(), Outcome::Unit) {
            errors.push(syn::Error::new_spanned(
                &test.sig.output,
                "a test with `#[should_panic]` must return `()`",
            ));
        }
        errors.finish(first.unwrap_or(Self::No))
    }

    /// Reads one of the three forms of the attribute.
    fn parse(attr: &Attribute) -> syn::Result<Self> {
        let expected = match &attr.meta {
            Meta::Path(_) => return Ok(Self::Yes),
            Meta::NameValue(meta) => text(meta),
            Meta::List(list) => list
                .parse_args()
                .ok()
                .filter(|meta: &MetaNameValue| meta.path.is_ident("expected"))
                .and_then(|meta| text(&meta)),
        };
        let malformed = || {
            syn::Error::new_spanned(
                attr,
                "write it as `#[should_panic]` or `#[should_panic(expected = \"text\")]`",
            )
        };
        expected.map(Self::With).ok_or_else(malformed)
    }

    /// The value of the library's enum of the same name.
    pub(crate) fn value(&self, library: &Path) -> TokenStream {
        let variant = match self {
            Self::No => quote_spanned!(Span::mixed_site()=> No),
            Self::Yes => quote_spanned!(Span::mixed_site()=> Yes),
            Self::With(text) => quote_spanned!(Span::mixed_site()=> With(#text)),
        };
        quote_spanned!(Span::mixed_site()=> #library::__private::ShouldPanic::#variant)
    }
}

/// The string of `key = "string"`.
fn text(meta: &MetaNameValue) -> Option<LitStr> {
    match &meta.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.clone()),
        _ => None,
    }
}
