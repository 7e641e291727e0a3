//! The variables that a function declares, each with those that are in scope there.

use gimli::{DebuggingInformationEntry, EntriesTreeNode, UnitOffset, constants as c};

use super::{die::Die, image::Image, sections::Slice, types::Type, unit::Unit};

/// A variable of a function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared {
    pub(crate) name: &'static str,
    pub(crate) ty: Die,
    pub(crate) file: u64,
    pub(crate) line: u32,
    /// Whether it is in scope where the function is at the address that was asked for.
    pub(crate) is_in_scope: bool,
    /// The nearest in whose scope it is.
    around: Option<usize>,
}

/// All variables of a function, outer ones first.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    pub(crate) all: Vec<Declared>,
}

impl Scopes {
    /// Those in whose scope one is, the nearest first.
    pub(crate) fn around(&self, one: &Declared) -> impl Iterator<Item = &Declared> {
        let at = |index: Option<usize>| self.all.get(index?);
        std::iter::successors(at(one.around), move |outer| at(outer.around))
    }
}

impl Image {
    /// The variables of the function that a return address of the running program is inside of; none for those of the standard
    /// library.
    pub(crate) fn scopes(&self, address: u64) -> Option<Scopes> {
        let at = address.wrapping_sub(self.program.bias).checked_sub(1)?;
        let mut units = self.units_at(at);
        let (unit, (_, entry)) = units.find_map(|unit| {
            let known = !unit.is_of_toolchain() && unit.missing.is_none();
            Some((unit, known.then(|| unit.function_around(at))??))
        })?;
        scopes(unit, entry, Some(at))
    }

    /// The variables of a function that resumes this coroutine, whatever its generic arguments are.
    pub(crate) fn scopes_of(&self, coroutine: &Type) -> Option<Scopes> {
        self.find_in_resuming(coroutine, |unit, entry| scopes(unit, entry, None))
    }
}

fn scopes(unit: &Unit, function: usize, at: Option<u64>) -> Option<Scopes> {
    let mut tree = unit.parsed.entries_tree(Some(UnitOffset(function))).ok()?;
    let mut scopes = Scopes::default();
    let outermost = Block {
        depth: 0,
        around: None,
        at,
    };
    collect(unit, tree.root().ok()?, outermost, &mut scopes);
    Some(scopes)
}

/// Code with variables of its own.
#[derive(Clone, Copy)]
struct Block {
    depth: u32,
    /// The nearest variable in whose scope it is.
    around: Option<usize>,
    /// Where the function is, if that is inside.
    at: Option<u64>,
}

impl Block {
    fn inner(self, unit: &Unit, entry: &DebuggingInformationEntry<Slice>) -> Self {
        Self {
            depth: self.depth + 1,
            at: self.at.filter(|at| unit.has_code(entry, *at)),
            ..self
        }
    }
}

/// Adds the variables of a block, and of those in it.
fn collect(unit: &Unit, of: EntriesTreeNode<Slice>, mut block: Block, scopes: &mut Scopes) {
    const DEEPEST: u32 = 64;
    const MOST: usize = 1_000;
    let mut children = of.children();
    while let Ok(Some(child)) = children.next() {
        if block.depth > DEEPEST || scopes.all.len() > MOST {
            return;
        }
        match child.entry().tag() {
            c::DW_TAG_variable | c::DW_TAG_formal_parameter => {
                let facts = unit.facts(child.entry());
                if let Some(ty) = facts.ty {
                    scopes.all.push(Declared {
                        name: facts.name,
                        ty,
                        file: facts.file,
                        line: facts.line,
                        is_in_scope: block.at.is_some(),
                        around: block.around,
                    });
                    block.around = Some(scopes.all.len() - 1);
                }
            }
            c::DW_TAG_lexical_block => {
                let inner = block.inner(unit, child.entry());
                collect(unit, child, inner, scopes);
            }
            _ => {}
        }
    }
}
