//! Frames of a return address, looked up once per process.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use super::{code_owner, debug_info, function, part::Part};
use crate::{
    base::{
        model::CodeOwner,
        sync::{Mutex, lock},
    },
    sys::{object::Object, objects},
};

/// What the debug info says of one frame; files are as the compiler wrote them.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub(super) function: String,
    pub(super) path: Option<PathBuf>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) part: Part,
    pub(super) owner: CodeOwner,
    /// Whether it belongs to what started the thread, the program or the test.
    pub(super) is_outermost: bool,
}

impl Symbol {
    /// Whether it is a function of the crate that everybody means by the name that it begins with.
    pub(super) fn is_genuine(&self) -> bool {
        self.part.is_crate(function::krate(&self.function))
    }
}

/// The frames of one address, and whether the program's file could be read when they were looked up.
#[derive(Clone, Debug)]
struct Known {
    symbols: Arc<[Symbol]>,
    was_read: bool,
}

type Cache = HashMap<usize, Known>;
static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// The frames at a return address, innermost first: several where functions were inlined, none where nothing can be read.
pub(super) fn resolve(address: usize) -> Arc<[Symbol]> {
    if let Some(known) = lock(&CACHE).get(&address)
        && (known.was_read || !known.symbols.is_empty() || debug_info::unreadable().is_some())
    {
        return Arc::clone(&known.symbols);
    }
    let object = objects::of(address);
    let (mut found, was_read) = debug_info::at(address, object);
    if let Some(outer) = found.last_mut() {
        debug_info::complete(outer, address);
    }
    let symbols: Arc<[Symbol]> = found
        .into_iter()
        .map(|raw| {
            let part = code_owner::of(&raw.name, raw.path.as_deref(), object);
            Symbol {
                owner: part.owner(),
                is_outermost: function::is_outermost(&raw.name, &part),
                function: function::tidy(&raw.name),
                path: raw.path,
                line: raw.line,
                column: raw.column,
                part,
            }
        })
        .collect();
    let known = Known {
        symbols: Arc::clone(&symbols),
        was_read,
    };
    lock(&CACHE).insert(address, known);
    symbols
}

/// Whether a return address has no name, although it is not the C library's, of whose own nobody needs to know.
pub(super) fn is_unread(address: usize) -> bool {
    resolve(address)
        .iter()
        .all(|symbol| symbol.function.is_empty())
        && objects::of(address) != Object::CLibrary
}
