//! The arguments of `#[tokio::test(..)]`, and the runtime they ask for.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{LitBool, LitInt, LitStr, Path};

use crate::errors::Errors;
use crate::key_value::{KeyValue, Table, fill};
use leakcheck_report::suggest::{listed, suggestion};

/// The flavors, by the names that tokio gives them.
const FLAVORS: [&str; 3] = ["current_thread", "multi_thread", "local"];

/// What the runtime does when a task panics, with the variants the words stand for.
const UNHANDLED_PANICS: [&str; 2] = ["ignore", "shutdown_runtime"];

/// One argument as the user wrote it.
#[derive(Clone)]
struct Given<T> {
    /// Where mistakes are shown.
    key: Ident,
    /// What follows the `=`.
    value: T,
}

impl<T> Given<T> {
    /// Notes what `entry` says.
    fn set(slot: &mut Option<Self>, entry: &KeyValue, value: T) {
        *slot = Some(Self {
            key: entry.key.clone(),
            value,
        });
    }
}

impl<T: ToTokens> Given<T> {
    /// Calls the builder's method of the same name; if this tokio has none, the error is shown at the key.
    fn setting(&self) -> TokenStream {
        let Self { key, value } = self;
        quote_spanned!(Span::mixed_site()=> builder.#key(#value);)
    }
}

/// The runtime a test asks for; nothing is said about what was left out.
#[derive(Clone, Default)]
pub(crate) struct Runtime {
    /// One of [`FLAVORS`].
    flavor: Option<Given<LitStr>>,
    /// How many threads; never zero.
    worker_threads: Option<Given<LitInt>>,
    /// Whether the clock stands still.
    start_paused: Option<Given<LitBool>>,
    /// One of [`UNHANDLED_PANICS`].
    unhandled_panic: Option<Given<LitStr>>,
    /// The runtime's name.
    name: Option<Given<LitStr>>,
}

impl Runtime {
    /// Keys that only concern the runtime; `crate` is one of everybody's.
    pub(crate) const KEYS: [&str; 5] = [
        "flavor",
        "worker_threads",
        "start_paused",
        "unhandled_panic",
        "name",
    ];

    /// Reads the arguments of `#[tokio::test(..)]`.
    pub(crate) fn of_tokio(args: TokenStream) -> syn::Result<Self> {
        let mut runtime = Self::default();
        fill("#[tokio::test]", args, &mut [&mut runtime])?;
        runtime.check("tokio::test")?;
        Ok(runtime)
    }

    /// Refuses what the flavor cannot do.
    pub(crate) fn check(&self, attribute: &str) -> syn::Result<()> {
        let mut errors = Errors::default();
        let mut refuse = |key: &Ident, flavor: &str| {
            errors.at(
                key.span(),
                format!(
                    "`{key}` needs the `{flavor}` flavor: `#[{attribute}(flavor = \"{flavor}\")]`"
                ),
            );
        };
        if self.flavor_is("multi_thread") {
            self.start_paused
                .iter()
                .for_each(|given| refuse(&given.key, "current_thread"));
            self.unhandled_panic
                .iter()
                .for_each(|given| refuse(&given.key, "current_thread"));
        } else {
            self.worker_threads
                .iter()
                .for_each(|given| refuse(&given.key, "multi_thread"));
        }
        errors.finish(())
    }

    /// Refuses every argument, on a function that has no runtime.
    pub(crate) fn refuse_on_sync(&self) -> syn::Result<()> {
        match self.to_token_stream().into_iter().next() {
            Some(key) => Err(syn::Error::new(
                key.span(),
                format!("`{key}` is about the runtime, which only an `async fn` has"),
            )),
            None => Ok(()),
        }
    }

    /// Whether this is the flavor asked for.
    fn flavor_is(&self, name: &str) -> bool {
        self.flavor
            .as_ref()
            .is_some_and(|given| given.value.value() == name)
    }

    /// The expression that coerces to a `BuildRuntime`.
    pub(crate) fn build(&self, library: &Path) -> TokenStream {
        let span = Span::mixed_site();
        let tokio = quote_spanned!(span=> #library::__private::tokio);
        let new = if self.flavor_is("multi_thread") {
            quote_spanned!(span=> new_multi_thread)
        } else {
            quote_spanned!(span=> new_current_thread)
        };
        let reaction = self.unhandled_panic.as_ref().map(|Given { key, value }| {
            let variant = if value.value() == "ignore" {
                quote_spanned!(span=> Ignore)
            } else {
                quote_spanned!(span=> ShutdownRuntime)
            };
            quote_spanned!(span=> builder.#key(#tokio::runtime::UnhandledPanic::#variant);)
        });
        let threads = self.worker_threads.as_ref().map(Given::setting);
        let clock = self.start_paused.as_ref().map(Given::setting);
        let name = self.name.as_ref().map(Given::setting);
        let finish = if self.flavor_is("local") {
            build_local(library, &tokio)
        } else {
            quote_spanned!(span=> builder.build().map(#library::__private::boxed))
        };
        quote_spanned! {span=>
            |prepare| {
                let mut builder = #tokio::runtime::Builder::#new();
                builder.enable_all();
                #threads #clock #reaction #name
                prepare(&mut builder);
                #finish
            }
        }
    }
}

/// Builds a `LocalRuntime`, which only the user's tokio may know: the library itself must do with an older one.
fn build_local(library: &Path, tokio: &TokenStream) -> TokenStream {
    quote_spanned! {Span::mixed_site()=>
        struct Local(#tokio::runtime::LocalRuntime);
        impl #library::__private::TestRuntime for Local {
            fn handle(&self) -> &#tokio::runtime::Handle {
                self.0.handle()
            }
            fn block_on(
                &self,
                future: ::core::pin::Pin<&mut dyn ::core::future::Future<Output = ()>>,
            ) {
                self.0.block_on(future)
            }
            fn shutdown(
                self: ::std::boxed::Box<Self>,
                limit: ::core::time::Duration,
            ) -> #library::__private::Stop {
                self.0.shutdown_timeout(limit);
                #library::__private::Stop::Done
            }
        }
        match builder.build_local(::core::default::Default::default()) {
            ::core::result::Result::Ok(runtime) => ::core::result::Result::Ok(::std::boxed::Box::new(Local(runtime))),
            ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
        }
    }
}

/// A string that is one of `valid`.
fn one_of(entry: &KeyValue, valid: &[&str]) -> syn::Result<LitStr> {
    let form = format!("{} = \"{}\"", entry.key, valid[0]);
    let word: LitStr = entry.assigned(&form)?;
    let value = word.value();
    if valid.contains(&value.as_str()) {
        return Ok(word);
    }
    if let Some(flavor) = renamed_flavor(&value) {
        return Err(entry.error(
            word.span(),
            format_args!("`{value}` is now called `{flavor}`"),
        ));
    }
    let (meant, valid) = (
        suggestion(&value, valid.iter().copied()),
        listed(valid.iter().copied()),
    );
    Err(entry.error(
        word.span(),
        format_args!("unknown word `{value}`{meant}\nexpected one of: {valid}"),
    ))
}

/// A number of threads.
fn threads(entry: &KeyValue) -> syn::Result<LitInt> {
    let form = "worker_threads = 2";
    let threads: LitInt = entry.assigned(form)?;
    match threads.base10_parse::<usize>() {
        Ok(0) => Err(entry.error(threads.span(), "a runtime cannot do with no thread")),
        Ok(_) => Ok(threads),
        Err(_) => Err(entry.expected(form)),
    }
}

/// The present name of a flavor that tokio has renamed.
fn renamed_flavor(old: &str) -> Option<&'static str> {
    match old {
        "basic_scheduler" | "single_thread" | "single_threaded" => Some("current_thread"),
        "threaded_scheduler" => Some("multi_thread"),
        _ => None,
    }
}

impl Table for Runtime {
    fn keys(&self) -> &'static [&'static str] {
        &[
            "flavor",
            "worker_threads",
            "start_paused",
            "unhandled_panic",
            "name",
            "crate",
        ]
    }

    fn store(&mut self, entry: &KeyValue) -> syn::Result<()> {
        match entry.key.to_string().as_str() {
            "flavor" => Given::set(&mut self.flavor, entry, one_of(entry, &FLAVORS)?),
            "worker_threads" => Given::set(&mut self.worker_threads, entry, threads(entry)?),
            "start_paused" => {
                Given::set(
                    &mut self.start_paused,
                    entry,
                    entry.assigned("start_paused = true")?,
                );
            }
            "unhandled_panic" => {
                Given::set(
                    &mut self.unhandled_panic,
                    entry,
                    one_of(entry, &UNHANDLED_PANICS)?,
                );
            }
            "name" => Given::set(&mut self.name, entry, entry.string(r#"name = "a name""#)?),
            // The tokio that generated code uses is the library's own.
            _ => _ = entry.string(r#"crate = "path::to::tokio""#)?,
        }
        Ok(())
    }

    fn hint(&self, key: &str) -> Option<String> {
        let flavor = FLAVORS
            .into_iter()
            .find(|flavor| *flavor == key)
            .or_else(|| renamed_flavor(key));
        match key {
            "core_threads" => Some("`core_threads` is now called `worker_threads`".into()),
            _ => flavor.map(|flavor| format!("write it as `flavor = \"{flavor}\"`")),
        }
    }
}

impl<T: ToTokens> ToTokens for Given<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { key, value } = self;
        tokens.extend(quote!(#key = #value,));
    }
}

impl ToTokens for Runtime {
    /// Writes the arguments as a user would, each followed by a comma.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            flavor,
            worker_threads,
            start_paused,
            unhandled_panic,
            name,
        } = self;
        tokens.extend(quote!(#flavor #worker_threads #start_paused #unhandled_panic #name));
    }
}

#[cfg(test)]
mod tests;
