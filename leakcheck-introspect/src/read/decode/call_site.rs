//! Where a coroutine is suspended. In `select!` and `join!` the debug info of its state names the macro's own file; the
//! line that the user wrote stands with the variables of the function that resumes it, which is found by its symbol.

use super::{access_path::Trust, type_facts::TypeFacts};
use crate::{
    Location,
    read::dwarf::{Image, Member, Type, Unit, Variant},
};

/// Variables that macros declare on the line of their call: tokio's `select!` and `join!`, those of the futures crate.
const MACROS: &[&str] = &["futures", "_fut0", "__select_result", "__poll_fn"];

/// A place of suspension.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) location: Option<Location>,
    /// Whether the await stands in a macro of another file, which polls all that its closures have.
    pub(super) closures: Trust,
    /// Whether that is `join!` of tokio, which waits for all that it has.
    pub(super) is_join: bool,
}

/// Where the coroutine `ty` is suspended in this case of its state, which has the type `state`.
pub(super) fn of(image: &Image, ty: &Type, variant: &Variant, state: &Type) -> Site {
    let unit = image.unit(ty.die.unit);
    let location = |file, line| location(unit?, file, line);
    let Member { file, line, .. } = variant.member;
    let first = ty.variants().first().map(|first| first.member);
    let own_file = first.map(|first| first.file);
    if unit.is_none() || own_file == Some(file) {
        return Site {
            location: location(file, line),
            closures: Trust::Unknown,
            is_join: false,
        };
    }
    let line = TypeFacts::of(state)
        .call_line
        .get_or_init(|| line_of_call(image, ty, variant));
    // Without the line, the function's own is closer than one in a macro of somebody else.
    let line = line.or(first.map(|first| first.line)).unwrap_or(0);
    Site {
        location: own_file.and_then(|file| location(file, line)),
        closures: Trust::Known,
        is_join: unit
            .and_then(|unit| unit.file(file))
            .is_some_and(|file| is_join(&file)),
    }
}

/// Whether the macro of this file is `join!`; `try_join!` ends when one of its futures has failed.
fn is_join(file: &str) -> bool {
    file.ends_with("/src/macros/join.rs") && file.contains("/tokio")
}

/// The line of the macro's call, if it is certain.
fn line_of_call(image: &Image, ty: &Type, variant: &Variant) -> Option<u32> {
    let own_file = ty.variants().first()?.member.file;
    let file = image.unit(ty.die.unit)?.file(own_file)?;
    let mut lines = image.lines_of_variables(ty, MACROS, &file);
    lines.sort_unstable();
    // A macro declares it twice, first as itself and then as a reference, on the line of its call.
    lines.dedup();
    // Each macro keeps one such variable, and states are numbered in the order of the source.
    let macros = ty
        .variants()
        .iter()
        .filter(|variant| variant.member.file != own_file);
    if macros.clone().count() == lines.len() {
        let index = macros
            .map(|other| other.member.ty)
            .position(|ty| ty == variant.member.ty)?;
        return lines.get(index).copied();
    }
    match lines[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// The line that a member of a coroutine was declared on.
fn location(unit: &Unit, file: u64, line: u32) -> Option<Location> {
    let file = unit.file(file)?;
    (line > 0).then_some(Location { file, line })
}
