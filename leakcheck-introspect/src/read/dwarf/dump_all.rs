//! Looks at all there is in an image, for hostile images.

use std::collections::HashSet;

use super::{die::Die, image::Image, types::Type};

/// What was found. Most of what stands in a small image is; all bounds are there for large ones.
#[derive(Debug, Default)]
pub(crate) struct Dump {
    pub(crate) functions: usize,
    /// Functions that were found by their symbols.
    pub(crate) symbols: usize,
    pub(crate) vtables: usize,
    /// Functions with the lines of their code.
    pub(crate) calls: usize,
    pub(crate) types: Vec<&'static Type>,
}

const MOST_UNITS: u32 = 32;
const MOST_ADDRESSES: usize = 256;
const MOST_TYPES: usize = 1024;

impl Image {
    pub(crate) fn dump_all(&self) -> Dump {
        let mut seen = Dump::default();
        let mut open: Vec<Die> = Vec::new();
        for unit in (0..self.len().min(MOST_UNITS)).filter_map(|number| self.unit(number)) {
            let index = unit.index();
            let bias = self.program.bias;
            for (at, _) in index.functions.iter().take(MOST_ADDRESSES) {
                if let Some(function) = self.function(at.wrapping_add(bias)) {
                    seen.functions += 1;
                    seen.calls += self.calls(*at).len();
                    open.extend(function.parameters);
                    open.extend(function.arguments.iter().map(|argument| argument.1));
                }
            }
            for (at, _) in index.vtables.iter().take(MOST_ADDRESSES) {
                let concrete = self.vtable(at.wrapping_add(bias));
                seen.vtables += usize::from(concrete.is_some());
                open.extend(concrete);
            }
            let types = index.scopes.iter().filter(|scope| scope.is_type);
            open.extend(types.map(|scope| unit.die(scope.offset as usize)));
        }
        for (_, at) in self
            .symbols
            .containing("tiny", |_| true)
            .into_iter()
            .take(MOST_ADDRESSES)
        {
            let address = at.wrapping_add(self.program.bias);
            seen.symbols += usize::from(self.function(address).is_some());
            open.extend(self.vtable(address));
        }
        let mut known = HashSet::new();
        while let Some(die) = open.pop() {
            if seen.types.len() == MOST_TYPES || !known.insert(die) {
                continue;
            }
            let Some(ty) = self.ty(die) else { continue };
            seen.types.push(ty);
            open.extend(ty.arguments.iter().map(|argument| argument.1));
            open.extend(ty.parts());
        }
        seen
    }
}
