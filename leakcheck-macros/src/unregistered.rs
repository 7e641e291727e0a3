//! Tests without an attribute of ours, which the compiler removes where the language's harness is missing.
//!
//! They are looked for in the source, from the file in which `main!` stands. What is behind a condition, a macro or a
//! `#[path]` is passed over: nothing is claimed of it.

use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens as _;
use syn::{Attribute, Item};

use crate::attr::Role;

/// A test that would not be run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unregistered {
    /// As the harness names it.
    pub(crate) name: String,
    /// Whether it is ignored.
    pub(crate) ignored: bool,
}

/// Where items stand.
struct Place {
    /// Path of the module, each segment with `::` behind it.
    module: String,
    /// The folder of the files of its modules.
    folder: PathBuf,
}

/// The tests in `source`, the file of a crate's root, and in the files of its modules; none of a file that is not Rust.
pub(crate) fn in_crate(file: &Path, source: &str, library: &syn::Path) -> Vec<Unregistered> {
    let mut found = Vec::new();
    let place = Place {
        module: String::new(),
        folder: file.parent().map(Path::to_path_buf).unwrap_or_default(),
    };
    if let Ok(file) = syn::parse_file(source) {
        search(&file.items, &place, library, &mut found);
    }
    found
}

fn search(items: &[Item], place: &Place, library: &syn::Path, found: &mut Vec<Unregistered>) {
    for item in items {
        match item {
            Item::Fn(test) if is_unregistered(&test.attrs, library) => found.push(Unregistered {
                name: format!("{}{}", place.module, test.sig.ident),
                ignored: test.attrs.iter().any(|attr| attr.path().is_ident("ignore")),
            }),
            Item::Mod(module) if is_plain(&module.attrs, library) => {
                let name = module.ident.to_string();
                let inner = Place {
                    module: format!("{}{name}::", place.module),
                    folder: place.folder.join(name.trim_start_matches("r#")),
                };
                match &module.content {
                    Some((_, items)) => search(items, &inner, library, found),
                    None => search(&read(&inner.folder), &inner, library, found),
                }
            }
            _ => {}
        }
    }
}

/// The items of a module in a file of its own; none where it is not found.
fn read(folder: &Path) -> Vec<Item> {
    let files = [folder.with_extension("rs"), folder.join("mod.rs")];
    let source = files.iter().find_map(|file| fs::read_to_string(file).ok());
    let parsed = source.and_then(|source| syn::parse_file(&source).ok());
    let ours = |file: &syn::File| is_plain(&file.attrs, &syn::parse_quote!(leakcheck));
    parsed.filter(ours).map_or_else(Vec::new, |file| file.items)
}

/// Whether a function is certainly a test, and none of ours.
fn is_unregistered(attrs: &[Attribute], library: &syn::Path) -> bool {
    is_plain(attrs, library) && attrs.iter().any(|attr| Role::makes_test(attr, library))
}

/// Whether what is below the attributes certainly exists, without an attribute of ours.
fn is_plain(attrs: &[Attribute], library: &syn::Path) -> bool {
    let test: Attribute = syn::parse_quote!(#[cfg(test)]);
    let written = |attr: &Attribute| attr.to_token_stream().to_string();
    attrs.iter().all(|attr| {
        let is_condition = ["cfg", "cfg_attr", "path"]
            .iter()
            .any(|name| attr.path().is_ident(name));
        let role = Role::of(attr, library);
        let is_ours = matches!(role, Role::LeakChecked | Role::LeakcheckTest);
        !is_ours && (!is_condition || written(attr) == written(&test))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_source(file: &Path, source: &str) -> Vec<String> {
        let found = in_crate(file, source, &syn::parse_quote!(leakcheck));
        let shown = |found: Unregistered| {
            if found.ignored {
                format!("{} (ignored)", found.name)
            } else {
                found.name
            }
        };
        found.into_iter().map(shown).collect()
    }

    #[test]
    fn tests_without_an_attribute_are_found() {
        let source = "
            #![forbid(unsafe_code)]
            leakcheck::main!();
            #[test] fn at_the_root() {}
            #[leakcheck::leak_checked] #[test] fn checked() {}
            #[leakcheck::test] fn ours() {}
            fn no_test() {}
            #[cfg(test)]
            mod inner {
                #[tokio::test] #[ignore = \"slow\"] async fn in_tokio() {}
                mod r#match { #[rstest] fn cases() {} }
            }
            #[leak_checked] mod checked_as_a_whole { #[test] fn one() {} }
        ";
        let expected = [
            "at_the_root",
            "inner::in_tokio (ignored)",
            "inner::r#match::cases",
        ];
        assert_eq!(in_source(Path::new("tests/root.rs"), source), expected);
    }

    #[test]
    fn nothing_is_claimed_of_what_may_not_exist() {
        let source = "
            #[test] #[cfg(windows)] fn elsewhere() {}
            #[cfg_attr(windows, test)] fn perhaps() {}
            #[cfg(windows)] mod elsewhere { #[test] fn one() {} }
            #[path = \"other.rs\"] mod other;
            mod no_such_file;
        ";
        assert_eq!(in_source(Path::new("tests/root.rs"), source), [""; 0]);
        assert_eq!(in_source(Path::new("tests/root.rs"), "no rust {"), [""; 0]);
    }

    #[test]
    fn files_of_modules_are_searched() {
        // This very file, seen from the root of this crate.
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
        let found = in_source(&root, "mod unregistered;");
        assert!(found.contains(&"unregistered::tests::files_of_modules_are_searched".to_owned()));
    }
}
