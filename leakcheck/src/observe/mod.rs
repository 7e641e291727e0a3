//! What is alive now, whose it is, and where it was created: scopes, creation stacks, and a source for each kind of resource.

pub(crate) mod capture;
pub(crate) mod diff;
pub(crate) mod package;
#[cfg_attr(
    not(any(tokio_unstable, test)),
    expect(dead_code, reason = "only task hooks write to it")
)]
pub(crate) mod registry;
pub(crate) mod scope;
pub(crate) mod sources;
