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
    model::Home,
    sync::{Mutex, lock},
};

/// What the debug info says of one frame; files are as the compiler wrote them.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub(super) function: String,
    pub(super) path: Option<PathBuf>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) home: Home,
    /// Whether it belongs to what started the thread, the program or the test.
    pub(super) is_outermost: bool,
}

type Cache = HashMap<usize, Arc<[Symbol]>>;
static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// The frames at a return address, innermost first: several where functions were inlined.
pub(super) fn resolve(address: usize) -> Arc<[Symbol]> {
    if let Some(known) = lock(&CACHE).get(&address) {
        return Arc::clone(known);
    }
    let mut symbols = Vec::new();
    backtrace::resolve(address as *mut c_void, |symbol| {
        let name = symbol
            .name()
            // The alternate form leaves out the hashes of both mangling schemes.
            .map(|name| format!("{name:#}"))
            .unwrap_or_default();
        let path = symbol.filename().map(PathBuf::from);
        symbols.push(Symbol {
            home: home::of(&name, path.as_deref()),
            is_outermost: function::is_outermost(&name),
            function: function::tidy(&name),
            path,
            line: symbol.lineno(),
            column: symbol.colno(),
        });
    });
    if let Some(outer) = symbols.last_mut() {
        complete(outer, address);
    }
    let symbols: Arc<[Symbol]> = symbols.into();
    lock(&CACHE).insert(address, Arc::clone(&symbols));
    symbols
}

/// Debug info of lines only knows functions by the last part of their path, and closures not at all; the symbol table knows
/// those that were not inlined.
fn complete(symbol: &mut Symbol, address: usize) {
    if symbol.function.contains("::") {
        return;
    }
    if let Some(mangled) = leakcheck_introspect::called_from(address) {
        let name = format!("{:#}", SymbolName::new(mangled.as_bytes()));
        symbol.home = home::of(&name, symbol.path.as_deref());
        symbol.is_outermost = function::is_outermost(&name);
        symbol.function = function::tidy(&name);
    }
}
