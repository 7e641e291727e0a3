//! The variables of a function that is on the stack of a thread, where code that is not optimised keeps them: at fixed distances
//! from its stack pointer or frame.

use gimli::{AttributeValue, EntriesTreeNode, Operation, UnitOffset, constants as c};

use super::{die::Die, image::Image, sections::Slice, unit::Unit};

/// A function on a stack, as its caller left it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnStack {
    /// An address inside the call that it is in.
    pub(crate) at: u64,
    /// Its stack pointer there.
    pub(crate) pointer: u64,
    /// What that was before it was called.
    pub(crate) callers_pointer: u64,
}

/// A variable that is in scope where the function is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StackVariable {
    pub(crate) name: &'static str,
    pub(crate) ty: Die,
    /// Where it is, or where the address is that it stands behind.
    pub(crate) address: u64,
    pub(crate) is_behind: bool,
}

impl Image {
    /// The crate of a function on a stack, and its variables; `None` for those of the standard library, and where it is not known
    /// what code keeps where.
    pub(crate) fn stack_variables(&self, of: OnStack) -> Option<(String, Vec<StackVariable>)> {
        // Registers have their own numbers on each processor.
        cfg!(target_arch = "x86_64").then_some(())?;
        let at = of.at.wrapping_sub(self.program.bias);
        let mut units = self.units_at(at);
        let (unit, (_, entry)) = units.find_map(|unit| {
            let known = !unit.is_of_toolchain() && unit.missing.is_none();
            Some((unit, known.then(|| unit.function_around(at))??))
        })?;
        let mut tree = unit.parsed.entries_tree(Some(UnitOffset(entry))).ok()?;
        let root = tree.root().ok()?;
        let base = base(unit, &root, of)?;
        let mut variables = Vec::new();
        collect(unit, root, (at, base), 0, &mut variables);
        Some((unit.path(entry), variables))
    }
}

/// What the places of variables are counted from.
fn base(unit: &Unit, function: &EntriesTreeNode<Slice>, of: OnStack) -> Option<u64> {
    const FRAME: gimli::Register = gimli::X86_64::RBP;
    const STACK: gimli::Register = gimli::X86_64::RSP;
    let AttributeValue::Exprloc(base) = function.entry().attr_value(c::DW_AT_frame_base)? else {
        return None;
    };
    let mut operations = base.operations(unit.parsed.encoding());
    let base = match operations.next().ok()?? {
        Operation::Register { register: STACK } => of.pointer,
        // It is saved below the return address, and stays where that is.
        Operation::Register { register: FRAME } => of.callers_pointer.checked_sub(16)?,
        Operation::CallFrameCFA => of.callers_pointer,
        _ => return None,
    };
    operations.next().ok()?.is_none().then_some(base)
}

/// Adds the variables that are in scope at an address.
fn collect(
    unit: &Unit,
    of: EntriesTreeNode<Slice>,
    (at, base): (u64, u64),
    depth: u32,
    variables: &mut Vec<StackVariable>,
) {
    const DEEPEST: u32 = 32;
    const MOST: usize = 1_000;
    let mut children = of.children();
    while let Ok(Some(child)) = children.next() {
        if depth > DEEPEST || variables.len() > MOST {
            return;
        }
        match child.entry().tag() {
            c::DW_TAG_variable | c::DW_TAG_formal_parameter => {
                variables.extend(variable(unit, &child, base));
            }
            c::DW_TAG_lexical_block if unit.has_code(child.entry(), at) => {
                collect(unit, child, (at, base), depth + 1, variables);
            }
            _ => {}
        }
    }
}

fn variable(unit: &Unit, entry: &EntriesTreeNode<Slice>, base: u64) -> Option<StackVariable> {
    let AttributeValue::Exprloc(place) = entry.entry().attr_value(c::DW_AT_location)? else {
        return None;
    };
    let mut operations = place.operations(unit.parsed.encoding());
    let Operation::FrameOffset { offset } = operations.next().ok()?? else {
        return None;
    };
    let is_behind = match operations.next().ok()? {
        None => false,
        Some(Operation::Deref { .. }) if operations.next().ok()?.is_none() => true,
        Some(_) => return None,
    };
    let facts = unit.facts(entry.entry());
    Some(StackVariable {
        name: facts.name,
        ty: facts.ty?,
        address: base.checked_add_signed(offset)?,
        is_behind,
    })
}
