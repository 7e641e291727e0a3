//! Without hooks: the runtime says how many tasks are alive, and nothing else.

use tokio::runtime::Builder;

use super::Token;
use crate::{
    model::{Resource, Seen},
    scope::ScopeId,
};

/// Marks the runtime's threads. Tasks leave no trace that could be listened to.
pub(crate) fn instrument(builder: &mut Builder, token: Token) {
    super::adopt_threads(builder, token);
}

/// No task is known by name.
pub(crate) fn list(_scope: Option<ScopeId>) -> Vec<Resource> {
    Vec::new()
}

/// Whether tasks are known by name.
pub(crate) const ARE_NAMED: bool = false;

/// How much is seen.
pub(crate) fn coverage() -> Seen {
    Seen::Partial(
        "tasks of the test's own runtime are counted, not named; build with RUSTFLAGS=\"--cfg tokio_unstable\" to \
         have their creation sites"
            .to_owned(),
    )
}

/// How many of the runtime's tasks are known by name: none.
pub(crate) fn named_on(_token: Token) -> usize {
    0
}
