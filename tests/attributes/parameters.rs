//! Tests with parameters, which other attributes call: what a parameter owns ends with the body.

use std::cell::Cell;
use std::rc::Rc;

use leakcheck::leak_checked;

use crate::ran;

/// Tells that it was dropped.
struct Noisy(Rc<Cell<bool>>);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[leak_checked]
fn sync<T: Copy + PartialEq>(
    mut value: T,
    other: T,
    _unused: Noisy,
    slice: &mut [T],
) -> Result<T, String> {
    let first = slice.first_mut().ok_or("no element")?;
    std::mem::swap(first, &mut value);
    if value == other {
        Ok(value)
    } else {
        Err("different".into())
    }
}

#[test]
fn a_plain_function_keeps_its_signature() {
    ran::sync();
    let dropped = Rc::new(Cell::new(false));
    assert_eq!(sync(1, 2, Noisy(dropped.clone()), &mut [2]), Ok(2));
    assert!(dropped.get());
    assert!(sync(1, 1, Noisy(dropped), &mut []).is_err());
}
