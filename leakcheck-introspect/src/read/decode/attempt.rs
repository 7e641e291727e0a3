//! Whether a coroutine that sleeps pauses between attempts: what it has now, and what it has and awaits at its other awaits.
//! What it works for may be gone: then it may be the last pause.

use super::{coroutine::stage, relevance::is_weak};
use crate::{
    Attempt, FrameKind,
    read::{
        dwarf::{Declared, Member, Type},
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
    let others = others.filter_map(|other| Some((other.member.line, reader.ty(other.member.ty)?)));
    let (lines, awaits): (Vec<u32>, Vec<&Type>) = others
        .filter(|(_, ty)| ty.name.starts_with("Suspend"))
        .unzip();
    let failed = inside.ty.members().iter().filter_map(|member| {
        let result = reader.at(inside, member)?;
        let is_new = !awaits.iter().all(|other| has(reader, other, member));
        (is_new && has_failed(reader, result)).then_some(if is_unnamed(member.name) {
            Attempt::Failed
        } else {
            Attempt::Perhaps
        })
    });
    let place = (coroutine.ty, variant.member.line);
    let gone = has_weak_of_what_is_gone(reader, inside).then_some(Attempt::Gone);
    gone.into_iter()
        .chain(failed)
        .chain(connects(reader, place, inside.ty, (&lines, &awaits)))
        .max()
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

/// Whether a variable has a `Weak` that nobody can upgrade any more.
fn has_weak_of_what_is_gone(reader: &Reader<'_>, state: Value) -> bool {
    let is_gone = |weak: Value| {
        // The count of those that own it is the first word of what it points to.
        let counts = reader.memory.word(reader.pointer(weak)?.address)?;
        Some(reader.memory.word(counts)? == 0)
    };
    state.ty.members().iter().any(|member| {
        let weak = reader.at(state, member);
        let weak = weak.and_then(|value| reader.inside(value, &is_weak));
        weak.and_then(is_gone) == Some(true)
    })
}

/// Whether it is a result, and that of a failure. What was moved out of it has left it as it was.
fn has_failed(reader: &Reader<'_>, value: Value) -> bool {
    value.ty.base == "core::result::Result"
        && reader
            .variant(value)
            .is_some_and(|(variant, _)| variant.member.name == "Err")
}

/// Whether another state awaits a connection, and a third one has it; not where the present one has it, too.
fn connects(
    reader: &Reader<'_>,
    (coroutine, line): (&Type, u32),
    now: &Type,
    (lines, awaits): (&[u32], &[&'static Type]),
) -> Option<Attempt> {
    let connect =
        |(line, state): (&u32, &&'static Type)| Some((*line, *state, connecting(reader, state)?));
    let (tried_at, connecting, future) = lines.iter().zip(awaits).find_map(connect)?;
    // The type that connects, or what it gives, stands in the module of its methods.
    let Some((home, _)) = future.path.split_once("::{impl#") else {
        return Some(Attempt::Perhaps);
    };
    let is_one = |ty: &Type| ty.path == home;
    let has_one = |state: &Type| {
        let named = state.members().iter();
        let mut named = named.filter(|member| !member.name.starts_with("__"));
        named.any(|member| reader.ty(member.ty).is_some_and(is_one))
    };
    if has_one(now) {
        return None;
    }
    let is_used = !has_one(connecting) && awaits.iter().any(|state| has_one(state));
    // A sleep that stands before it may be the first thing that is done.
    Some(
        if is_used && tried_at <= line && is_outside(reader, coroutine, line, is_one) {
            Attempt::Connect
        } else {
            Attempt::Perhaps
        },
    )
}

/// Whether the await on this line is outside of the scopes of all variables of such a type: where it is inside, one was dropped
/// before, and nothing says that it comes again.
fn is_outside(
    reader: &Reader<'_>,
    coroutine: &Type,
    line: u32,
    is_one: impl Fn(&Type) -> bool,
) -> bool {
    let Some(scopes) = reader.image.scopes_of(coroutine) else {
        return false;
    };
    let is_await = |one: &&Declared| one.name == "__awaitee" && one.line == line;
    let mut awaits = scopes.all.iter().filter(is_await).peekable();
    let is_found = awaits.peek().is_some();
    let is_inside = |one: &Declared| {
        let mut around = scopes.around(one);
        around.any(|outer| reader.ty(outer.ty).is_some_and(&is_one))
    };
    is_found && !awaits.any(is_inside)
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
