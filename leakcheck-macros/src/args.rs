//! The keys of `#[leak_checked]` and `#[leakcheck::test]`: parsed, merged, and written out again.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse as _, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitBool, LitStr, Path, Token, bracketed, parse_quote_spanned};

use crate::budgets::{Budgets, Measure};
use crate::errors::Errors;
use crate::key_value::{KeyValue, Table, fill};
use crate::rounds;
use crate::runtime::Runtime;
use leakcheck_report::{
    awaits::Awaits,
    rule,
    suggest::{listed, suggestion},
};

mod refusals;

/// The ignore lists; each key is also the name of the method it calls.
const PATTERNS: [&str; 4] = [
    "ignore_top_function",
    "ignore_any_function",
    "ignore_created_by",
    "ignore_thread_name",
];

/// The waiting times; each key is also the name of the method it calls.
const DURATIONS: [&str; 3] = ["settle", "timeout", "cancel_within"];

/// Words of `level` and of `levels(..)`, with the variants they stand for, the highest first.
const LEVELS: [(&str, &str); 3] = [("deny", "Deny"), ("warn", "Warn"), ("off", "Off")];

/// Words of `kinds(..)` and keys of `levels(..)`, with the variants they stand for.
const KINDS: [(&str, &str); 8] = [
    ("tasks", "Task"),
    ("threads", "Thread"),
    ("timers", "Timer"),
    ("fds", "Fd"),
    ("processes", "Process"),
    ("temp_files", "TempFile"),
    ("heap", "Heap"),
    ("custom", "Custom"),
];

/// What one attribute asks for, each value with the tokens it was written with.
#[derive(Clone, Default)]
pub(crate) struct Args {
    /// Patterns to ignore, one list for each of [`PATTERNS`].
    patterns: [Vec<LitStr>; 4],
    /// One for each of [`DURATIONS`].
    durations: [Option<(LitStr, Duration)>; 3],
    /// A word of [`LEVELS`].
    level: Option<LitStr>,
    /// Another one.
    unseen_panics: Option<LitStr>,
    /// A word of [`KINDS`] and one of [`LEVELS`] each.
    levels: Vec<(Ident, LitStr)>,
    /// Words of [`KINDS`].
    kinds: Option<Vec<Ident>>,
    /// How many of a kind may be alive at one time.
    max_live: Budgets,
    /// How many of a kind may begin in a second.
    rate: Budgets,
    /// Whether processes that are left are ended.
    end_processes: Option<LitBool>,
    /// How often the test runs: to warm up, and measured.
    repeat: Option<(LitStr, [u32; 2])>,
    /// At which awaits the body is cancelled.
    cancel: Option<(LitStr, Awaits)>,
    /// Whether the body may be run again, to be cancelled where something else asks for that.
    cancellable: Option<Ident>,
    /// The function that gives the options to start from.
    options: Option<Path>,
    /// Where this library is found, if not at `::leakcheck`.
    library: Option<LitStr>,
}

impl Args {
    /// Reads the arguments of `#[leak_checked(..)]`.
    pub(crate) fn of_modifier(args: TokenStream) -> syn::Result<Self> {
        let mut own = Self::default();
        fill("#[leak_checked]", args, &mut [&mut own])?;
        Ok(own)
    }

    /// Reads the arguments of `#[leakcheck::test(..)]`, which also takes those of the runtime.
    pub(crate) fn of_test(args: TokenStream) -> syn::Result<(Self, Runtime)> {
        let mut own = Self::default();
        let mut runtime = Runtime::default();
        fill("#[leakcheck::test]", args, &mut [&mut own, &mut runtime])?;
        runtime.check("leakcheck::test")?;
        Ok((own, runtime))
    }

    /// Fills in what was not said from `defaults`; ignore lists are joined.
    pub(crate) fn or(mut self, defaults: &Self) -> Self {
        for (own, default) in self.patterns.iter_mut().zip(&defaults.patterns) {
            own.splice(0..0, default.iter().cloned());
        }
        let own_limit = self.durations[2].clone();
        for (own, default) in self.durations.iter_mut().zip(&defaults.durations) {
            *own = own.take().or_else(|| default.clone());
        }
        let kept = defaults.levels.iter().filter(|(kind, level)| {
            let is_given = self.levels.iter().any(|(own, _)| own == kind);
            let most = self.level.as_ref();
            !is_given && most.is_none_or(|most| height(level) <= height(most))
        });
        let kept: Vec<_> = kept.cloned().collect();
        self.levels.extend(kept);
        self.level = self.level.or_else(|| defaults.level.clone());
        let unseen = defaults.unseen_panics.clone();
        self.unseen_panics = self.unseen_panics.or(unseen);
        self.kinds = self.kinds.or_else(|| defaults.kinds.clone());
        self.max_live = self.max_live.or(&defaults.max_live);
        self.rate = self.rate.or(&defaults.rate);
        self.end_processes = self
            .end_processes
            .or_else(|| defaults.end_processes.clone());
        self.repeat = self.repeat.or_else(|| defaults.repeat.clone());
        self.cancel = self.cancel.or_else(|| defaults.cancel.clone());
        self.cancellable = self.cancellable.or_else(|| defaults.cancellable.clone());
        if !self.may_be_cancelled() {
            // It was written for those that are.
            self.durations[2] = own_limit;
        }
        self.options = self.options.or_else(|| defaults.options.clone());
        self.library = self.library.or_else(|| defaults.library.clone());
        self
    }

    /// The path of this library.
    pub(crate) fn library(&self) -> Path {
        let named = self
            .library
            .as_ref()
            .and_then(|path| path.parse_with(Path::parse_mod_style).ok());
        named.unwrap_or_else(|| parse_quote_spanned!(Span::mixed_site()=> ::leakcheck))
    }

    /// The rounds that the body runs in, if it is repeated: to warm up, and measured.
    pub(crate) fn rounds(&self) -> Option<[u32; 2]> {
        self.repeat.as_ref().map(|(_, rounds)| *rounds)
    }

    /// Whether the body may be cancelled, and run again for that.
    pub(crate) fn may_be_cancelled(&self) -> bool {
        self.cancel.is_some() || self.cancellable.is_some()
    }

    /// What holds of them for a test that is not async, where they were written for many.
    pub(crate) fn without_cancel(&self) -> Self {
        let [settle, timeout, _] = self.durations.clone();
        Self {
            cancel: None,
            cancellable: None,
            durations: [settle, timeout, None],
            ..self.clone()
        }
    }

    /// The expression that builds the options.
    pub(crate) fn options(&self) -> TokenStream {
        let library = self.library();
        let span = Span::mixed_site();
        let mut own = quote_spanned!(span=> #library::Options::new());
        for (name, patterns) in PATTERNS.iter().zip(&self.patterns) {
            let method = Ident::new(name, span);
            own.extend(quote_spanned!(span=> #(.#method(#patterns))*));
        }
        for (name, duration) in DURATIONS.iter().zip(&self.durations) {
            let method = Ident::new(name, span);
            if let Some((_, duration)) = duration {
                let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
                own.extend(
                    quote_spanned!(span=> .#method(::core::time::Duration::new(#seconds, #nanos))),
                );
            }
        }
        if let Some(level) = &self.level {
            let variant = variant(&LEVELS, &level.value());
            own.extend(quote_spanned!(span=> .level(#library::Level::#variant)));
        }
        for (kind, level) in &self.levels {
            let kind = variant(&KINDS, &kind.to_string());
            let level = variant(&LEVELS, &level.value());
            own.extend(quote_spanned! {span=>
                .level_of(#library::Kind::#kind, #library::Level::#level)
            });
        }
        if let Some(level) = &self.unseen_panics {
            let variant = variant(&LEVELS, &level.value());
            own.extend(quote_spanned!(span=> .unseen_panics(#library::Level::#variant)));
        }
        if let Some(kinds) = &self.kinds {
            let kinds = kinds.iter().map(|kind| variant(&KINDS, &kind.to_string()));
            own.extend(quote_spanned!(span=> .kinds([#(#library::Kind::#kinds),*])));
        }
        own.extend(self.max_live.call(Measure::MaxLive, &library));
        own.extend(self.rate.call(Measure::Rate, &library));
        if self.end_processes.as_ref().is_some_and(LitBool::value) {
            own.extend(quote_spanned!(span=> .end_processes()));
        }
        match self.cancel {
            Some((_, Awaits::Off)) => {
                own.extend(quote_spanned!(span=> .cancel(#library::Cancel::off())));
            }
            Some((_, Awaits::From(first, None))) => {
                own.extend(quote_spanned!(span=> .cancel(#library::Cancel::at(#first..))));
            }
            Some((_, Awaits::From(first, Some(last)))) => {
                own.extend(quote_spanned!(span=> .cancel(#library::Cancel::at(#first..=#last))));
            }
            None => {}
        }
        match &self.options {
            Some(base) => quote_spanned!(span=> #library::__private::layer(#base(), #own)),
            None => own,
        }
    }
}

/// The enum variant of a word that has been checked.
fn variant(words: &[(&str, &str)], word: &str) -> Option<Ident> {
    let (_, variant) = words.iter().find(|(known, _)| *known == word)?;
    Some(Ident::new(variant, Span::mixed_site()))
}

/// Levels in order.
fn height(level: &LitStr) -> usize {
    let place = LEVELS.iter().position(|(word, _)| *word == level.value());
    place.map_or(0, |place| LEVELS.len() - place)
}

/// Refuses a word that is not in `valid`.
fn one_of(entry: &KeyValue, span: Span, word: &str, valid: &[(&str, &str)]) -> syn::Result<()> {
    let words = || valid.iter().map(|(word, _)| *word);
    if words().any(|valid| valid == word) {
        return Ok(());
    }
    let (meant, words) = (suggestion(word, words()), listed(words()));
    Err(entry.error(
        span,
        format_args!("unknown word `{word}`{meant}\nexpected one of: {words}"),
    ))
}

/// One string, or several, in brackets or not.
fn parse_patterns(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let strings = Punctuated::<LitStr, Token![,]>::parse_terminated;
    let patterns = if input.peek(LitStr) {
        strings(input)?
    } else {
        let content;
        bracketed!(content in input);
        strings(&content)?
    };
    Ok(patterns.into_iter().collect())
}

/// A path, bare or in a string.
fn parse_options(input: ParseStream<'_>) -> syn::Result<Path> {
    if input.peek(LitStr) {
        input.parse::<LitStr>()?.parse()
    } else {
        Path::parse(input)
    }
}

impl Table for Args {
    fn keys(&self) -> &'static [&'static str] {
        &[
            "ignore_top_function",
            "ignore_any_function",
            "ignore_created_by",
            "ignore_thread_name",
            "settle",
            "timeout",
            "level",
            "levels",
            "unseen_panics",
            "kinds",
            "max_live",
            "rate",
            "end_processes",
            "repeat",
            "cancel",
            "cancellable",
            "cancel_within",
            "options",
            "crate",
        ]
    }

    fn store(&mut self, entry: &KeyValue) -> syn::Result<()> {
        let key = entry.key.to_string();
        if let Some(index) = PATTERNS.iter().position(|name| *name == key) {
            self.patterns[index] = patterns(entry)?;
        } else if let Some(index) = DURATIONS.iter().position(|name| *name == key) {
            self.durations[index] = Some(duration(entry)?);
        } else if key == "level" {
            self.level = Some(level(entry, r#"level = "deny""#)?);
        } else if key == "unseen_panics" {
            self.unseen_panics = Some(level(entry, r#"unseen_panics = "warn""#)?);
        } else if key == "levels" {
            self.levels = levels(entry)?;
        } else if key == "kinds" {
            self.kinds = Some(kinds(entry)?);
        } else if key == "max_live" {
            self.max_live = Budgets::read(entry, Measure::MaxLive)?;
        } else if key == "rate" {
            self.rate = Budgets::read(entry, Measure::Rate)?;
        } else if key == "end_processes" {
            self.end_processes = Some(entry.assigned("end_processes = true")?);
        } else if key == "repeat" {
            self.repeat = Some(rounds::read(entry)?);
        } else if key == "cancel" {
            self.cancel = Some(cancel(entry)?);
        } else if key == "cancellable" {
            self.cancellable = Some(entry.by_itself("cancellable")?);
        } else if key == "options" {
            self.options =
                Some(entry.assigned_with(parse_options, "options = path::to::function")?);
        } else {
            let form = r#"crate = "path::to::leakcheck""#;
            let path: LitStr = entry.assigned(form)?;
            path.parse_with(Path::parse_mod_style)
                .map_err(|_| entry.expected(form))?;
            self.library = Some(path);
        }
        Ok(())
    }

    fn hint(&self, key: &str) -> Option<String> {
        Runtime::KEYS.contains(&key).then(|| {
            format!("`{key}` is an argument of the runtime: write it in the `#[tokio::test(..)]` below, or use `#[leakcheck::test(..)]`")
        })
    }
}

/// The strings of an ignore list.
fn patterns(entry: &KeyValue) -> syn::Result<Vec<LitStr>> {
    let form = format!(r#"{0} = "pattern"` or `{0} = ["one", "two"]"#, entry.key);
    let mut errors = Errors::default();
    let patterns = entry.given_with(parse_patterns, &form)?;
    if patterns.is_empty() {
        return Err(entry.expected(&form));
    }
    let patterns = patterns
        .into_iter()
        .filter_map(|pattern| errors.keep(understood(entry, pattern)))
        .collect();
    errors.finish(patterns)
}

/// Refuses a pattern that would match nothing, or not what was meant.
fn understood(entry: &KeyValue, pattern: LitStr) -> syn::Result<LitStr> {
    match rule::mistake(&pattern.value()) {
        Some(mistake) => Err(entry.error(pattern.span(), mistake)),
        None => Ok(pattern),
    }
}

/// A time, as a person writes it.
fn duration(entry: &KeyValue) -> syn::Result<(LitStr, Duration)> {
    let text: LitStr = entry.assigned(&format!(r#"{} = "500ms""#, entry.key))?;
    let Ok(duration) = humantime::parse_duration(&text.value()) else {
        let message = format!(
            r#""{}" is no duration; write one like "500ms", "2s" or "1m 30s""#,
            text.value()
        );
        return Err(entry.error(text.span(), message));
    };
    if duration.is_zero() && entry.key == "timeout" {
        return Err(entry.error(text.span(), "a test cannot end within no time"));
    }
    Ok((text, duration))
}

/// Awaits at which the body is cancelled.
fn cancel(entry: &KeyValue) -> syn::Result<(LitStr, Awaits)> {
    let text: LitStr = entry.assigned(r#"cancel = "each""#)?;
    let awaits = Awaits::read(&text.value()).map_err(|why| entry.error(text.span(), why))?;
    Ok((text, awaits))
}

/// The words of `kinds(..)`, each once.
fn kinds(entry: &KeyValue) -> syn::Result<Vec<Ident>> {
    let mut errors = Errors::default();
    let kinds = entry.words("kinds(tasks, threads)")?;
    for (index, kind) in kinds.iter().enumerate() {
        errors.keep(one_of(entry, kind.span(), &kind.to_string(), &KINDS));
        if kinds[..index].contains(kind) {
            errors.push(entry.error(kind.span(), format_args!("`{kind}` is given twice")));
        }
    }
    errors.finish(kinds)
}

/// A word of [`LEVELS`].
fn level(entry: &KeyValue, form: &str) -> syn::Result<LitStr> {
    let level: LitStr = entry.assigned(form)?;
    one_of(entry, level.span(), &level.value(), &LEVELS)?;
    Ok(level)
}

/// The kinds of `levels(..)`, each once and with its level.
fn levels(entry: &KeyValue) -> syn::Result<Vec<(Ident, LitStr)>> {
    let form = r#"levels(threads = "warn", fds = "off")"#;
    let mut errors = Errors::default();
    let mut levels: Vec<(Ident, LitStr)> = Vec::new();
    for (kind, level) in entry.pairs::<LitStr>(form)? {
        if levels.iter().any(|(other, _)| *other == kind) {
            errors.push(entry.error(kind.span(), format_args!("`{kind}` is given twice")));
        }
        errors.keep(one_of(entry, kind.span(), &kind.to_string(), &KINDS));
        errors.keep(one_of(entry, level.span(), &level.value(), &LEVELS));
        levels.push((kind, level));
    }
    errors.finish(levels)
}

impl ToTokens for Args {
    /// Writes the arguments as a user would, each followed by a comma.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for (name, patterns) in PATTERNS.iter().zip(&self.patterns) {
            let key = Ident::new(name, Span::call_site());
            if !patterns.is_empty() {
                tokens.extend(quote!(#key = [#(#patterns),*],));
            }
        }
        for (name, duration) in DURATIONS.iter().zip(&self.durations) {
            let key = Ident::new(name, Span::call_site());
            if let Some((text, _)) = duration {
                tokens.extend(quote!(#key = #text,));
            }
        }
        if let Some(level) = &self.level {
            tokens.extend(quote!(level = #level,));
        }
        if !self.levels.is_empty() {
            let levels = self.levels.iter();
            let levels = levels.map(|(kind, level)| quote!(#kind = #level));
            tokens.extend(quote!(levels(#(#levels),*),));
        }
        if let Some(level) = &self.unseen_panics {
            tokens.extend(quote!(unseen_panics = #level,));
        }
        if let Some(kinds) = &self.kinds {
            tokens.extend(quote!(kinds(#(#kinds),*),));
        }
        tokens.extend(self.max_live.written(Measure::MaxLive));
        tokens.extend(self.rate.written(Measure::Rate));
        if let Some(end) = &self.end_processes {
            tokens.extend(quote!(end_processes = #end,));
        }
        if let Some((repeat, _)) = &self.repeat {
            tokens.extend(quote!(repeat = #repeat,));
        }
        if let Some((cancel, _)) = &self.cancel {
            tokens.extend(quote!(cancel = #cancel,));
        }
        if let Some(key) = &self.cancellable {
            tokens.extend(quote!(#key,));
        }
        if let Some(options) = &self.options {
            tokens.extend(quote!(options = #options,));
        }
        if let Some(library) = &self.library {
            tokens.extend(quote!(crate = #library,));
        }
    }
}

#[cfg(test)]
mod tests;
