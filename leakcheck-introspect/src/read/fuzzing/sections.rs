//! An executable whose debug info is not to be trusted.

use crate::read::{
    decode::decode,
    dwarf::Image,
    fuel,
    memory::Program,
    name::coroutine_name,
    value::{Reader, Value},
};

/// Steps that an input may take: some for each byte, and what a task of hostile types may.
const STEPS_PER_BYTE: u64 = 1_000;
const STEPS: u64 = 10_000_000;
/// Types that values are read as.
const MOST_VALUES: usize = 64;

/// What was found in spite of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Units whose header can be read.
    pub units: u32,
    /// Functions that were found by their addresses.
    pub functions: usize,
    /// Functions that were found by their symbols.
    pub symbols: usize,
    /// Vtables that were found by their addresses.
    pub vtables: usize,
    /// Functions, with those that were inlined, by the lines of their code.
    pub calls: usize,
    /// Types of async functions and blocks.
    pub coroutines: usize,
    /// Steps that it took.
    pub steps: u64,
}

/// Takes `bytes` for an executable, looks at everything in it, and reads values of its types.
///
/// # Panics
/// Where that is not ruled out by what reads it, or takes too many steps.
pub fn sections(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let most = STEPS + STEPS_PER_BYTE * bytes.len() as u64;
    found.steps = fuel::within(most, || look(bytes, &mut found));
    found
}

fn look(bytes: &[u8], found: &mut Found) {
    let bytes: &'static [u8] = Box::leak(bytes.into());
    let program = Program {
        bias: 0,
        span: 0..u64::MAX,
    };
    let Ok(image) = Image::of(bytes, program) else {
        return;
    };
    found.units = image.len();
    let dump = image.dump_all();
    found.functions = dump.functions;
    found.symbols = dump.symbols;
    found.vtables = dump.vtables;
    found.calls = dump.calls;
    let _ = image.find("Handle", |ty| ty.full().is_empty());
    let (coroutines, others): (Vec<_>, Vec<_>) =
        dump.types.iter().partition(|ty| ty.is_coroutine());
    found.coroutines = coroutines.len();
    // Whatever the input is, it is also what lies in memory.
    let reader = Reader::new(&image);
    for ty in coroutines.into_iter().chain(others).take(MOST_VALUES) {
        let _ = coroutine_name(&image, ty);
        let _ = image.lines_of_variables(ty, &["futures"], "");
        for skip in [0, 8, bytes.len() / 2] {
            reader.memory.forget();
            let value = Value::new(ty, (bytes.as_ptr() as u64).wrapping_add(skip as u64));
            let _ = reader.pointer(value);
            let _ = reader.inside(value, &|ty| ty.name == "nothing has this name");
            let _ = decode(&reader, value);
        }
    }
}
