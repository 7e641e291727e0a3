//! What a function does with the handle of a task that it spawns: by the variables that it declares, and what is in scope there.

use super::{
    dwarf::{Declared, Scopes, Shape, Type},
    startup::introspector,
    value::Reader,
};
use crate::{Error, HandleUse};

const HANDLE: &str = "tokio::runtime::task::join::JoinHandle";
const LIMIT: &str = "tokio::time::timeout::Timeout";

/// Where the handle goes of the task that is spawned by the call that returns to `address`, on this line.
pub(crate) fn of_spawn(address: usize, line: u32) -> Result<Option<HandleUse>, Error> {
    let image = introspector()?.image;
    let reader = Reader::new(image);
    let Some(scopes) = image.scopes(address as u64) else {
        return Ok(None);
    };
    let mut uses = scopes.all.iter().filter_map(|one| {
        let (use_, handle) = given(&reader, one)?;
        is_of_line(&reader, &scopes, (one, handle), line).then_some(use_)
    });
    Ok(uses.next())
}

/// What a variable of a macro or an await does with a handle, and the type of that.
fn given(reader: &Reader<'_>, one: &Declared) -> Option<(HandleUse, &'static Type)> {
    let is_meant = matches!(one.name, "__awaitee" | "futures");
    let ty = is_meant.then(|| reader.ty(one.ty))??;
    match one.name {
        "__awaitee" if ty.base == LIMIT => {
            let limited = reader.ty(ty.argument("T")?)?;
            Some((HandleUse::Timeout, handle(reader, limited)?))
        }
        // `join!` has more around each of them.
        "futures" if ty.members().len() > 1 => {
            let members = ty.members().iter();
            let mut handles = members.filter_map(|member| handle(reader, reader.ty(member.ty)?));
            let first = handles.next()?;
            // Of two nobody knows which one was ready.
            handles
                .next()
                .is_none()
                .then_some((HandleUse::Select, first))
        }
        _ => None,
    }
}

/// The type of a handle, where it is one, or a reference to one.
fn handle(reader: &Reader<'_>, ty: &'static Type) -> Option<&'static Type> {
    let ty = match ty.shape {
        Shape::Pointer(to) => reader.ty(to)?,
        _ => ty,
    };
    (ty.base == HANDLE).then_some(ty)
}

/// Whether what is given away there is what a call on this line returns: the only handle of its type that is in scope there,
/// which is declared on that line or on the one before, and not yet when the call was made; or one without a name, on that very
/// line.
fn is_of_line(
    reader: &Reader<'_>,
    scopes: &Scopes,
    (one, handle): (&Declared, &Type),
    line: u32,
) -> bool {
    let is_alike = |other: &&Declared| {
        let ty = reader.ty(other.ty);
        ty.is_some_and(|ty| ty.is_same(handle))
    };
    let mut alike = scopes.around(one).filter(is_alike);
    match (alike.next(), alike.next()) {
        (Some(handle), None) => {
            let is_near = handle.line == line || handle.line + 1 == line;
            handle.file == one.file && is_near && !handle.is_in_scope
        }
        (None, None) => one.line == line,
        _ => false,
    }
}
