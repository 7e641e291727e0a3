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

/// Whether the language's harness has seen the attribute when we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Harness {
    /// Not yet: the test is registered later, and by then the attribute is gone.
    IsUnaware,
    /// An attribute above ours has registered the test, and nothing can change what it expects.
    Knows,
}

impl ShouldPanic {
    /// Reads the attribute, and removes it from `test` if `who` says so.
    pub(crate) fn take_from(test: &mut TestFn, library: &Path, who: Harness) -> syn::Result<Self> {
        let mut errors = Errors::default();
        // Generators may repeat the attribute; the harness goes by the first, too.
        let mut first = None;
        test.attrs.retain(|attr| {
            if Role::of(attr, library) != Role::ShouldPanic {
                return true;
            }
            let parsed = errors.keep(Self::parse(attr));
            first = first.take().or(parsed);
            who == Harness::Knows
        });
        if first.is_some() && !matches!(test.outcome(), Outcome::Unit) {
            let message = "a test with `#[should_panic]` must return `()`";
            errors.push(syn::Error::new_spanned(&test.sig.output, message));
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

    /// Runs `call`, which returns if the test passes, and does the opposite of what it does.
    pub(crate) fn invert(&self, call: &TokenStream) -> TokenStream {
        let span = Span::mixed_site();
        let message = match self {
            Self::No => return call.clone(),
            Self::Yes => quote_spanned!(span=> "the body has panicked, as it should"),
            Self::With(text) => quote_spanned!(span=> #text),
        };
        quote_spanned! {span=>
            if ::std::panic::catch_unwind(::std::panic::AssertUnwindSafe(|| { #call })).is_ok() {
                ::std::panic::resume_unwind(::std::boxed::Box::new(#message));
            }
        }
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
