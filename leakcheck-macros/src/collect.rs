//! Registers a test for `leakcheck::main!`, beside the function.
//!
//! Without the language's harness `#[test]` removes the function below it. So what is registered is a copy, which a macro of
//! the library keeps only where its feature `harness` is on.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Attribute, Meta, Path};

use crate::attr::{Role, arguments};
use crate::body;
use crate::should_panic::ShouldPanic;
use crate::test_fn::TestFn;

/// What stands beside a test that is fully expanded but for its body, which is `stmts`: its registration.
///
/// Nothing, where the function is called by another attribute's test.
pub(crate) fn beside(
    test: &TestFn,
    stmts: &TokenStream,
    should_panic: &ShouldPanic,
    library: &Path,
) -> TokenStream {
    let makes_test = |attr: &&Attribute| Role::makes_test(attr, library);
    let is_plain = |attr: &&Attribute| Role::of(attr, library) == Role::Test;
    let foreign = test
        .attrs
        .iter()
        .filter(makes_test)
        .find(|attr| !is_plain(attr));
    if let Some(attr) = foreign {
        return refused(test, attr, library);
    }
    if !test.attrs.iter().any(|attr| is_plain(&attr)) {
        return TokenStream::new();
    }
    let span = Span::mixed_site();
    let (conditions, ignored) = (conditions(test), ignored(test));
    let meta = body::meta(test, should_panic, library);
    let name = &test.sig.ident;
    let mut copy = test.clone();
    copy.attrs.retain(|attr| {
        !attr.path().is_ident("ignore") && Role::of(attr, library) != Role::Test && !ignores(attr)
    });
    let copy = copy.with_body(stmts.clone());
    quote_spanned! {span=>
        #(#conditions)*
        #library::__private::collect! { { #copy } #name, #meta, #ignored }
    }
}

/// The registration of a test that nobody but the language's harness can run; `by` is the attribute that makes it one.
pub(crate) fn refused(test: &TestFn, by: &Attribute, library: &Path) -> TokenStream {
    let (conditions, ignored) = (conditions(test), ignored(test));
    let meta = body::meta(test, &ShouldPanic::No, library);
    let by = by.path().to_token_stream().to_string().replace(' ', "");
    quote_spanned! {Span::mixed_site()=>
        #(#conditions)*
        #library::__private::collect! { ! #meta, #ignored, #by }
    }
}

/// The attributes that decide whether the function exists.
fn conditions(test: &TestFn) -> impl Iterator<Item = &Attribute> {
    test.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
}

/// Whether the test is ignored, as an expression: it may depend on conditions.
fn ignored(test: &TestFn) -> TokenStream {
    let mut ignored = quote!(false);
    for attr in &test.attrs {
        if attr.path().is_ident("ignore") {
            ignored.extend(quote!(|| true));
        } else if ignores(attr) {
            let condition: TokenStream = condition(&attr.meta).collect();
            ignored.extend(quote!(|| ::core::cfg!(#condition)));
        }
    }
    ignored
}

/// Whether this is `#[cfg_attr(condition, ignore)]`.
fn ignores(attr: &Attribute) -> bool {
    let guarded = arguments(&attr.meta)
        .into_iter()
        .skip(condition(&attr.meta).count());
    let is_ignore = |token: TokenTree| matches!(token, TokenTree::Ident(name) if name == "ignore");
    attr.path().is_ident("cfg_attr") && guarded.into_iter().any(is_ignore)
}

/// What stands before the first comma.
fn condition(meta: &Meta) -> impl Iterator<Item = TokenTree> {
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    arguments(meta)
        .into_iter()
        .take_while(move |token| !is_comma(token))
}
