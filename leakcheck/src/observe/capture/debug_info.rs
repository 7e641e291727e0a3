//! What the program's file, and those of its libraries, say of a return address.

use std::{ffi::c_void, path::PathBuf};

use backtrace::SymbolName;

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
    let (found, _) = at(function + 1);
    found.into_iter().next_back()?.path
}

/// The program's own file is asked first, which was kept ready; libraries, and what was split off from it, are looked for.
pub(super) fn at(address: usize) -> (Vec<Raw>, bool) {
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
pub(super) fn complete(outer: &mut Raw, address: usize) {
    if outer.name.contains("::") {
        return;
    }
    if let Some(mangled) = leakcheck_introspect::called_from(address) {
        outer.name = demangled(&SymbolName::new(mangled.as_bytes()));
    }
}
