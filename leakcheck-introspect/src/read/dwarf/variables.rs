//! The statics of the program: variables at a fixed place of what is loaded writable. What stands elsewhere never changes, and
//! so holds nothing that was made while the program ran.

use std::sync::Arc;

use gimli::{UnitOffset, constants as c};

use super::{die::Die, image::Image, index::InNamespace, sections::Slice, unit::Unit};

/// A static.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// Namespaces around it: modules, functions, types.
    pub(crate) path: String,
    pub(crate) name: &'static str,
    /// The symbol that the linker knows it by.
    pub(crate) symbol: &'static str,
    pub(crate) ty: Die,
    /// Where it is in the running program, or in what that has of each thread.
    pub(crate) address: u64,
    /// Whether each thread has one of its own.
    pub(crate) is_of_thread: bool,
    pub(crate) file: Option<Arc<str>>,
    pub(crate) line: u32,
}

/// The statics that debug info tells of.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    pub(crate) list: Vec<Variable>,
    /// Whether the debug info of every unit that has any was there.
    pub(crate) is_whole: bool,
}

impl Image {
    /// All statics outside of the standard library: a pass over every unit that has one.
    pub(crate) fn variables(&self) -> Variables {
        let mut variables = Variables {
            list: Vec::new(),
            is_whole: true,
        };
        for number in self.units_with_data() {
            let Some(unit) = self.unit(number) else {
                variables.is_whole = false;
                continue;
            };
            if unit.is_of_toolchain() {
                continue;
            }
            variables.is_whole &= unit.missing.is_none();
            let statics = unit.index().statics.iter();
            let writable = statics.filter(|one| self.is_writable(one.address));
            let found = writable.filter_map(|one| self.variable(unit, *one));
            variables.list.extend(found);
            let of_threads = unit.index().thread_locals.iter();
            let found = of_threads.filter_map(|one| self.variable(unit, *one));
            variables.list.extend(found.map(|one| Variable {
                address: one.address.wrapping_sub(self.program.bias),
                is_of_thread: true,
                ..one
            }));
        }
        variables
    }

    /// Whether the linker has kept a variable of a thread: it leaves those out that nobody uses, and what debug info says of
    /// their places is that of another.
    pub(crate) fn is_linked(&self, variable: &Variable) -> bool {
        let symbol = variable.symbol;
        let found = self.symbols.containing(symbol, |name| name == symbol);
        !symbol.is_empty() && found.iter().any(|(_, at)| *at == variable.address)
    }

    fn is_writable(&self, at: u64) -> bool {
        self.writable.iter().any(|range| range.contains(&at))
    }

    fn variable(&self, unit: &Unit, of: InNamespace) -> Option<Variable> {
        let entry = of.offset as usize;
        let facts = unit.facts_at(entry)?;
        Some(Variable {
            path: unit.joined(unit.index().around_static(of)),
            name: facts.name,
            symbol: unit.symbol_at(entry),
            ty: facts.ty?,
            address: of.address.wrapping_add(self.program.bias),
            is_of_thread: false,
            file: unit.file(facts.file),
            line: facts.line,
        })
    }
}

impl Unit {
    /// Whether it is a part of the standard library as that was delivered: the path of its source begins with a folder of
    /// whoever built it.
    pub(super) fn is_of_toolchain(&self) -> bool {
        let skeleton = self.skeleton.as_ref().map(|skeleton| &skeleton.parsed);
        let unit = skeleton.unwrap_or(&self.parsed);
        let is_delivered =
            |text: Option<Slice>| text.is_some_and(|text| text.slice().starts_with(b"/rustc/"));
        is_delivered(unit.name) || is_delivered(unit.comp_dir)
    }

    /// The symbol of the entry at `offset`.
    fn symbol_at(&self, offset: usize) -> &'static str {
        let entry = self.parsed.entry(UnitOffset(offset)).ok();
        let symbol = entry.and_then(|entry| entry.attr_value(c::DW_AT_linkage_name));
        symbol.map_or("", |symbol| self.text(symbol))
    }
}
