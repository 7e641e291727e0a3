//! Memory that is planted, to see whether it is found.

use std::hint::black_box;

use super::look;
use crate::{
    observe::scope::Scope,
    sys::allocations::{self, Standpoint},
};

/// Something else may seem to lead to one of them, by accident.
const MANY: usize = 8;

/// Of sizes that little else has.
type Forgotten = [u64; 46];
type Kept = [u64; 44];

/// Forgets some allocations for good and keeps another, and looks for all of them.
pub(super) fn plant() -> Result<(), String> {
    let kept = Scope::open().map_err(|error| error.to_string())?;
    let _watch = allocations::watch();
    let owner: Box<Kept> = {
        let _inside = kept.id().enter();
        forget();
        black_box(Box::new([0; 44]))
    };
    allocations::clear_below();
    let found = look::lost(kept.id(), &Standpoint::here(), None)?;
    drop(black_box(owner));
    let count = |size| {
        let blocks = found.blocks.iter();
        blocks.filter(|block| block.size == size).count()
    };
    match (count(size_of::<Forgotten>()), count(size_of::<Kept>())) {
        (1.., 0) => Ok(()),
        (forgotten, kept) => Err(format!(
            "of {MANY} allocations that were forgotten and one that was kept, {forgotten} and {kept} were found to be lost"
        )),
    }
}

#[inline(never)]
fn forget() {
    for _ in 0..MANY {
        let forgotten: Box<Forgotten> = black_box(Box::new([0; 46]));
        std::mem::forget(forgotten);
    }
}
