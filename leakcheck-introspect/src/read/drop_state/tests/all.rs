//! The drop code of all coroutines of this program, in all of their states.

use super::is_followed;
use crate::read::{
    drop_state::{drop_functions::DropFunctions, of},
    dwarf::{Shape, Type},
    startup::introspector,
    value::{Reader, Value},
};

/// A coroutine in memory that is filled with one byte, in a given state.
fn in_state(ty: &Type, state: u64, fill: u8) -> Option<Vec<u8>> {
    let Shape::Enum {
        discriminant: Some(by),
        ..
    } = &ty.shape
    else {
        return None;
    };
    let mut bytes = vec![fill; usize::try_from(ty.size).ok()?];
    let (at, size) = (
        usize::try_from(by.offset).ok()?,
        usize::try_from(by.size).ok()?,
    );
    bytes
        .get_mut(at..at + size)?
        .copy_from_slice(&state.to_le_bytes()[..size]);
    Some(bytes)
}

#[test]
fn all_drop_code_is_followed_in_all_states() {
    let introspector = introspector().expect("tests have debug info");
    let reader = Reader::new(introspector.image);
    let (mut all, mut followed) = (0, 0);
    for ty in DropFunctions::of(introspector.image).coroutines(introspector.image) {
        for variant in ty.variants() {
            // Drop flags that are all clear, and all set.
            for fill in [0, 1, 0xff] {
                let Some(bytes) = variant.value.and_then(|state| in_state(ty, state, fill)) else {
                    continue;
                };
                let coroutine = Value::new(ty, bytes.as_ptr() as u64);
                reader.memory.forget();
                all += 1;
                followed += u32::from(of(&reader, coroutine).is_some());
            }
        }
    }
    // Dependencies may be optimised where this crate is not.
    if is_followed() {
        assert!(all > 500 && followed > all / 5 * 4, "{followed} of {all}");
    }
}
