//! The keys `max_live(..)` and `rate(..)`: how many of a kind may be alive at one time, and how many may begin in a second.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Lit, LitInt, Path, Token};

use crate::errors::Errors;
use crate::key_value::KeyValue;
use leakcheck_report::suggest::{listed, suggestion};

/// Kinds that can have a budget; each is also the name of the method that gives it one.
const KINDS: [&str; 4] = ["tasks", "threads", "fds", "processes"];

/// What a budget is about.
#[derive(Clone, Copy)]
pub(crate) enum Measure {
    /// How many are alive at one time.
    MaxLive,
    /// How many begin in a second.
    Rate,
}

impl Measure {
    /// The key, which is also the name of the method that it calls, and the type that this takes.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::MaxLive => ("max_live", "MaxLive"),
            Self::Rate => ("rate", "Rate"),
        }
    }

    const fn form(self) -> &'static str {
        match self {
            Self::MaxLive => "max_live(tasks = 200, threads = 8)",
            Self::Rate => "rate(tasks = 500, threads = 20)",
        }
    }
}

/// How many there may be of each, each with the tokens it was written with.
#[derive(Clone, Default)]
pub(crate) struct Budgets(Vec<(Ident, LitInt)>);

/// What stands for a number, so that another value can be told from a wrong form.
struct Most {
    minus: Option<Token![-]>,
    value: Lit,
}

impl Parse for Most {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            minus: input.parse()?,
            value: input.parse()?,
        })
    }
}

impl Budgets {
    /// The kinds of `max_live(..)` or `rate(..)`, each once and with a number.
    pub(crate) fn read(entry: &KeyValue, measure: Measure) -> syn::Result<Self> {
        let mut errors = Errors::default();
        let mut seen: Vec<Ident> = Vec::new();
        let mut budgets = Self::default();
        for (kind, most) in entry.pairs::<Most>(measure.form())? {
            if seen.contains(&kind) {
                errors.push(entry.error(kind.span(), format_args!("`{kind}` is given twice")));
            }
            errors.keep(known(entry, &kind));
            let most = errors.keep(number(entry, &most));
            budgets.0.extend(most.map(|most| (kind.clone(), most)));
            seen.push(kind);
        }
        errors.finish(budgets)
    }

    /// Fills in what was not said from `defaults`.
    pub(crate) fn or(mut self, defaults: &Self) -> Self {
        let is_open = |(kind, _): &&(Ident, _)| self.0.iter().all(|(own, _)| own != kind);
        let below: Vec<_> = defaults.0.iter().filter(is_open).cloned().collect();
        self.0.extend(below);
        self
    }

    /// The word of the first, if there are any.
    pub(crate) fn first(&self) -> Option<&Ident> {
        self.0.first().map(|(kind, _)| kind)
    }

    /// The call that sets them, if there are any.
    pub(crate) fn call(&self, measure: Measure, library: &Path) -> Option<TokenStream> {
        let span = Span::mixed_site();
        let (setter, ty) = measure.names();
        let [setter, ty] = [setter, ty].map(|name| Ident::new(name, span));
        let calls = self.0.iter().map(|(kind, most)| {
            let method = Ident::new(&kind.to_string(), span);
            quote_spanned!(span=> .#method(#most))
        });
        (!self.0.is_empty())
            .then(|| quote_spanned!(span=> .#setter(#library::#ty::new() #(#calls)*)))
    }

    /// The argument as a user would write it, with a comma, if there is something to say.
    pub(crate) fn written(&self, measure: Measure) -> Option<TokenStream> {
        let key = Ident::new(measure.names().0, Span::call_site());
        let budgets = self.0.iter();
        let budgets = budgets.map(|(kind, most)| quote!(#kind = #most));
        (!self.0.is_empty()).then(|| quote!(#key(#(#budgets),*),))
    }
}

fn known(entry: &KeyValue, kind: &Ident) -> syn::Result<()> {
    let word = kind.to_string();
    if KINDS.contains(&word.as_str()) {
        return Ok(());
    }
    let (meant, words) = (suggestion(&word, KINDS), listed(KINDS));
    Err(entry.error(
        kind.span(),
        format_args!("there is no budget for `{word}`{meant}\nexpected one of: {words}"),
    ))
}

fn number(entry: &KeyValue, most: &Most) -> syn::Result<LitInt> {
    let span = most.minus.map_or(most.value.span(), |minus| minus.span);
    let number = match &most.value {
        Lit::Int(number) if most.minus.is_none() => Some(number),
        _ => None,
    };
    let fits = |number: &&LitInt| {
        number.suffix().is_empty() && number.base10_parse::<u32>().is_ok_and(|most| most > 0)
    };
    let why = "a budget is a whole number from 1 on, such as `tasks = 200`";
    let number = number.filter(fits);
    number.cloned().ok_or_else(|| entry.error(span, why))
}
