//! Runtimes that are told apart, by what their threads are marked with.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::runtime::Builder;

use crate::{
    observe::{scope::ScopeId, sources::timers},
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
pub(super) fn adopt_threads(
    builder: &mut Builder,
    token: Token,
    and: impl Fn() + Send + Sync + 'static,
) {
    let own = Context {
        scope: ScopeId::current().index(),
        origin: 0,
    };
    builder.on_thread_start(move || {
        threads::mark_runtime(token.get());
        timers::listen_for_good();
        if context::current() == Context::UNCHECKED {
            context::replace(own);
        }
        and();
    });
}
