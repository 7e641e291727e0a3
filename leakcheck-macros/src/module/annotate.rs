//! Gives tests the attribute, or completes the one that they have.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Attribute, Meta, Path, token};

use crate::args::Args;
use crate::attr::{Role, arguments};

/// Gives a function's own attribute the defaults, or names the attribute to add if it is a test without one.
pub(super) fn annotate(attrs: &mut [Attribute], defaults: &Args) -> Option<TokenStream> {
    let library = defaults.library();
    if refine(attrs, defaults) || !attrs.iter().any(|attr| Role::makes_test(attr, &library)) {
        return None;
    }
    let own = Args::default().or(defaults);
    Some(quote!(#[#library::leak_checked(#own)]))
}

/// Completes the arguments of our own attributes among `attrs`; false if there is none.
pub(super) fn refine(attrs: &mut [Attribute], defaults: &Args) -> bool {
    let library = defaults.library();
    let mut found = false;
    for attr in attrs {
        let args = arguments(&attr.meta);
        let merged = match Role::of(attr, &library) {
            Role::LeakChecked => {
                Args::of_modifier(args).map(|own| own.or(defaults).into_token_stream())
            }
            Role::LeakcheckTest => Args::of_test(args).map(|(own, runtime)| {
                let own = own.or(defaults);
                quote!(#own #runtime)
            }),
            _ => continue,
        };
        found = true;
        // Arguments with a mistake stay as they are: the attribute itself will report it.
        if let Ok(merged) = merged {
            attr.meta = with_arguments(attr.path().clone(), merged);
        }
    }
    found
}

/// `path(args)`.
fn with_arguments(path: Path, tokens: TokenStream) -> Meta {
    let delimiter = syn::MacroDelimiter::Paren(token::Paren(Span::call_site()));
    Meta::List(syn::MetaList {
        path,
        delimiter,
        tokens,
    })
}
