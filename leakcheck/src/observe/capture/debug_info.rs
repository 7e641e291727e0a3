//! What the program's file, and those of its libraries, say of a return address.

use std::{ffi::c_void, path::PathBuf};

use backtrace::SymbolName;
use leakcheck_introspect::Call;

use crate::sys::{object::Object, objects};

/// What a file says of a frame, before it is judged.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) path: Option<PathBuf>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
}

/// Why no function of the program has a name, if so.
pub(crate) fn unreadable() -> Option<String> {
    let read = leakcheck_introspect::calls_at(0);
    read.err().map(|error| error.to_string())
}

/// The file of the function that begins at this address, as the compiler wrote it.
pub(super) fn file(function: usize) -> Option<PathBuf> {
    leakcheck_introspect::file_of(function).or_else(|| {
        let (found, _) = at(function + 1, Object::Program);
        found.into_iter().next_back()?.path
    })
}

/// The program's own file was kept ready, and those of libraries are looked for; of the C library nobody needs to know more
/// than what it exports.
pub(super) fn at(address: usize, object: Object) -> (Vec<Raw>, bool) {
    if object == Object::CLibrary {
        let name = objects::c_function(address);
        let raw = name.map(|name| Raw {
            name,
            ..Raw::default()
        });
        return (raw.into_iter().collect(), true);
    }
    match leakcheck_introspect::calls_at(address) {
        Ok(calls) if object == Object::Program || !calls.is_empty() => {
            (calls.iter().map(Raw::of).collect(), true)
        }
        own => (elsewhere(address), own.is_ok()),
    }
}

/// What the file says that has an address, wherever that file is.
fn elsewhere(address: usize) -> Vec<Raw> {
    let mut found = Vec::new();
    backtrace::resolve(address as *mut c_void, |symbol| {
        found.push(Raw {
            name: symbol.name().as_ref().map(demangled).unwrap_or_default(),
            path: symbol.filename().map(PathBuf::from),
            line: symbol.lineno(),
            column: symbol.colno(),
        });
    });
    found
}

impl Raw {
    fn of(call: &Call) -> Self {
        let name = call.name().map(|name| SymbolName::new(name.as_bytes()));
        Self {
            name: name.as_ref().map(demangled).unwrap_or_default(),
            path: call.file().map(ToOwned::to_owned),
            line: call.line(),
            column: call.column(),
        }
    }
}

/// The alternate form leaves out the hashes of both mangling schemes.
fn demangled(name: &SymbolName<'_>) -> String {
    format!("{name:#}")
}

/// Debug info of lines only knows functions by the last part of their path, and closures not at all; the symbol table knows
/// those that were not inlined.
pub(super) fn complete(outer: &mut Raw, address: usize) {
    if outer.name.contains("::") {
        return;
    }
    if let Some(mangled) = leakcheck_introspect::called_from(address) {
        outer.name = demangled(&SymbolName::new(mangled.as_bytes()));
    }
}
