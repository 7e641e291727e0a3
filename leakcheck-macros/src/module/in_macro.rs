//! Tests that stand inside a macro in a module: given the attribute where it is known that the macro passes it on.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::Parser as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, ItemMacro};

use super::annotate::annotate;
use crate::args::Args;
use crate::attr::Role;

/// Macros that put all attributes above the functions that they make.
const KNOWN: [&str; 1] = ["proptest"];

/// The same macro with its tests leak checked, or with a warning that they are not.
pub(super) fn expand(mut item: ItemMacro, defaults: &Args) -> TokenStream {
    let name = item
        .mac
        .path
        .segments
        .last()
        .map(|name| name.ident.to_string());
    let name = name.unwrap_or_default();
    // The macro itself, which makes nothing yet.
    if item.ident.is_some() || !has_test(item.mac.tokens.clone(), defaults) {
        return quote!(#item);
    }
    if !KNOWN.contains(&name.as_str()) {
        let warning = warning(&item, &name);
        return quote!(#item #warning);
    }
    let tokens = std::mem::take(&mut item.mac.tokens);
    item.mac.tokens = with_attributes(tokens, defaults);
    quote!(#item)
}

/// What the compiler shows as a warning.
fn warning(item: &ItemMacro, name: &str) -> TokenStream {
    let span = item.mac.path.span();
    let note = format!(
        "the tests inside of `{name}!` are not leak checked: put `#[leak_checked]` above each of them"
    );
    // Where the macro is left out, or the warning is not wanted.
    let attrs = item.attrs.iter().filter(|attr| {
        ["allow", "cfg"]
            .iter()
            .any(|name| attr.path().is_ident(name))
    });
    quote_spanned! {span=>
        #(#attrs)*
        const _: () = {
            #[deprecated(note = #note)]
            const TESTS_IN_A_MACRO: () = ();
            TESTS_IN_A_MACRO
        };
    }
}

/// Whether a test is written out in these tokens that nobody checks.
fn has_test(tokens: TokenStream, defaults: &Args) -> bool {
    runs(tokens).iter().any(|run| match run {
        Run::Attributes(attrs) => is_unchecked_test(attrs, defaults),
        Run::Others(_) => false,
    })
}

fn is_unchecked_test(attrs: &[Attribute], defaults: &Args) -> bool {
    let library = defaults.library();
    let is =
        |role: fn(&Attribute, &syn::Path) -> bool| attrs.iter().any(|attr| role(attr, &library));
    is(Role::makes_test)
        && !is(|attr, library| {
            matches!(
                Role::of(attr, library),
                Role::LeakChecked | Role::LeakcheckTest
            )
        })
}

fn with_attributes(tokens: TokenStream, defaults: &Args) -> TokenStream {
    let mut all = TokenStream::new();
    for run in runs(tokens) {
        match run {
            Run::Attributes(mut attrs) => {
                all.extend(annotate(&mut attrs, defaults));
                all.extend(quote!(#(#attrs)*));
            }
            Run::Others(tokens) => all.extend(tokens),
        }
    }
    all
}

/// Tokens at the top of a macro.
enum Run {
    /// Attributes that follow each other: those of one item.
    Attributes(Vec<Attribute>),
    Others(TokenStream),
}

fn runs(tokens: TokenStream) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        let is_list = |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
        let list = tokens.next_if(|next| is_hash && is_list(next));
        let one: TokenStream = [token].into_iter().chain(list).collect();
        let attribute = Attribute::parse_outer.parse2(one.clone());
        match (attribute, runs.last_mut()) {
            (Ok(attrs), Some(Run::Attributes(run))) if !attrs.is_empty() => run.extend(attrs),
            (Ok(attrs), _) if !attrs.is_empty() => runs.push(Run::Attributes(attrs)),
            (_, Some(Run::Others(run))) => run.extend(one),
            _ => runs.push(Run::Others(one)),
        }
    }
    runs
}
