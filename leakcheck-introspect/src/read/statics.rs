//! The statics of the program, and what they hold.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::{
    decode::{InStatic, cannot_hold, holds_of_static},
    dwarf::{Image, Type, Variable},
    memory,
    name::home_of,
    startup::introspector,
    value::{Reader, Value},
};
use crate::{Error, Location, Static, Statics};

/// Places that are visited in all statics together.
const MOST_PLACES: u32 = 50_000;

/// The crates of the machinery itself, which holds nothing of others.
const OWN: &[&str] = &["leakcheck", "leakcheck_introspect", "leakcheck_report"];

/// Crates whose variables of threads are how they run tasks.
const MACHINES: &[&str] = &["tokio", "tracing", "tracing_core", "futures_executor"];

/// A static whose type may hold something.
#[derive(Debug)]
struct Candidate {
    name: Arc<str>,
    home: String,
    location: Option<Location>,
    ty: &'static Type,
    address: u64,
    is_of_thread: bool,
}

/// Those of the program, found out once.
#[derive(Debug, Default)]
struct Candidates(OnceLock<(Vec<Candidate>, bool)>);

/// Reads all statics.
pub(crate) fn statics() -> Result<Statics, Error> {
    let image = introspector()?.image;
    let reader = Reader::new(image);
    let known: &Candidates = image.notes.get();
    let (candidates, is_described) = known.0.get_or_init(|| {
        let found = candidates(image, &reader);
        image.give_back();
        found
    });
    let mut statics = Statics {
        list: Vec::new(),
        is_whole: *is_described,
    };
    let mut left = MOST_PLACES;
    let own = memory::own_thread_locals();
    for candidate in candidates {
        let block = if candidate.is_of_thread { own } else { Some(0) };
        let Some(block) = block else {
            continue;
        };
        let value = Value::new(candidate.ty, block.wrapping_add(candidate.address));
        let named = (&candidate.name, candidate.location.as_ref());
        let InStatic {
            holds,
            is_cut,
            visited,
        } = holds_of_static(&reader, value, named, &candidate.home, left);
        left = left.saturating_sub(visited);
        // Whatever those of other threads have is not known in any case.
        statics.is_whole &= !is_cut || candidate.is_of_thread;
        if !holds.is_empty() {
            statics.list.push(Static {
                name: Arc::clone(&candidate.name),
                location: candidate.location.clone(),
                holds,
                is_thread_local: candidate.is_of_thread,
            });
        }
    }
    Ok(statics)
}

/// The statics whose types may hold something, and whether the debug info of all was there.
fn candidates(image: &Image, reader: &Reader<'_>) -> (Vec<Candidate>, bool) {
    let variables = image.variables();
    let may_hold = |variable: &Variable| {
        let ty = reader.ty(variable.ty)?;
        let home = home_of(&variable.path);
        let is_own = OWN.contains(&home) || variable.is_of_thread && MACHINES.contains(&home);
        let may_hold = !is_own && !cannot_hold(reader, ty);
        may_hold.then_some(ty)
    };
    let found = variables.list.into_iter();
    let found = found.filter_map(|variable| Some((may_hold(&variable)?, variable)));
    let found: Vec<(&Type, Variable)> = found.collect();
    let mut times: HashMap<String, usize> = HashMap::new();
    for (_, variable) in &found {
        *times.entry(shown(variable, false)).or_default() += 1;
    }
    let candidates = found.into_iter().map(|(ty, variable)| {
        let short = shown(&variable, false);
        let is_unique = times.get(&short) == Some(&1);
        Candidate {
            name: if is_unique {
                short
            } else {
                shown(&variable, true)
            }
            .into(),
            home: home_of(&variable.path).to_owned(),
            location: variable.file.map(|file| Location {
                file,
                line: variable.line,
            }),
            ty,
            address: variable.address,
            is_of_thread: variable.is_of_thread,
        }
    });
    (candidates.collect(), variables.is_whole)
}

/// Its name, alone or behind the modules and functions that it stands in.
fn shown(variable: &Variable, with_path: bool) -> String {
    let lazy = lazy_static(variable);
    let name = lazy.as_deref().or_else(|| of_thread(variable));
    let name = name.unwrap_or(variable.name);
    if !with_path {
        return name.to_owned();
    }
    let path = variable.path.split("::").skip(1);
    let is_named = |part: &&str| !part.starts_with('{') && !part.is_empty();
    let inside = lazy.is_none().then(|| path.filter(is_named));
    let inside = inside.into_iter().flatten();
    let parts = inside.filter(|part| *part != name).chain([name]);
    parts.collect::<Vec<_>>().join("::")
}

/// What the source calls a variable of `thread_local!`: the constant around it has its name.
fn of_thread(variable: &Variable) -> Option<&str> {
    let mut around = variable.path.rsplit("::");
    let named = around.find(|part| !part.starts_with('{'));
    named.filter(|_| variable.is_of_thread && variable.name.starts_with("__RUST_STD_INTERNAL"))
}

/// What the source calls a static that `lazy_static!` has made: the type that leads to it has its name.
fn lazy_static(variable: &Variable) -> Option<String> {
    (variable.name == "LAZY" && variable.path.ends_with("::__stability")).then_some(())?;
    let symbol = rustc_demangle::try_demangle(variable.symbol).ok()?;
    let symbol = format!("{symbol:#}");
    let (owner, _) = symbol.strip_prefix('<')?.split_once(" as ")?;
    Some(owner.rsplit("::").next()?.to_owned())
}
