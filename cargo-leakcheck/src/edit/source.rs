//! A source file, read as far as tests go: its modules, its tests, and the files that belong to it.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::{Attribute, Item, ItemFn, ItemMacro, ItemMod, Meta, Visibility, spanned::Spanned as _};

use super::{
    attribute::{self, Role},
    change::Change,
    imports::Imports,
};

/// Above an import that nothing uses any more.
const UNUSED: &str = "#[allow(unused_imports)] ";

/// A place in a file where an attribute can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) byte: usize,
    pub(crate) line: usize,
}

/// Where the attribute comes from that makes a function a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Its name says it.
    Named,
    /// It is tokio's, by an import; these changes write it with its path, and let the import be unused.
    Imported(Vec<Change>),
    /// It was imported, and it is not known from where.
    Unproven,
}

/// What runs the body of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Sync,
    /// An executor, from await to await.
    Async,
}

/// A test function.
#[derive(Clone, Debug)]
pub(crate) struct TestFn {
    pub(crate) name: String,
    /// Before its first attribute that is no `cfg`.
    pub(crate) at: Place,
    /// From its first attribute to its end.
    pub(crate) lines: RangeInclusive<usize>,
    /// Whether it has an attribute of leakcheck's itself.
    pub(crate) is_checked: bool,
    /// Whether it is there for tests only, by its own attributes.
    pub(crate) is_for_tests: bool,
    /// Whether it stands in a macro, where no attribute of a module sees it.
    pub(crate) is_in_macro: bool,
    pub(crate) origin: Origin,
    pub(crate) body: Body,
    /// The crate of another executor that runs it.
    pub(crate) executor: Option<String>,
}

/// A file that a module is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    /// The modules of this file that it is in, and its own name; none where it is included.
    pub(crate) names: Vec<String>,
    /// What its attribute says.
    pub(crate) path: Option<String>,
    pub(crate) is_for_tests: bool,
}

/// A module, or the whole file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Module {
    pub(crate) name: String,
    /// Before its first attribute that is no `cfg`, or itself; a file has no such place, and what is in a macro has none.
    pub(crate) at: Option<Place>,
    pub(crate) is_checked: bool,
    /// Whether it is there for tests only, by its own attributes.
    pub(crate) is_for_tests: bool,
    pub(crate) tests: Vec<TestFn>,
    pub(crate) modules: Vec<Module>,
    pub(crate) files: Vec<Child>,
}

impl Module {
    /// Reads a file; the error is that of its syntax.
    pub(crate) fn of_file(text: &str) -> syn::Result<Self> {
        let code = text.trim_start_matches('\u{feff}');
        let code = match code.strip_prefix("#!") {
            Some(rest) if !rest.trim_start().starts_with('[') => {
                &code[code.find('\n').unwrap_or(code.len())..]
            }
            _ => code,
        };
        let cut = text.len() - code.len();
        let file: syn::File = syn::parse_str(code)?;
        let mut module = Self {
            is_for_tests: file.attrs.iter().any(attribute::is_for_tests),
            ..Self::default()
        };
        let mut reader = Reader {
            cut,
            is_for_tests: module.is_for_tests,
            ..Reader::default()
        };
        reader.items(&mut module, &file.items, &Imports::default());
        Ok(module)
    }

    /// All tests, in the modules of this file as well, each with the path inside of the file.
    pub(crate) fn all_tests(&self) -> Vec<(String, &TestFn)> {
        let own = self.tests.iter().map(|test| (test.name.clone(), test));
        let below = self.modules.iter().flat_map(|module| {
            let tests = module.all_tests().into_iter();
            tests.map(|(name, test)| (format!("{}::{name}", module.name), test))
        });
        own.chain(below).collect()
    }

    /// All files, those of modules inside as well.
    pub(crate) fn all_files(&self) -> Vec<&Child> {
        let below = self.modules.iter().flat_map(Self::all_files);
        self.files.iter().chain(below).collect()
    }
}

/// Where the reader is.
#[derive(Default)]
struct Reader {
    /// The bytes that the parser did not get.
    cut: usize,
    /// The modules above, from the file on.
    names: Vec<String>,
    is_in_macro: bool,
    is_for_tests: bool,
}

impl Reader {
    fn items(&mut self, module: &mut Module, items: &[Item], above: &Imports) {
        let imports = Imports::of(items, above);
        for item in items {
            match item {
                Item::Fn(item) => module.tests.extend(self.test(item, &imports)),
                Item::Mod(item) => self.module(module, item, &imports),
                Item::Macro(item) => self.call(module, item, &imports),
                _ => {}
            }
        }
    }

    fn test(&self, item: &ItemFn, imports: &Imports) -> Option<TestFn> {
        let is_written = |attr: &&Attribute| !attr.path().is_ident("doc");
        let attrs: Vec<&Attribute> = item.attrs.iter().filter(is_written).collect();
        let role = |attr: &Attribute| match Role::of(attr) {
            Role::Other if is_imported(attr, imports) => Role::Test,
            role => role,
        };
        let is = |wanted: Role| attrs.iter().any(|attr| role(attr) == wanted);
        if !is(Role::BareTest) && !is(Role::Test) && !is(Role::Own) {
            return None;
        }
        let is_proven = is(Role::Test);
        Some(TestFn {
            name: item.sig.ident.to_string(),
            at: self.place(active(&item.attrs).map_or(attrs[0].span(), Attribute::span)),
            lines: attrs[0].span().start().line..=item.span().end().line,
            is_checked: is(Role::Own),
            is_for_tests: item.attrs.iter().any(attribute::is_for_tests),
            is_in_macro: self.is_in_macro,
            origin: match item.sig.asyncness {
                Some(_) => self.origin(&attrs, imports, is_proven),
                None => Origin::Named,
            },
            body: match item.sig.asyncness {
                Some(_) => Body::Async,
                None => Body::Sync,
            },
            executor: attrs.iter().find_map(|attr| attribute::executor(attr)),
        })
    }

    /// Where the attribute of an async test comes from; it is proven if another than the bare `test` makes it one.
    fn origin(&self, attrs: &[&Attribute], imports: &Imports, is_proven: bool) -> Origin {
        let is_bare = |attr: &&Attribute| {
            Role::of(attr) == Role::BareTest && matches!(attr.meta, Meta::Path(_))
        };
        let is_unproven = !is_proven && attrs.iter().any(is_bare);
        if let Some(attr) = attrs.iter().find(|attr| is_imported(attr, imports)) {
            Origin::Imported(self.with_path(attr, imports))
        } else if is_unproven {
            Origin::Unproven
        } else {
            Origin::Named
        }
    }

    fn with_path(&self, attr: &Attribute, imports: &Imports) -> Vec<Change> {
        let at = attr.path().span().byte_range();
        let path = Change {
            at: at.start + self.cut..at.end + self.cut,
            text: "tokio::test".to_owned(),
        };
        let import = of_tokio(attr, imports).map(|at| Change::insert(at + self.cut, UNUSED));
        std::iter::once(path).chain(import).collect()
    }

    fn module(&mut self, parent: &mut Module, item: &ItemMod, imports: &Imports) {
        let name = item.ident.to_string().trim_start_matches("r#").to_owned();
        let is_for_tests = item.attrs.iter().any(attribute::is_for_tests);
        let Some((_, items)) = &item.content else {
            let names = self.names.iter().cloned().chain([name]);
            parent.files.push(Child {
                names: names.collect(),
                path: item.attrs.iter().find_map(attribute::path_of),
                is_for_tests: is_for_tests || self.is_for_tests,
            });
            return;
        };
        let head = match &item.vis {
            Visibility::Inherited => item.mod_token.span,
            vis => vis.span(),
        };
        let first = active(&item.attrs);
        let mut module = Module {
            at: (!self.is_in_macro).then(|| self.place(first.map_or(head, Attribute::span))),
            is_checked: item.attrs.iter().any(|attr| Role::of(attr) == Role::Own),
            is_for_tests,
            ..Module::default()
        };
        let path = item.attrs.iter().find_map(attribute::path_of);
        let outer = self.is_for_tests;
        self.is_for_tests |= is_for_tests;
        self.names.push(path.unwrap_or_else(|| name.clone()));
        self.items(&mut module, items, imports);
        self.names.pop();
        self.is_for_tests = outer;
        module.name = name;
        parent.modules.push(module);
    }

    fn call(&mut self, module: &mut Module, item: &ItemMacro, imports: &Imports) {
        if item.ident.is_some() {
            return; // It is defined here, and used elsewhere.
        }
        if item.mac.path.is_ident("include") {
            module.files.extend(
                attribute::literal(item.mac.tokens.clone()).map(|path| Child {
                    names: Vec::new(),
                    path: Some(path),
                    is_for_tests: self.is_for_tests,
                }),
            );
            return;
        }
        let outer = std::mem::replace(&mut self.is_in_macro, true);
        self.tokens(module, item.mac.tokens.clone(), imports);
        self.is_in_macro = outer;
    }

    /// Reads what is given to a macro: items, or groups of them.
    fn tokens(&mut self, module: &mut Module, tokens: TokenStream, imports: &Imports) {
        if let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) {
            self.items(module, &file.items, imports);
            return;
        }
        for token in tokens {
            if let TokenTree::Group(group) = token
                && group.delimiter() == Delimiter::Brace
            {
                self.tokens(module, group.stream(), imports);
            }
        }
    }

    fn place(&self, span: Span) -> Place {
        Place {
            byte: span.byte_range().start + self.cut,
            line: span.start().line,
        }
    }
}

/// The first attribute that is neither documentation nor a condition.
fn active(attrs: &[Attribute]) -> Option<&Attribute> {
    let is_active =
        |attr: &&Attribute| !attr.path().is_ident("doc") && !attr.path().is_ident("cfg");
    attrs.iter().find(is_active)
}

/// Whether it is tokio's attribute under a name of its own.
fn is_imported(attr: &Attribute, imports: &Imports) -> bool {
    of_tokio(attr, imports).is_some()
}

/// The begin of the `use` that says so.
fn of_tokio(attr: &Attribute, imports: &Imports) -> Option<usize> {
    let name = attr.path().get_ident()?;
    imports.of_tokio(&name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::apply;

    /// The tests of a file, each with the text that follows its place.
    fn tests(text: &str) -> Vec<String> {
        let module = Module::of_file(text).expect("code");
        let shown = |(name, test): (String, &TestFn)| {
            let rest = text[test.at.byte..].lines().next().unwrap_or_default();
            let (at, end) = (test.at.line, test.lines.end());
            format!("{name} {at}-{end} {rest}")
        };
        module.all_tests().into_iter().map(shown).collect()
    }

    #[test]
    fn a_test_begins_with_its_first_attribute_that_is_no_condition() {
        let text = "\u{feff}/// It works.\n#[cfg(unix)] #[test]\nfn a() {\n}\r\n#[tokio::test] async fn ü() {}\nfn no() {}\n";
        assert_eq!(
            tests(text),
            ["a 2-4 #[test]", "ü 5-5 #[tokio::test] async fn ü() {}"]
        );
        let script = "#!/usr/bin/env run\n#[test] fn a() {}\n";
        assert_eq!(tests(script), ["a 2-2 #[test] fn a() {}"]);
    }

    #[test]
    fn tests_of_modules_and_macros_are_found() {
        let text = "
mod a { mod b { #[rstest] #[case(1)] fn c(#[case] n: u8) {} } }
cfg_rt! { #[test] fn d() {} }
cfg_if! { if #[cfg(unix)] { #[test] fn e() {} } else { mod f; } }
proptest! { #[test] fn g(n in 0..9) { assert!(true) } }
macro_rules! tests { () => { #[test] fn h() {} } }
";
        let names: Vec<String> = tests(text)
            .iter()
            .map(|test| test[..test.find(' ').expect("words")].to_owned())
            .collect();
        assert_eq!(names, ["d", "e", "a::b::c"]);
        let module = Module::of_file(text).expect("code");
        assert_eq!(module.all_files().len(), 1);
        assert!(module.tests[0].is_in_macro);
    }

    #[test]
    fn an_imported_attribute_gets_its_path() {
        let text = "mod a { use tokio::test; #[test] async fn b() {} #[test] fn c() {} }\n#[test] async fn d() {}";
        let module = Module::of_file(text).expect("code");
        let tests = module.all_tests();
        let changes: Vec<Change> = tests
            .iter()
            .flat_map(|(_, test)| match &test.origin {
                Origin::Imported(changes) => changes.clone(),
                _ => Vec::new(),
            })
            .collect();
        let expected = text
            .replace("#[test] async fn b", "#[tokio::test] async fn b")
            .replace("use tokio::test;", &format!("{UNUSED}use tokio::test;"));
        assert_eq!(apply(text, &changes), expected);
        let unproven: Vec<&str> = tests
            .iter()
            .filter(|(_, test)| test.origin == Origin::Unproven)
            .map(|(name, _)| &**name)
            .collect();
        assert_eq!(unproven, ["d"]);
    }

    #[test]
    fn what_is_checked_is_known() {
        let text = "#[leak_checked] mod a { #[test] fn b() {} }\n#[leakcheck::test] fn c() {}";
        let module = Module::of_file(text).expect("code");
        assert!(module.modules[0].is_checked && module.tests[0].is_checked);
        assert!(!module.modules[0].tests[0].is_checked);
    }

    #[test]
    fn files_are_named_with_the_modules_around_them() {
        let text = "#[cfg(test)] mod a { mod b; #[path = \"x.rs\"] mod c; } include!(\"d.rs\");";
        let module = Module::of_file(text).expect("code");
        let files = module.all_files();
        let shown: Vec<String> = files
            .iter()
            .map(|child| {
                format!(
                    "{} {:?} {}",
                    child.names.join("/"),
                    child.path,
                    child.is_for_tests
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                " Some(\"d.rs\") false",
                "a/b None true",
                "a/c Some(\"x.rs\") true"
            ]
        );
    }
}
