//! The grammar that attribute arguments share: `key`, `key = value` and `key(values)`, separated by commas.
//!
//! It knows no key; a [`Table`] does.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{LitStr, Token, parenthesized};

use crate::errors::Errors;
use leakcheck_report::suggest::{listed, suggestion};

/// One argument of an attribute.
pub(crate) struct KeyValue {
    /// The word it starts with.
    pub(crate) key: Ident,
    /// What follows the word.
    value: Value,
}

/// What follows the key of a [`KeyValue`].
enum Value {
    /// Nothing.
    Missing,
    /// `= tokens`.
    Assigned(TokenStream),
    /// `(tokens)`.
    Listed(TokenStream),
}

/// A set of keys and the place where their values go.
pub(crate) trait Table {
    /// Every key, in the order in which error texts list them.
    fn keys(&self) -> &'static [&'static str];

    /// Stores the value of one of [`keys`](Table::keys).
    fn store(&mut self, entry: &KeyValue) -> syn::Result<()>;

    /// A remark on a key that is not valid here, more useful than a list of the valid ones.
    fn hint(&self, key: &str) -> Option<String>;
}

/// Stores every argument of `#[attribute(args)]` or `attribute!(args)` in the first table that knows its key.
pub(crate) fn fill(
    attribute: &str,
    args: TokenStream,
    tables: &mut [&mut dyn Table],
) -> syn::Result<()> {
    let mut errors = Errors::default();
    let mut seen: Vec<String> = Vec::new();
    for entry in errors
        .keep(KeyValue::parse_all.parse2(args))
        .unwrap_or_default()
    {
        let key = entry.key.to_string();
        if seen.contains(&key) {
            errors.at(entry.key.span(), format!("`{key}` is given twice"));
            continue;
        }
        match tables
            .iter_mut()
            .find(|table| table.keys().contains(&key.as_str()))
        {
            Some(table) => _ = errors.keep(table.store(&entry)),
            None => errors.push(unknown(attribute, &entry.key, tables)),
        }
        seen.push(key);
    }
    errors.finish(())
}

/// The error for a key that no table knows.
fn unknown(attribute: &str, key: &Ident, tables: &[&mut dyn Table]) -> syn::Error {
    let word = key.to_string();
    if let Some(hint) = tables.iter().find_map(|table| table.hint(&word)) {
        return syn::Error::new(key.span(), hint);
    }
    let mut keys: Vec<&str> = Vec::new();
    for key in tables.iter().flat_map(|table| table.keys()) {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    let meant = suggestion(&word, keys.iter().copied());
    let keys = listed(keys);
    syn::Error::new(
        key.span(),
        format!("unknown key `{word}` in `{attribute}`{meant}\nexpected one of: {keys}"),
    )
}

impl KeyValue {
    /// All arguments of an attribute; a trailing comma is fine.
    fn parse_all(input: ParseStream<'_>) -> syn::Result<Vec<Self>> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            entries.push(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(entries)
    }

    /// The error that names the right form of this entry.
    pub(crate) fn expected(&self, form: &str) -> syn::Error {
        let span = match &self.value {
            Value::Missing => None,
            Value::Assigned(tokens) | Value::Listed(tokens) => tokens.clone().into_iter().next(),
        };
        let span = span.map_or_else(|| self.key.span(), |token| token.span());
        self.error(span, format_args!("write it as `{form}`"))
    }

    /// An error about this entry's value, the key named first.
    pub(crate) fn error(&self, span: Span, message: impl std::fmt::Display) -> syn::Error {
        syn::Error::new(span, format!("`{}`: {message}", self.key))
    }

    /// Refuses a value, where `form` shows the key by itself.
    pub(crate) fn by_itself(&self, form: &str) -> syn::Result<Ident> {
        match &self.value {
            Value::Missing => Ok(self.key.clone()),
            Value::Assigned(_) | Value::Listed(_) => Err(self.expected(form)),
        }
    }

    /// The value of `key = value`, where `form` shows a correct one.
    pub(crate) fn assigned<T: Parse>(&self, form: &str) -> syn::Result<T> {
        self.assigned_with(T::parse, form)
    }

    /// Like [`assigned`](KeyValue::assigned), with a parser of one's own.
    pub(crate) fn assigned_with<T>(
        &self,
        parser: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
        form: &str,
    ) -> syn::Result<T> {
        match &self.value {
            Value::Assigned(tokens) => parser
                .parse2(tokens.clone())
                .map_err(|_| self.expected(form)),
            Value::Missing | Value::Listed(_) => Err(self.expected(form)),
        }
    }

    /// The value of `key = value` or of `key(value)`: the second is how the builder and the reports write it.
    pub(crate) fn given_with<T>(
        &self,
        parser: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
        form: &str,
    ) -> syn::Result<T> {
        match &self.value {
            Value::Assigned(tokens) | Value::Listed(tokens) => parser
                .parse2(tokens.clone())
                .map_err(|_| self.expected(form)),
            Value::Missing => Err(self.expected(form)),
        }
    }

    /// A string that says something.
    pub(crate) fn string(&self, form: &str) -> syn::Result<LitStr> {
        self.assigned(form)
            .and_then(|string| self.not_empty(string))
    }

    /// Refuses a string that says nothing.
    pub(crate) fn not_empty(&self, string: LitStr) -> syn::Result<LitStr> {
        if string.value().trim().is_empty() {
            return Err(self.error(string.span(), "an empty string means nothing here"));
        }
        Ok(string)
    }

    /// The words of `key(word, word)`, where `form` shows a correct one.
    pub(crate) fn words(&self, form: &str) -> syn::Result<Vec<Ident>> {
        let Value::Listed(tokens) = &self.value else {
            return Err(self.expected(form));
        };
        let words = syn::punctuated::Punctuated::<Ident, Token![,]>::parse_terminated;
        let words = words
            .parse2(tokens.clone())
            .map_err(|_| self.expected(form))?;
        if words.is_empty() {
            Err(self.expected(form))
        } else {
            Ok(words.into_iter().collect())
        }
    }

    /// The pairs of `key(word = value, word = value)`, where `form` shows a correct one.
    pub(crate) fn pairs<T: Parse>(&self, form: &str) -> syn::Result<Vec<(Ident, T)>> {
        let Value::Listed(tokens) = &self.value else {
            return Err(self.expected(form));
        };
        let pair = |input: ParseStream<'_>| {
            let word: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            Ok((word, input.parse()?))
        };
        let pairs = |input: ParseStream<'_>| {
            syn::punctuated::Punctuated::<_, Token![,]>::parse_terminated_with(input, pair)
        };
        let pairs = pairs
            .parse2(tokens.clone())
            .map_err(|_| self.expected(form))?;
        if pairs.is_empty() {
            Err(self.expected(form))
        } else {
            Ok(pairs.into_iter().collect())
        }
    }
}

impl Parse for KeyValue {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let no_key = |error: syn::Error| {
            syn::Error::new(error.span(), "expected a key, as in `settle = \"500ms\"`")
        };
        let key = input.call(Ident::parse_any).map_err(no_key)?;
        let value = if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            Value::Listed(content.parse()?)
        } else if input.parse::<Option<Token![=]>>()?.is_some() {
            let mut tokens = TokenStream::new();
            while !input.is_empty() && !input.peek(Token![,]) {
                if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !tokens.is_empty() {
                    return Err(no_comma(&input.call(Ident::parse_any)?));
                }
                tokens.extend([input.parse::<TokenTree>()?]);
            }
            Value::Assigned(tokens)
        } else {
            Value::Missing
        };
        Ok(Self { key, value })
    }
}

/// The error for a key that follows a value.
fn no_comma(key: &Ident) -> syn::Error {
    syn::Error::new(key.span(), format!("a comma is missing before `{key}`"))
}
