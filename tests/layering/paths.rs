//! The paths that code names: in `use`, in expressions, types and patterns, and in what is given to macros.
//!
//! The call of a method is none: only its type could say where it is defined.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::{
    ImplItem, Item, ItemMacro, ItemMod, ItemUse, Macro, Path, UseTree, Visibility,
    visit::{self, Visit},
};

use crate::{attributes, sources::Part};

/// What a `use` brings into its module.
pub(crate) struct Import {
    /// The name that it has there; none for all names of a module.
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
}

/// The paths of one module, those of the modules inside of it aside.
#[derive(Default)]
pub(crate) struct Paths {
    pub(crate) named: Vec<Vec<String>>,
    /// What looks like a path where a macro decides what it is.
    pub(crate) guessed: Vec<Vec<String>>,
    /// Macros that are called without a path.
    pub(crate) called: Vec<String>,
    pub(crate) imports: Vec<Import>,
}

impl Paths {
    pub(crate) fn of<'a>(items: impl Iterator<Item = &'a Item>, part: Part) -> Self {
        let mut reader = Reader {
            paths: Self::default(),
            part,
        };
        for item in items {
            reader.visit_item(item);
        }
        reader.paths
    }

    fn import(&mut self, tree: &UseTree) {
        let mut imports = Vec::new();
        branches(tree, &mut Vec::new(), &mut imports);
        let paths = imports.iter().map(|import| import.path.clone());
        self.named.extend(paths);
        self.imports.extend(imports);
    }

    /// Reads what looks like a path in tokens that have no syntax of their own, if `counts` its first segment.
    fn read(&mut self, tokens: TokenStream, counts: fn(&str) -> bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let TokenTree::Group(group) = &tokens[at] {
                self.read(group.stream(), counts);
            }
            let length = path_length(&tokens[at..]);
            let begins = length > 1 && begins_a_path(&tokens[..at]);
            if begins && counts(&tokens[at].to_string()) {
                let path = tokens[at..at + length].iter().cloned().collect();
                let mut imports = Vec::new();
                if let Ok(tree) = syn::parse2(path) {
                    branches(&tree, &mut Vec::new(), &mut imports);
                }
                self.guessed
                    .extend(imports.into_iter().map(|import| import.path));
            }
            at += length.max(1);
        }
    }
}

/// Reads items.
struct Reader {
    paths: Paths,
    part: Part,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if self.part.has(attributes::of_item(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if self.part.has(attributes::of_impl_item(item)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.paths.import(&item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            self.paths
                .named
                .push(segments.map(|segment| plain(&segment.ident)).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if item.ident.is_some() {
            // Other paths mean what they mean where the macro is called.
            self.paths
                .read(item.mac.tokens.clone(), |first| first == "crate");
        } else {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.paths
            .called
            .extend(called.path.get_ident().iter().map(|name| plain(name)));
        self.visit_path(&called.path);
        self.paths.read(called.tokens.clone(), |_| true);
    }
}

/// The names of a `use`, each with its path.
fn branches(tree: &UseTree, above: &mut Vec<String>, imports: &mut Vec<Import>) {
    let mut import = |name: Option<String>, last: Option<String>| {
        let path = above.iter().cloned().chain(last).collect();
        imports.push(Import { name, path });
    };
    match tree {
        UseTree::Path(path) => {
            above.push(plain(&path.ident));
            branches(&path.tree, above, imports);
            above.pop();
        }
        UseTree::Name(name) if name.ident == "self" && !above.is_empty() => {
            import(above.last().cloned(), None);
        }
        UseTree::Name(name) => import(Some(plain(&name.ident)), Some(plain(&name.ident))),
        UseTree::Rename(name) if name.ident == "self" => import(Some(plain(&name.rename)), None),
        UseTree::Rename(name) => import(Some(plain(&name.rename)), Some(plain(&name.ident))),
        UseTree::Glob(_) => import(None, None),
        UseTree::Group(group) => {
            for tree in &group.items {
                branches(tree, above, imports);
            }
        }
    }
}

/// An identifier without the prefix of a raw one.
pub(crate) fn plain(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

/// How many tokens belong to the path that stands here, with the brace group at its end.
fn path_length(tokens: &[TokenTree]) -> usize {
    let mut length = 0;
    loop {
        match tokens.get(length) {
            Some(TokenTree::Ident(_)) => length += 1,
            Some(TokenTree::Group(group))
                if length > 0 && group.delimiter() == Delimiter::Brace =>
            {
                return length + 1;
            }
            // What follows the colons is no part of the path, as in a call with its types.
            _ => return length.saturating_sub(2),
        }
        if !is_colons(&tokens[length..]) {
            return length;
        }
        length += 2;
    }
}

/// Whether a path can begin behind these tokens.
fn begins_a_path(before: &[TokenTree]) -> bool {
    let is_global = before.len() > 1 && is_colons(&before[before.len() - 2..]);
    let bears = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if "$#.'".contains(punct.as_char()));
    !is_global && !before.last().is_some_and(bears)
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Punct(first), TokenTree::Punct(second), ..] = tokens else {
        return false;
    };
    first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':'
}
