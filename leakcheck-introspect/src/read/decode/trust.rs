//! Whether code is known to poll what it contains.

/// Whether code that is not an async function is known to poll all that it contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// It is std's, tokio's or a well-known combinator.
    Known,
    /// Somebody wrote it by hand.
    Unknown,
}
