//! `leakcheck::main!(..)`: the `main` of a test target without the language's harness.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{LitStr, Path, parse_quote_spanned};

use crate::key_value::{KeyValue, Table, fill};
use crate::unregistered::{self, Unregistered};
use leakcheck_report::suggest::{listed, suggestion};

/// The hooks; each key is also the name of the method it calls.
const HOOKS: [(&str, &str); 4] = [
    ("options", "options = path::to::function"),
    ("set_up", "set_up = path::to::function"),
    ("tear_down", "tear_down = path::to::function"),
    ("clean_up", "clean_up = path::to::function"),
];

/// Words of `check`, with the variants they stand for.
const WHEN: [(&str, &str); 2] = [("passed", "Passed"), ("always", "Always")];

/// What the suite asks for.
#[derive(Default)]
struct Suite {
    /// One for each of [`HOOKS`].
    hooks: [Option<Path>; 4],
    /// A variant of [`WHEN`].
    when: Option<Ident>,
    /// Where this library is found, if not at `::leakcheck`.
    library: Option<Path>,
}

/// Expands `leakcheck::main!(args)`.
///
/// `root` is the file in which it stands, where that is known.
pub(crate) fn expand(args: TokenStream, root: Option<&std::path::Path>) -> TokenStream {
    let mut suite = Suite::default();
    if let Err(error) = fill("leakcheck::main!", args, &mut [&mut suite]) {
        let error = error.to_compile_error();
        // Without a `main` there would be a second error.
        return quote!(#error fn main() {});
    }
    let span = Span::mixed_site();
    let library = suite
        .library
        .unwrap_or_else(|| parse_quote_spanned!(span=> ::leakcheck));
    let hooks = HOOKS
        .iter()
        .zip(&suite.hooks)
        .filter_map(|((key, _), hook)| {
            let (method, hook) = (Ident::new(key, span), hook.as_ref()?);
            Some(quote_spanned!(span=> .#method(#hook)))
        });
    let when = suite.when.iter();
    let source = root.and_then(|root| Some((root, std::fs::read_to_string(root).ok()?)));
    let unregistered = source.map_or_else(Vec::new, |(root, source)| {
        unregistered::in_crate(root, &source, &library)
    });
    let unregistered = unregistered
        .iter()
        .map(|Unregistered { name, ignored }| quote!((#name, #ignored)));
    quote_spanned! {span=>
        #library::__private::main! {
            #library::__private::Suite::new(#library::__private::BinarySite {
                package: ::core::option_env!("CARGO_PKG_NAME"),
                manifest_dir: ::core::option_env!("CARGO_MANIFEST_DIR"),
                module: ::core::module_path!(),
                file: ::core::file!(),
                line: ::core::line!(),
            })
            #(#hooks)*
            #(.check(#library::__private::When::#when))*
            .missed(&[#(#unregistered),*])
        }
    }
}

impl Table for Suite {
    fn keys(&self) -> &'static [&'static str] {
        &[
            "options",
            "set_up",
            "tear_down",
            "clean_up",
            "check",
            "crate",
        ]
    }

    fn store(&mut self, entry: &KeyValue) -> syn::Result<()> {
        let key = entry.key.to_string();
        if let Some(index) = HOOKS.iter().position(|(name, _)| *name == key) {
            self.hooks[index] = Some(entry.assigned_with(Path::parse_mod_style, HOOKS[index].1)?);
        } else if key == "check" {
            self.when = Some(when(entry)?);
        } else {
            let form = r#"crate = "path::to::leakcheck""#;
            let path: LitStr = entry.assigned(form)?;
            let path = path.parse_with(Path::parse_mod_style);
            self.library = Some(path.map_err(|_| entry.expected(form))?);
        }
        Ok(())
    }

    fn hint(&self, key: &str) -> Option<String> {
        matches!(
            key,
            "settle" | "timeout" | "level" | "levels" | "kinds" | "max_live" | "rate"
        )
        .then(|| format!("`{key}` is said by the function of `options = ..`, as `Options::{key}`"))
    }
}

/// When the process is checked.
fn when(entry: &KeyValue) -> syn::Result<Ident> {
    let word: LitStr = entry.assigned(r#"check = "passed""#)?;
    let text = word.value();
    let words = || WHEN.iter().map(|(word, _)| *word);
    let Some((_, variant)) = WHEN.iter().find(|(known, _)| *known == text) else {
        let (meant, words) = (suggestion(&text, words()), listed(words()));
        let message = format!("unknown word `{text}`{meant}\nexpected one of: {words}");
        return Err(entry.error(word.span(), message));
    };
    Ok(Ident::new(variant, Span::mixed_site()))
}
