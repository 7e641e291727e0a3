//! A test function, read no deeper than its signature: syntax that we do not know survives in the body.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{
    AttrStyle, Attribute, FnArg, Pat, ReturnType, Signature, Type, Visibility, braced, token,
};

/// A function with its body as plain tokens.
#[derive(Clone)]
pub(crate) struct TestFn {
    /// The attributes above it; those at the top of its body have joined them.
    pub(crate) attrs: Vec<Attribute>,
    /// Who may call it.
    vis: Visibility,
    /// Everything up to the body.
    pub(crate) sig: Signature,
    /// The braces of the body.
    brace: token::Brace,
    /// What is between them.
    pub(crate) stmts: TokenStream,
}

impl TestFn {
    /// The body in its braces, with some statements before its own.
    pub(crate) fn body_after(&self, first: TokenStream) -> TokenStream {
        let mut tokens = TokenStream::new();
        self.brace.surround(&mut tokens, |tokens| {
            tokens.extend(first);
            self.stmts.to_tokens(tokens);
        });
        tokens
    }

    /// The parameters that are plain names.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &proc_macro2::Ident> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(pat) => Some(&pat.ident),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
    }

    /// Where the last statement starts: the place to blame if the result has the wrong type.
    pub(crate) fn result_span(&self) -> Span {
        let mut start = None;
        let mut ended = true;
        for token in self.stmts.clone() {
            if ended {
                start = Some(token.span());
            }
            ended = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';');
        }
        Span::mixed_site().located_at(start.unwrap_or_else(|| self.sig.ident.span()))
    }

    /// What it returns.
    pub(crate) fn outcome(&self) -> Outcome<'_> {
        match &self.sig.output {
            ReturnType::Default => Outcome::Unit,
            ReturnType::Type(_, ty) => match &**ty {
                Type::Tuple(tuple) if tuple.elems.is_empty() => Outcome::Unit,
                Type::Never(_) => Outcome::Never,
                ty if has_impl(ty.to_token_stream()) => Outcome::Unnameable,
                ty => Outcome::Type(ty),
            },
        }
    }

    /// The function with another body.
    pub(crate) fn with_body(mut self, stmts: TokenStream) -> TokenStream {
        self.stmts = stmts;
        self.into_token_stream()
    }

    /// The function as something that compiles wherever it is put: no test, and no helper attribute of a macro that is gone.
    pub(crate) fn inert(mut self) -> TokenStream {
        let harmless = ["allow", "cfg", "deny", "doc", "expect", "forbid", "warn"];
        self.attrs
            .retain(|attr| harmless.iter().any(|name| attr.path().is_ident(name)));
        self.attrs.push(syn::parse_quote!(#[allow(dead_code)]));
        for input in &mut self.sig.inputs {
            match input {
                FnArg::Typed(typed) => typed.attrs.clear(),
                FnArg::Receiver(receiver) => receiver.attrs.clear(),
            }
        }
        self.into_token_stream()
    }
}

/// What a test returns, as far as its signature tells.
pub(crate) enum Outcome<'a> {
    /// `()`.
    Unit,
    /// `!`.
    Never,
    /// A type with an `impl Trait` in it, which cannot be written elsewhere.
    Unnameable,
    /// Any other type.
    Type(&'a Type),
}

/// Whether there is an `impl` anywhere in a type.
fn has_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => has_impl(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

impl Parse for TestFn {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        let content;
        let brace = braced!(content in input);
        // The body becomes a block or a closure, where inner attributes are not allowed.
        attrs.extend(
            content
                .call(Attribute::parse_inner)?
                .into_iter()
                .map(|attr| Attribute {
                    style: AttrStyle::Outer,
                    ..attr
                }),
        );
        Ok(Self {
            attrs,
            vis,
            sig,
            brace,
            stmts: content.parse()?,
        })
    }
}

impl ToTokens for TestFn {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.attrs.iter().for_each(|attr| attr.to_tokens(tokens));
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body_after(TokenStream::new()).to_tokens(tokens);
    }
}
