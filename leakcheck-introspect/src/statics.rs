//! What the statics of the program hold.

use std::sync::Arc;

use crate::{Hold, Location};

/// The statics that hold anything, of this crate and of others, as they were when they were read.
///
/// A static that is declared inside a function is one as well, and so are those of the thread that reads them; those of other
/// threads are not.
#[derive(Clone, Debug, Default)]
pub struct Statics {
    pub(crate) list: Vec<Static>,
    pub(crate) is_whole: bool,
}

impl Statics {
    /// Those that hold anything.
    pub fn list(&self) -> &[Static] {
        &self.list
    }

    /// Whether all statics of crates with debug info were read to the end. What only a plain pointer leads to is never
    /// read.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }
}

/// A static that holds something.
#[derive(Clone, Debug)]
pub struct Static {
    pub(crate) name: Arc<str>,
    pub(crate) location: Option<Location>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) is_thread_local: bool,
}

impl Static {
    /// Its name; with its modules, and without its crate, where another static has the same.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is one of `thread_local!`: that of the thread which has read it.
    pub fn is_thread_local(&self) -> bool {
        self.is_thread_local
    }

    /// Where it is declared.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// What it holds. The variable of each is the way inside the static: `[0].1`, empty where it is the static itself.
    pub fn holds(&self) -> &[Hold] {
        &self.holds
    }
}
