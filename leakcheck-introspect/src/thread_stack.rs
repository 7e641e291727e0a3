//! What the stack of a thread may hold.

use crate::Hold;

/// What the variables of functions may hold that are on the stack of a thread, as long as that keeps still.
///
/// A variable that was moved out of has its bytes still, so that none of this is certain. Functions of the standard library and
/// optimised ones are passed over.
#[derive(Clone, Debug)]
pub struct ThreadStack {
    pub(crate) number: u64,
    pub(crate) holds: Vec<Hold>,
}

impl ThreadStack {
    /// The number that the caller gave it.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What it may hold.
    pub fn holds(&self) -> &[Hold] {
        &self.holds
    }
}
