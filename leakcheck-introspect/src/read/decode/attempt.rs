//! Whether a coroutine that sleeps pauses between attempts: what it has now, and what it has and awaits at its other awaits.

use super::coroutine::stage;
use crate::{
    Attempt, FrameKind,
    read::{
        dwarf::{Member, Type},
        name::coroutine_name,
        value::{Reader, Value},
    },
};

/// Coroutines, from the one that sleeps outwards, of which one may be the loop: what a pause has around it.
const MOST: usize = 2;

/// What the innermost of these coroutines, each of which awaits the next, pause after.
pub(super) fn of(reader: &Reader<'_>, chain: &[Value]) -> Option<Attempt> {
    let innermost = chain.iter().rev().take(MOST);
    innermost.filter_map(|one| of_one(reader, *one)).max()
}

fn of_one(reader: &Reader<'_>, coroutine: Value) -> Option<Attempt> {
    let (FrameKind::Suspended, variant, inside) = stage(reader, coroutine)? else {
        return None;
    };
    let all = coroutine.ty.variants().iter();
    let others = all.filter(|other| other.member.ty != variant.member.ty);
    let others = others.filter_map(|other| reader.ty(other.member.ty));
    let awaits: Vec<&Type> = others.filter(|ty| ty.name.starts_with("Suspend")).collect();
    let failed = inside.ty.members().iter().filter_map(|member| {
        let result = reader.at(inside, member)?;
        let is_new = !awaits.iter().all(|other| has(reader, other, member));
        (is_new && has_failed(reader, result)).then_some(if is_unnamed(member.name) {
            Attempt::Failed
        } else {
            Attempt::Perhaps
        })
    });
    failed.chain(connects(reader, inside.ty, &awaits)).max()
}

/// Whether another state has this variable or temporary as well.
fn has(reader: &Reader<'_>, state: &Type, member: &Member) -> bool {
    let is_same = |other: &Member| {
        let types = reader.ty(other.ty).zip(reader.ty(member.ty));
        other.offset == member.offset
            && is_unnamed(other.name) == is_unnamed(member.name)
            && types.is_some_and(|(one, other)| one.is_same(other))
    };
    state.members().iter().any(is_same)
}

fn is_unnamed(name: &str) -> bool {
    let number = name.strip_prefix("__");
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether it is a result, and that of a failure. What was moved out of it has left it as it was.
fn has_failed(reader: &Reader<'_>, value: Value) -> bool {
    value.ty.base == "core::result::Result"
        && reader
            .variant(value)
            .is_some_and(|(variant, _)| variant.member.name == "Err")
}

/// Whether another state awaits a connection, and a third one has it; not where the present one has it, too.
fn connects(reader: &Reader<'_>, now: &Type, awaits: &[&'static Type]) -> Option<Attempt> {
    let connect = |state: &&'static Type| Some((*state, connecting(reader, state)?));
    let (connecting, future) = awaits.iter().find_map(connect)?;
    let Some(home) = future.path.split("::{impl#").next() else {
        return Some(Attempt::Perhaps);
    };
    let has_one = |state: &Type| {
        let named = state.members().iter();
        let mut named = named.filter(|member| !member.name.starts_with("__"));
        named.any(|member| {
            let ty = reader.ty(member.ty);
            ty.is_some_and(|ty| !home.is_empty() && ty.path == home)
        })
    };
    let is_method = home.len() < future.path.len();
    if is_method && has_one(now) {
        return None;
    }
    let is_used = is_method && !has_one(connecting) && awaits.iter().any(|state| has_one(state));
    Some(if is_used {
        Attempt::Connect
    } else {
        Attempt::Perhaps
    })
}

/// The future of a function that connects, where that is what this state awaits, by itself or within a limit.
fn connecting(reader: &Reader<'_>, state: &Type) -> Option<&'static Type> {
    let mut awaited = reader.ty(state.member("__awaitee")?.ty)?;
    if awaited.base == "tokio::time::timeout::Timeout" {
        awaited = reader.ty(awaited.argument("T")?)?;
    }
    let is_connect = |word: &str| matches!(word, "connect" | "reconnect" | "dial");
    let name = coroutine_name(reader.image, awaited);
    let function = name.rsplit("::").next()?;
    (awaited.is_coroutine() && function.split('_').any(is_connect)).then_some(awaited)
}
