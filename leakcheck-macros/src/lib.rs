//! The attributes of `leakcheck`, documented where that crate re-exports them.
//!
//! This file only adapts types; `expand` is where to start reading.

#![forbid(unsafe_code)]

use proc_macro::{Span, TokenStream};

mod already_expanded;
mod args;
mod attr;
mod body;
mod budgets;
mod collect;
mod defer;
mod errors;
mod expand;
mod form;
mod key_value;
mod module;
mod rounds;
mod runtime;
mod should_panic;
mod source_scan;
mod suite;
mod test_fn;
mod unregistered;

/// Checks a test, or every test of a module, for leaks.
#[proc_macro_attribute]
pub fn leak_checked(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::leak_checked(args.into(), item.into()).into()
}

/// Writes the `main` of a test target without the language's harness.
#[proc_macro]
pub fn main(args: TokenStream) -> TokenStream {
    let root = Span::call_site().local_file();
    suite::expand(args.into(), root.as_deref()).into()
}

/// Makes a function a test that is checked for leaks.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    let source = source_scan::text_before(Span::call_site());
    expand::test(args.into(), item.into(), source.as_deref()).into()
}
