//! Memory that is planted, to see whether it is found.

use std::hint::black_box;

use super::look;
use crate::{
    observe::scope::Scope,
    sys::allocations::{self, Standpoint},
};

/// As much as nothing else is likely to be, and no more than is a pity.
type Planted = [u64; 6];

/// Forgets an allocation for good and keeps another, and looks for both.
pub(super) fn plant() -> Result<(), String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let _watch = allocations::watch();
    let owner = {
        let _inside = kept.id().enter();
        forget();
        black_box(Box::new(Planted::default()))
    };
    allocations::clear_below();
    let found = look::lost(kept.id(), &Standpoint::here(), None)?;
    drop(black_box(owner));
    match found.blocks.len() {
        1 => Ok(()),
        found => Err(format!(
            "of an allocation that was forgotten and one that was kept, {found} were found to be lost"
        )),
    }
}

#[inline(never)]
fn forget() {
    std::mem::forget(black_box(Box::new(Planted::default())));
}
