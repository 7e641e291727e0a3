//! `#[leak_checked] mod tests { .. }`: gives the attribute to every test inside.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Item, Signature, Token, Visibility, braced, token};

mod annotate;
mod in_macro;

use self::annotate::{annotate, refine};
use crate::args::Args;

/// A module with a body.
pub(crate) struct Module {
    /// The attributes above it.
    attrs: Vec<Attribute>,
    /// `pub mod name`.
    head: TokenStream,
    /// The braces of the body.
    brace: token::Brace,
    /// The attributes at the top of the body.
    inner_attrs: Vec<Attribute>,
    /// The items, as they were written.
    items: TokenStream,
}

/// Whether a function has awaits.
#[derive(Clone, Copy)]
enum Async {
    Yes,
    No,
}

/// An item of a module, told apart only as far as needed.
enum Part {
    /// A function: its attributes and the rest, and whether its body can be cancelled.
    Function(Vec<Attribute>, TokenStream, Async),
    /// A module with a body.
    Module(Module),
    /// A macro, in which tests may stand.
    Macro(syn::ItemMacro),
    /// Anything else.
    Other(TokenStream),
}

impl Module {
    /// The module with every test in it leak checked; what a test says itself goes before `defaults`.
    pub(crate) fn expand(self, defaults: &Args) -> syn::Result<TokenStream> {
        defaults.refuse_repeat("it belongs to a single test, not to a module")?;
        defaults.refuse_rate_alone(
            "it belongs beside the `repeat` of a single test, not to a module",
        )?;
        let mut items = TokenStream::new();
        for part in Part::parse_all.parse2(self.items)? {
            match part {
                Part::Function(mut attrs, rest, is_async) => {
                    let added = match is_async {
                        Async::Yes => annotate(&mut attrs, defaults),
                        Async::No => annotate(&mut attrs, &defaults.without_cancel()),
                    };
                    if let Some(added) = added {
                        items.extend(added);
                    }
                    items.extend(quote!(#(#attrs)* #rest));
                }
                Part::Module(mut module) => {
                    // A module with an attribute of its own sees to its tests by itself.
                    if refine(&mut module.attrs, defaults) {
                        module.to_tokens(&mut items);
                    } else {
                        items.extend(module.expand(defaults)?);
                    }
                }
                Part::Macro(item) => items.extend(in_macro::expand(item, defaults)),
                Part::Other(tokens) => items.extend(tokens),
            }
        }
        Ok(Self { items, ..self }.into_token_stream())
    }
}

impl Part {
    /// All items of a module body.
    fn parse_all(input: ParseStream<'_>) -> syn::Result<Vec<Self>> {
        let mut parts = Vec::new();
        while !input.is_empty() {
            parts.push(input.parse()?);
        }
        Ok(parts)
    }
}

impl Parse for Part {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        let vis: Visibility = ahead.parse()?;
        if ahead.peek(Token![mod]) && ahead.peek3(token::Brace) {
            return input.parse().map(Self::Module);
        }
        if ahead.parse::<Signature>().is_ok() && ahead.peek(token::Brace) {
            let attrs = input.call(Attribute::parse_outer)?;
            input.parse::<Visibility>()?;
            let sig: Signature = input.parse()?;
            let body: proc_macro2::Group = input.parse()?;
            let is_async = match sig.asyncness {
                Some(_) => Async::Yes,
                None => Async::No,
            };
            return Ok(Self::Function(attrs, quote!(#vis #sig #body), is_async));
        }
        input.parse::<Item>().map(|item| match item {
            Item::Macro(item) => Self::Macro(item),
            item => Self::Other(item.into_token_stream()),
        })
    }
}

impl Parse for Module {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let keyword: Token![mod] = input.parse()?;
        let name: syn::Ident = input.parse()?;
        let content;
        let brace = braced!(content in input);
        Ok(Self {
            attrs,
            head: quote!(#vis #keyword #name),
            brace,
            inner_attrs: content.call(Attribute::parse_inner)?,
            items: content.parse()?,
        })
    }
}

impl ToTokens for Module {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            attrs,
            head,
            brace,
            inner_attrs,
            items,
        } = self;
        tokens.extend(quote!(#(#attrs)* #head));
        brace.surround(tokens, |tokens| {
            tokens.extend(quote!(#(#inner_attrs)* #items));
        });
    }
}

#[cfg(test)]
mod tests;
