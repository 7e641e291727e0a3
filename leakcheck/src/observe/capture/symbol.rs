//! Frames of a return address, looked up once per process.

use std::{
    collections::HashMap,
    ffi::c_void,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use backtrace::SymbolName;

use super::{function, home};
use crate::{
    base::{
        model::Home,
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
    pub(super) part: home::Part,
    pub(super) home: Home,
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

/// What a file says of a frame, before it is judged.
#[derive(Debug, Default)]
struct Raw {
    name: String,
    path: Option<PathBuf>,
    line: Option<u32>,
    column: Option<u32>,
}

/// The frames at a return address, innermost first: several where functions were inlined, none where nothing can be read.
pub(super) fn resolve(address: usize) -> Arc<[Symbol]> {
    if let Some(known) = lock(&CACHE).get(&address)
        && (known.was_read || !known.symbols.is_empty() || unreadable().is_some())
    {
        return Arc::clone(&known.symbols);
    }
    let (mut found, was_read) = raw(address);
    let object = objects::of(address);
    if let Some(outer) = found.last_mut() {
        complete(outer, address);
    }
    let symbols: Arc<[Symbol]> = found
        .into_iter()
        .map(|raw| {
            let part = home::of(&raw.name, raw.path.as_deref(), object);
            Symbol {
                home: part.home(),
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

/// Why no function of the program has a name, if so.
pub(crate) fn unreadable() -> Option<String> {
    let read = leakcheck_introspect::calls_at(0);
    read.err().map(|error| error.to_string())
}

/// The file of the function that begins at this address, as the compiler wrote it.
pub(super) fn file(function: usize) -> Option<PathBuf> {
    let (found, _) = raw(function + 1);
    found.into_iter().next_back()?.path
}

/// The program's own file is asked first, which was kept ready; libraries, and what was split off from it, are looked for.
fn raw(address: usize) -> (Vec<Raw>, bool) {
    let own = leakcheck_introspect::calls_at(address);
    let was_read = own.is_ok();
    let own: Vec<Raw> = own
        .unwrap_or_default()
        .iter()
        .map(|call| Raw {
            name: call
                .name()
                .map(|name| demangled(&SymbolName::new(name.as_bytes())))
                .unwrap_or_default(),
            path: call.file().map(ToOwned::to_owned),
            line: call.line(),
            column: call.column(),
        })
        .collect();
    let is_whole = |raw: &Raw| !raw.name.is_empty() && raw.path.is_some();
    if !own.is_empty() && own.iter().all(is_whole) {
        return (own, was_read);
    }
    let mut found = Vec::new();
    backtrace::resolve(address as *mut c_void, |symbol| {
        found.push(Raw {
            name: symbol.name().as_ref().map(demangled).unwrap_or_default(),
            path: symbol.filename().map(PathBuf::from),
            line: symbol.lineno(),
            column: symbol.colno(),
        });
    });
    let has_names = |raws: &[Raw]| raws.iter().any(|raw| !raw.name.is_empty());
    if has_names(&found) || !has_names(&own) {
        (found, was_read)
    } else {
        (own, was_read)
    }
}

/// The alternate form leaves out the hashes of both mangling schemes.
fn demangled(name: &SymbolName<'_>) -> String {
    format!("{name:#}")
}

/// Debug info of lines only knows functions by the last part of their path, and closures not at all; the symbol table knows
/// those that were not inlined.
fn complete(outer: &mut Raw, address: usize) {
    if outer.name.contains("::") {
        return;
    }
    if let Some(mangled) = leakcheck_introspect::called_from(address) {
        outer.name = demangled(&SymbolName::new(mangled.as_bytes()));
    }
}
