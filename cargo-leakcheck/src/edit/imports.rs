//! Names under which a module has imported tokio's test attribute.

use std::collections::BTreeSet;

use syn::{Item, UseTree};

/// The imports of a module that matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Imports {
    /// What `tokio::test` is called.
    tokio: BTreeSet<String>,
    /// Whether `test` is something else that was imported by name.
    has_other_test: bool,
    /// Whether all of the parent is there as well.
    has_parent: bool,
}

impl Imports {
    /// Of these items, in a module below one with those imports.
    pub(crate) fn of(items: &[Item], parent: &Self) -> Self {
        let mut imports = Self::default();
        for item in items {
            if let Item::Use(item) = item {
                imports.add(&item.tree, &mut Vec::new());
            }
        }
        if imports.has_parent {
            imports.tokio.extend(parent.tokio.iter().cloned());
            imports.has_other_test |= parent.has_other_test;
        }
        imports
    }

    /// Whether an attribute of this name is tokio's.
    pub(crate) fn is_tokio(&self, name: &str) -> bool {
        self.tokio.contains(name)
    }

    /// Whether `#[test]` is an attribute of another crate.
    pub(crate) fn has_other_test(&self) -> bool {
        self.has_other_test
    }

    fn add(&mut self, tree: &UseTree, above: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                above.push(path.ident.to_string());
                self.add(&path.tree, above);
                above.pop();
            }
            UseTree::Name(name) => self.name(above, &name.ident.to_string(), None),
            UseTree::Rename(name) => {
                let rename = name.rename.to_string();
                self.name(above, &name.ident.to_string(), Some(rename));
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, above)),
            UseTree::Glob(_) => self.has_parent |= above == &["super"],
        }
    }

    fn name(&mut self, above: &[String], name: &str, rename: Option<String>) {
        let known = rename.unwrap_or_else(|| name.to_owned());
        if above == ["tokio"] && name == "test" {
            self.tokio.insert(known);
        } else if known == "test" {
            self.has_other_test = true;
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
        assert!(imports("use tokio::test;").is_tokio("test"));
        assert!(imports("use tokio::{sync, test as async_test};").is_tokio("async_test"));
        assert!(!imports("use tokio::*;").is_tokio("test"));
        let other = imports("use test_log::test;");
        assert!(!other.is_tokio("test") && other.has_other_test());
    }

    #[test]
    fn a_glob_brings_those_of_the_parent() {
        let parent = imports("use tokio::test;");
        let file = syn::parse_file("use super::*;").expect("code");
        assert!(Imports::of(&file.items, &parent).is_tokio("test"));
        assert!(!Imports::of(&[], &parent).is_tokio("test"));
    }
}
