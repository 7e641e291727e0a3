//! Tokio tasks: named by the runtime's own hooks where `--cfg tokio_unstable` is on, counted where it is not.
//!
//! Both twins have the same face: `instrument` a builder, `list` what is known by name, `coverage` in words. What a
//! runtime counts beyond the named ones is [`unnamed`].

#[cfg(not(tokio_unstable))]
mod counted;
#[cfg(tokio_unstable)]
mod hooks;

#[cfg(not(tokio_unstable))]
pub(crate) use counted::{ARE_NAMED, coverage, instrument, list, named_on};
#[cfg(tokio_unstable)]
pub(crate) use hooks::{ARE_NAMED, coverage, instrument, list, named_on};

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::runtime::Handle;

use crate::{
    scope::ScopeId,
    sys::{
        context::{self, Context},
        threads,
    },
};

/// Tells apart the runtimes that are instrumented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token(u32);

impl Token {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) const fn get(self) -> u32 {
        self.0
    }
}

/// Makes each thread of the runtime known as such, and let it work for the scope that built the runtime: on platforms
/// where threads do not inherit their scope this is the only way.
fn adopt_threads(builder: &mut tokio::runtime::Builder, token: Token) {
    let home = Context {
        scope: ScopeId::current().index(),
        origin: 0,
    };
    builder.on_thread_start(move || {
        threads::mark_runtime(token.get());
        if context::current() == Context::UNCHECKED {
            context::replace(home);
        }
    });
}

/// Tasks that the runtime counts as alive beyond those that are known by name.
pub(crate) fn unnamed(handle: &Handle, named: usize) -> Count {
    let alive = handle.metrics().num_alive_tasks();
    if alive >= named {
        Count::More(alive - named)
    } else {
        Count::Fewer(named - alive)
    }
}

/// A runtime's own count against what is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// So many more are alive.
    More(usize),
    /// So many fewer are alive: some that are listed are not.
    Fewer(usize),
}
