//! Names that people know, from those of the debug info.

use std::sync::Arc;

use crate::read::dwarf::{Image, Shape, Type};

/// The path of an async function, or of the function around an async block or closure.
pub(crate) fn coroutine_name(image: &Image, ty: &Type) -> Arc<str> {
    known_path(&ty.path, ty.name, || self_type(image, ty)).into()
}

/// The crate of a function.
pub(crate) fn home_of(function: &str) -> &str {
    function
        .trim_start_matches('<')
        .split("::")
        .next()
        .unwrap_or_default()
}

/// The name of the future that a function with this name polls, `poll<T, S>`: all that limited debug info has of it.
pub(crate) fn polled(function: &str) -> Option<Arc<str>> {
    const BOXED: &str = "core::pin::Pin<alloc::boxed::Box<";
    const TRACED: &str = "tracing::instrument::Instrumented<";
    let mut future = first(function.strip_prefix("poll<")?)?;
    if let Some(inside) = future.strip_prefix(TRACED) {
        future = first(inside)?;
    }
    // Tokio itself boxes those that are big.
    if let Some(inside) = future.strip_prefix(BOXED) {
        future = first(inside)?;
    }
    let end = future.find('<').unwrap_or(future.len());
    let (path, name) = future.get(..end)?.rsplit_once("::")?;
    Some(if name.starts_with("{async_") {
        known_path(path, name, || None).into()
    } else {
        short(future).into()
    })
}

/// The first of generic arguments.
fn first(arguments: &str) -> Option<&str> {
    let (mut depth, mut before) = (0_u32, ' ');
    for (at, next) in arguments.char_indices() {
        match next {
            ',' | '>' if depth == 0 => return arguments.get(..at),
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        before = next;
    }
    None
}

fn known_path(path: &str, name: &str, self_type: impl Fn() -> Option<String>) -> String {
    let within = path;
    let mut path = String::new();
    for segment in within.split("::").filter(|segment| !segment.is_empty()) {
        let shown = match segment {
            // An unnamed constant, in which tests of `leakcheck::main!` stand.
            "_" => continue,
            _ if segment.starts_with("{async_fn#") || segment.starts_with("{async_block#") => {
                continue;
            }
            _ if segment.starts_with("{impl#") => {
                if let Some(owner) = self_type() {
                    path = owner;
                    continue;
                }
                "{impl}"
            }
            _ if segment.starts_with("{closure#") => "{closure}",
            _ if segment.starts_with("{async_closure#") => "{async closure}",
            _ => segment,
        };
        if !path.is_empty() {
            path.push_str("::");
        }
        path.push_str(shown);
    }
    if name.starts_with("{async_closure")
        && let Some(outer) = path.strip_suffix("::{closure}")
    {
        path.truncate(outer.len());
    }
    let last = match name {
        name if name.starts_with("{async_fn_env#") => "",
        name if name.starts_with("{async_block_env#") => "::{async block}",
        name if name.starts_with("{async_closure") => "::{async closure}",
        _ => "::{coroutine}",
    };
    path.push_str(last);
    path
}

/// The type of `self`, where the coroutine captured it.
fn self_type(image: &Image, ty: &Type) -> Option<String> {
    let unresumed = image.ty(ty.variants().first()?.member.ty)?;
    let captured = unresumed
        .member("self")
        .or_else(|| unresumed.member("__self"))?;
    let mut owner = image.ty(captured.ty)?;
    for _ in 0..4 {
        let next = match &owner.shape {
            Shape::Pointer(to) => image.ty(*to),
            Shape::Struct(members) if owner.name.starts_with("Pin<") => {
                members.first().and_then(|pointer| image.ty(pointer.ty))
            }
            _ if owner.name.starts_with("Arc<") || owner.name.starts_with("Rc<") => {
                owner.argument("T").and_then(|inner| image.ty(inner))
            }
            _ => None,
        };
        match next {
            Some(next) => owner = next,
            None => break,
        }
    }
    (!owner.base.is_empty()).then(|| owner.base.clone())
}

/// A type with every path in it cut down to its last segment, and without the default allocator.
pub(crate) fn short(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let (mut word, mut before) = (String::new(), String::new());
    let mut rest = name.chars().peekable();
    while let Some(next) = rest.next() {
        if next == ':' && rest.peek() == Some(&':') {
            rest.next();
            // What stood before the colons was only a path, unless it is the end of something in brackets.
            if !out.ends_with('>') || !word.is_empty() {
                before = std::mem::take(&mut word);
            }
        } else if next.is_alphanumeric() || matches!(next, '_' | '{' | '}' | '#') {
            word.push(next);
        } else {
            out.push_str(known_as(&word, &before));
            word.clear();
            out.push(next);
        }
    }
    out.push_str(known_as(&word, &before));
    out.replace(", Global>", ">")
        .replace("dyn Future<assoc$<Output,", "dyn Future<Output = ")
}

/// What a closure or an async block has captured, as the source has it: `s.stop` where it has only this field of `s`, which the
/// compiler calls `s__stop` then. No other name may be taken for one of these: a variable may be called so.
pub(crate) fn captured(member: &str) -> String {
    let mut parts = named(member).split("__");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_field =
            written.ends_with(char::is_alphanumeric) && part.starts_with(char::is_alphanumeric);
        written.push_str(if is_field { "." } else { "__" });
        written.push_str(part);
    }
    written
}

/// A member without what the compiler puts before the name of what was captured by reference.
pub(crate) fn named(member: &str) -> &str {
    member.strip_prefix("_ref__").unwrap_or(member)
}

/// What the compiler makes of functions, blocks and closures, under the names that people know.
fn known_as<'n>(word: &'n str, function: &'n str) -> &'n str {
    match word.split('#').next() {
        Some("{async_fn_env") => function,
        Some("{async_block_env") => "{async block}",
        Some("{async_closure_env" | "{async_closure") => "{async closure}",
        Some("{closure_env") => "{closure}",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::{captured, named, short};

    #[test]
    fn types_are_cut_down_to_their_last_segments() {
        for (long, expected) in [
            ("u32", "u32"),
            ("a::Fuse<b::leaf::{async_fn_env#0}>", "Fuse<leaf>"),
            ("a::f::{closure_env#1}", "{closure}"),
            ("alloc::string::String", "String"),
            (
                "alloc::vec::Vec<alloc::string::String, alloc::alloc::Global>",
                "Vec<String>",
            ),
            (
                "&mut tokio::sync::mpsc::bounded::Receiver<(u8, a::B)>",
                "&mut Receiver<(u8, B)>",
            ),
            (
                "core::option::Option<&[alloc::sync::Arc<a::b::C>]>",
                "Option<&[Arc<C>]>",
            ),
        ] {
            assert_eq!(short(long), expected);
        }
    }

    #[test]
    fn captured_fields_are_named_as_in_the_source() {
        for (member, source) in [
            ("stop", "stop"),
            ("s__stop", "s.stop"),
            ("_ref__s__stop", "s.stop"),
            ("pair__0__tx", "pair.0.tx"),
            ("__awaitee", "__awaitee"),
            ("_guard", "_guard"),
            ("tx__", "tx__"),
            ("", ""),
        ] {
            assert_eq!(captured(member), source);
        }
    }

    #[test]
    fn other_variables_keep_their_names() {
        for (member, name) in [("a__b", "a__b"), ("_ref__a__b", "a__b"), ("_ref", "_ref")] {
            assert_eq!(named(member), name);
        }
    }

    #[test]
    fn what_a_function_polls_is_in_its_name() {
        let cell = ", alloc::sync::Arc<tokio::runtime::Handle, alloc::alloc::Global>>";
        for (polled, known) in [
            ("mine::parked::{async_fn_env#0}", Some("mine::parked")),
            (
                "mine::parked::{async_fn_env#0}<(u8, alloc::vec::Vec<u8>)>",
                Some("mine::parked"),
            ),
            (
                "mine::main::{async_block#0}::{async_block_env#1}",
                Some("mine::main::{async block}"),
            ),
            (
                "core::pin::Pin<alloc::boxed::Box<mine::{impl#2}::run::{async_fn_env#0}, alloc::alloc::Global>>",
                Some("mine::{impl}::run"),
            ),
            (
                "tracing::instrument::Instrumented<core::pin::Pin<alloc::boxed::Box<mine::run::{async_fn_env#0}>>>",
                Some("mine::run"),
            ),
            (
                "mine::Map<fn(u8) -> core::option::Option<u8>, u8>",
                Some("Map<fn(u8) -> Option<u8>, u8>"),
            ),
            ("mine::Broken<u8", None),
            ("nothing", None),
        ] {
            let function = format!("poll<{polled}{cell}");
            assert_eq!(super::polled(&function).as_deref(), known, "{function}");
        }
        for function in ["", "poll", "poll<", "poll<>", "run<mine::Future, u8>"] {
            assert_eq!(super::polled(function), None, "{function}");
        }
    }
}
