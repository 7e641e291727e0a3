//! Functions and vtables by their addresses, functions also by their names.

use std::sync::Arc;

use gimli::{UnitOffset, constants as c};

use super::{
    die::Die,
    image::Image,
    types::{Type, without_arguments},
    unit::Unit,
};
use crate::read::int_hash;

/// Entries that say what they are by another one, in a row.
const MOST_REFERENCES: u32 = 3;

/// A function that has code.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// Generic arguments by the names of their parameters.
    pub(crate) arguments: Vec<(&'static str, Die)>,
    /// Types of its parameters.
    pub(crate) parameters: Vec<Die>,
    pub(crate) unit: &'static Unit,
}

impl Function {
    pub(crate) fn argument(&self, name: &str) -> Option<Die> {
        self.arguments
            .iter()
            .find(|argument| argument.0 == name)
            .map(|argument| argument.1)
    }
}

impl Image {
    /// The function whose code starts at `address`.
    pub(crate) fn function(&self, address: u64) -> Option<Function> {
        let at = address.wrapping_sub(self.program.bias);
        let (unit, offset) = self.function_at(at)?;
        let mut function = Function {
            name: "",
            arguments: Vec::new(),
            parameters: Vec::new(),
            unit,
        };
        self.describe(unit, offset, &mut function, 0);
        Some(function)
    }

    /// The function that a return address of the running program is inside of.
    pub(crate) fn function_of(&self, address: u64) -> Option<Function> {
        let at = address.wrapping_sub(self.program.bias).checked_sub(1)?;
        let start = |unit: &'static Unit| unit.function_around(at).map(|(start, _)| start);
        let start = self.units_at(at).find_map(start)?;
        self.function(start.wrapping_add(self.program.bias))
    }

    /// The file in which the function stands whose code starts at an address of the file.
    pub(super) fn file_of(&self, at: u64) -> Option<Arc<str>> {
        let (mut unit, mut offset) = self.function_at(at)?;
        for _ in 0..MOST_REFERENCES {
            let facts = unit.facts_at(offset)?;
            if facts.file != 0 {
                return unit.file(facts.file);
            }
            let other = facts.other?;
            (unit, offset) = (self.unit(other.unit)?, other.offset);
        }
        None
    }

    /// Unit and entry of the function whose code starts at an address of the file.
    fn function_at(&self, at: u64) -> Option<(&'static Unit, usize)> {
        self.units_at(at)
            .find_map(|unit| Some((unit, unit.index().function(at)?)))
    }

    /// All functions with a name that contains one of `parts` and fits, by their addresses in the running program.
    pub(crate) fn functions_with(
        &self,
        parts: &[&str],
        fits: impl Fn(&str) -> bool,
    ) -> int_hash::Map<u64, &'static str> {
        let mut functions = int_hash::Map::default();
        for part in parts {
            for (place, name) in self.symbols.names(part).filter(|(_, name)| fits(name)) {
                // Without an address it stands in another file.
                for address in self.symbols.addresses(place).filter(|at| *at != 0) {
                    functions.insert(address.wrapping_add(self.program.bias), name);
                }
            }
        }
        functions
    }

    /// Adds what an entry says, and what those say that it refers to: a declaration, the origin of an inlined copy.
    fn describe(&self, unit: &'static Unit, offset: usize, function: &mut Function, depth: u32) {
        let Ok(mut tree) = unit.parsed.entries_tree(Some(UnitOffset(offset))) else {
            return;
        };
        let Ok(root) = tree.root() else { return };
        let facts = unit.facts(root.entry());
        if function.name.is_empty() {
            function.name = facts.name;
        }
        let parameters_are_known = !function.parameters.is_empty();
        let mut children = root.children();
        while let Ok(Some(child)) = children.next() {
            match child.entry().tag() {
                c::DW_TAG_template_type_parameter => {
                    let facts = unit.facts(child.entry());
                    if let Some(ty) = facts.ty
                        && function.argument(facts.name).is_none()
                    {
                        function.arguments.push((facts.name, ty));
                    }
                }
                c::DW_TAG_formal_parameter if !parameters_are_known => {
                    function.parameters.extend(unit.facts(child.entry()).ty);
                }
                _ => {}
            }
        }
        if let Some(other) = facts.other
            && depth < MOST_REFERENCES
            && let Some(unit) = self.unit(other.unit)
        {
            self.describe(unit, other.offset, function, depth + 1);
        }
    }

    /// The type whose vtable lies at `address`.
    pub(crate) fn vtable(&self, address: u64) -> Option<Die> {
        let find = || self.find_vtable(address.wrapping_sub(self.program.bias));
        self.vtables.get(address, find)
    }

    fn find_vtable(&self, at: u64) -> Option<Die> {
        let (unit, offset) = self
            .units_at(at)
            .find_map(|unit| Some((unit, unit.index().vtable(at)?)))
            .or_else(|| self.without_aranges.vtable(&self.units, at))?;
        let table = unit.facts_at(offset)?.ty?;
        self.unit(table.unit)?.facts_at(table.offset)?.other
    }

    /// Lines in `file` on which the function that resumes this coroutine declares variables of these names.
    pub(crate) fn lines_of_variables(
        &self,
        coroutine: &Type,
        variables: &[&str],
        file: &str,
    ) -> Vec<u32> {
        let lines = |unit: &Unit, offset| {
            let lines = lines_in(unit, offset, variables, file);
            (!lines.is_empty()).then_some(lines)
        };
        // Copies for other generic arguments have the same lines.
        self.find_in_resuming(coroutine, lines).unwrap_or_default()
    }

    /// What is `wanted` of a function that resumes this coroutine, by its unit and entry.
    ///
    /// It usually stands in another unit than the type, so that only its symbol leads there.
    pub(super) fn find_in_resuming<T>(
        &self,
        coroutine: &Type,
        wanted: impl Fn(&'static Unit, usize) -> Option<T>,
    ) -> Option<T> {
        let function = without_arguments(coroutine.name).replacen("_env#", "#", 1);
        let mut around = coroutine.path.rsplit("::");
        let named = around.find(|name| !name.starts_with('{'))?;
        let mut seen = Vec::new();
        // Coroutines go by the name of closures. Symbols of the newer kind also name functions after their arguments.
        let is_closure = |symbol: &str| match symbol.strip_prefix("_R") {
            Some(path) => path.trim_start_matches('I').starts_with("NC"),
            None => symbol.contains("closure"),
        };
        let named = format!("{}{named}", named.len());
        for (_, at) in self.symbols.containing(&named, is_closure) {
            for unit in self.units_at(at) {
                let Some(offset) = unit.index().function(at) else {
                    continue;
                };
                let is_it = !seen.contains(&(unit.number, offset))
                    && without_arguments(unit.name_at(offset)) == function
                    && unit.path(offset) == coroutine.path;
                if is_it {
                    seen.push((unit.number, offset));
                    if let Some(found) = wanted(unit, offset) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }
}

/// The lines on which a function declares variables of these names in this file.
fn lines_in(unit: &Unit, function: usize, names: &[&str], file: &str) -> Vec<u32> {
    let mut lines = Vec::new();
    let Ok(mut entries) = unit.parsed.entries_at_offset(UnitOffset(function)) else {
        return lines;
    };
    let mut top = None;
    while let Ok(Some(entry)) = entries.next_dfs() {
        let depth = entry.depth();
        let top = *top.get_or_insert(depth);
        if depth <= top && entry.offset().0 != function {
            break;
        }
        if entry.tag() == c::DW_TAG_variable {
            let facts = unit.facts(entry);
            if names.contains(&facts.name) && unit.file(facts.file).as_deref() == Some(file) {
                lines.push(facts.line);
            }
        }
    }
    lines
}
