//! Which functions a return address of the running program is inside of, as the program's own file tells.
//!
//! The file is mapped once and stays so: it is read after the process has used up its descriptors, after the program was
//! deleted or replaced, and where nothing can be opened any more.

use std::{path::PathBuf, sync::OnceLock};

use super::{executable::program_file, image::Image, sections::parse, symbols::Symbols};
use crate::{
    Call, Error,
    read::memory::{self, Program},
};

/// What one look at debug info may need.
const ROOM: usize = 48 << 20;

/// What the program's file says of addresses.
struct Calls {
    program: Program,
    symbols: &'static Symbols,
    image: Option<&'static Image>,
}

/// Keeps the file of the running program mapped, so that all of this works later on as well: when the process has no
/// descriptor left, when the program was deleted or replaced. It takes microseconds, once, and reads nothing.
///
/// # Errors
///
/// Where the file cannot be mapped.
pub fn keep_program() -> Result<(), Error> {
    program_file().map(|_| ())
}

/// Where to read, or why there is nothing to read.
fn calls() -> Result<&'static Calls, Error> {
    static CALLS: OnceLock<Result<Calls, Error>> = OnceLock::new();
    if let Some(known) = CALLS.get() {
        return known.as_ref().map_err(Clone::clone);
    }
    // What may be better another time is not remembered.
    let bytes = program_file()?.bytes();
    if !memory::has_room(ROOM) {
        return Err(Error::new(
            "the memory that this process may still take is too little to read its debug info",
        ));
    }
    let calls = CALLS.get_or_init(|| {
        let image = Image::open().ok();
        let symbols = match image {
            Some(image) => &image.symbols,
            None => Box::leak(Box::new(Symbols::of(&parse(bytes)?))),
        };
        if image.is_none() && symbols.is_empty() {
            return Err(Error::new(
                "this program has neither debug info nor a symbol table, so that none of its functions has a name: remove \
                 `strip` from [profile.dev] and [profile.test]",
            ));
        }
        Ok(Calls {
            program: Program::of_this_process(),
            symbols,
            image,
        })
    });
    calls.as_ref().map_err(Clone::clone)
}

/// The functions that a return address of the running program is inside of, innermost first: several where some were inlined,
/// none where the address lies in a library.
///
/// ```
/// # if cfg!(target_os = "linux") {
/// let nowhere = leakcheck_introspect::calls_at(0)?;
/// assert!(nowhere.is_empty());
/// # }
/// # Ok::<(), leakcheck_introspect::Error>(())
/// ```
///
/// # Errors
///
/// Where nothing can be read of any address.
pub fn calls_at(address: usize) -> Result<Vec<Call>, Error> {
    let calls = calls()?;
    let Some(place) = calls.place(address) else {
        return Ok(Vec::new());
    };
    let mut found = calls
        .image
        .map_or_else(Vec::new, |image| image.calls(place));
    match found.last_mut() {
        Some(outer) if outer.name.is_none() => outer.name = calls.symbols.at(place),
        Some(_) => {}
        None => found.extend(calls.symbols.at(place).map(|name| Call {
            name: Some(name),
            ..Call::default()
        })),
    }
    Ok(found)
}

/// The mangled name of the function that a return address of the running program is inside of, out of its symbol table:
/// debug info of lines only has no names of closures and async functions.
///
/// ```
/// let nowhere = leakcheck_introspect::called_from(0);
/// assert_eq!(nowhere, None);
/// ```
pub fn called_from(address: usize) -> Option<&'static str> {
    let calls = calls().ok()?;
    calls.symbols.at(calls.place(address)?)
}

/// The file in which a function of the running program is declared, by where its code starts, as the compiler wrote it.
///
/// ```
/// let nowhere = leakcheck_introspect::file_of(0);
/// assert_eq!(nowhere, None);
/// ```
pub fn file_of(function: usize) -> Option<PathBuf> {
    let calls = calls().ok()?;
    let declared = calls.image?.file_of(calls.place(function + 1)?);
    declared.map(|file| PathBuf::from(&*file))
}

impl Calls {
    /// Where the call before a return address stands in the program's file.
    fn place(&self, address: usize) -> Option<u64> {
        let place = u64::try_from(address).ok()?.checked_sub(1)?;
        let is_own = self.program.span.contains(&place);
        is_own.then(|| place.wrapping_sub(self.program.bias))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_its_name_and_its_file() {
        keep_program().expect("the program can be mapped");
        let inside = calls_at(keep_program as *const () as usize + 1).expect("it can be read");
        let inside = inside.last().expect("it is one of the program");
        let name = inside.name.expect("it has a name");
        assert!(name.contains("keep_program"), "{name}");
        let file = inside.file.as_deref().expect("tests have debug info");
        assert!(file.ends_with(file!()), "{}", file.display());
        assert!(inside.line.is_some());
    }

    #[test]
    fn what_lies_elsewhere_has_no_name() {
        let elsewhere = std::ptr::from_ref(&0_u8) as usize;
        assert_eq!(calls_at(1).expect("it can be read"), []);
        assert_eq!(called_from(1), None);
        drop(calls_at(elsewhere));
    }
}
