//! What the variables of functions on the stack of a thread may hold.

use std::sync::Arc;

use super::{
    decode::holds_on_stack,
    dwarf::{OnStack, calls_at},
    name::home_of,
    startup::introspector,
    value::{Reader, Value},
};
use crate::{Error, Hold, Location};

/// Functions whose variables are read.
const MOST_FRAMES: usize = 256;
/// Crates whose functions are passed over, also where those of the user's types are in the user's own code.
const LIBRARIES: &[&str] = &["alloc", "core", "std"];
/// Places that are visited in all of them together.
const MOST_PLACES: u32 = 20_000;

/// Reads them, of frames with their addresses and stack pointers, innermost first, and in this order.
pub(crate) fn stack_holds(frames: &[(usize, usize)]) -> Result<Vec<Hold>, Error> {
    let image = introspector()?.image;
    let reader = Reader::new(image);
    let mut left = MOST_PLACES;
    let mut holds = Vec::new();
    let pairs = frames.iter().zip(frames.iter().skip(1));
    for ((address, pointer), (_, callers_pointer)) in pairs.take(MOST_FRAMES) {
        let on_stack = OnStack {
            // Inside the call, not behind it.
            at: (*address as u64).saturating_sub(1),
            pointer: *pointer as u64,
            callers_pointer: *callers_pointer as u64,
        };
        let Some((path, variables)) = image.stack_variables(on_stack) else {
            continue;
        };
        let home = home_of(&path);
        if LIBRARIES.contains(&home) {
            continue;
        }
        let before = holds.len();
        // What was declared last comes first: things are moved from one to the next.
        for variable in variables.into_iter().rev() {
            let address = if variable.is_behind {
                reader.memory.word(variable.address)
            } else {
                Some(variable.address)
            };
            if let Some((ty, address)) = reader.ty(variable.ty).zip(address) {
                let value = Value::new(ty, address);
                let found = holds_on_stack(&reader, value, variable.name, home, &mut left);
                holds.extend(found);
            }
        }
        if holds.len() > before {
            let location = location(*address);
            for hold in holds.iter_mut().skip(before) {
                hold.function = path.as_str().into();
                hold.location.clone_from(&location);
            }
        }
    }
    Ok(holds)
}

/// The line that a return address belongs to, in the function itself and not in what was inlined there.
fn location(address: usize) -> Option<Location> {
    let calls = calls_at(address).ok()?;
    let outer = calls.last()?;
    Some(Location {
        file: Arc::from(outer.file()?.to_str()?),
        line: outer.line()?,
    })
}
