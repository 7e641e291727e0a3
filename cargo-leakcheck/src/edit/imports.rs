//! Names under which a module has imported tokio's test attribute.

use std::collections::BTreeMap;

use syn::{Ident, Item, UseTree, spanned::Spanned as _};

/// The imports of a module that matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Imports {
    /// What `tokio::test` is called, and the byte that its `use` begins at.
    tokio: BTreeMap<String, usize>,
    /// Whether all of the parent is there as well.
    has_parent: bool,
}

impl Imports {
    /// Of these items, in a module below one with those imports.
    pub(crate) fn of(items: &[Item], parent: &Self) -> Self {
        let mut imports = Self::default();
        for item in items {
            if let Item::Use(item) = item {
                let at = item.span().byte_range().start;
                imports.add(&item.tree, at, &mut Vec::new());
            }
        }
        if imports.has_parent {
            let inherited = parent.tokio.iter();
            imports
                .tokio
                .extend(inherited.map(|(name, at)| (name.clone(), *at)));
        }
        imports
    }

    /// The begin of the `use` that makes an attribute of this name tokio's.
    pub(crate) fn of_tokio(&self, name: &str) -> Option<usize> {
        self.tokio.get(name).copied()
    }

    fn add(&mut self, tree: &UseTree, at: usize, above: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                above.push(path.ident.to_string());
                self.add(&path.tree, at, above);
                above.pop();
            }
            UseTree::Name(name) => self.name(above, at, &name.ident, &name.ident),
            UseTree::Rename(name) => self.name(above, at, &name.ident, &name.rename),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.add(tree, at, above)),
            UseTree::Glob(_) => self.has_parent |= above == &["super"],
        }
    }

    fn name(&mut self, above: &[String], at: usize, name: &Ident, known: &Ident) {
        if above == ["tokio"] && name == "test" {
            self.tokio.insert(known.to_string(), at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(text: &str) -> Imports {
        let file = syn::parse_file(text).expect("code");
        Imports::of(&file.items, &Imports::default())
    }

    #[test]
    fn names_of_the_attribute_are_proven() {
        assert_eq!(imports("use tokio::test;").of_tokio("test"), Some(0));
        assert_eq!(
            imports("use tokio::{sync, test as async_test};").of_tokio("async_test"),
            Some(0)
        );
        assert_eq!(imports("use tokio::*;").of_tokio("test"), None);
        assert_eq!(imports("use test_log::test;").of_tokio("test"), None);
    }

    #[test]
    fn a_glob_brings_those_of_the_parent() {
        let parent = imports("use tokio::test;");
        let file = syn::parse_file("use super::*;").expect("code");
        assert_eq!(Imports::of(&file.items, &parent).of_tokio("test"), Some(0));
        assert_eq!(Imports::of(&[], &parent).of_tokio("test"), None);
    }
}
