//! Asks a value whether it is an `Err` without knowing its type: method look-up prefers the more direct receiver.

/// A returned value, borrowed for one question.
#[derive(Debug)]
pub struct Outcome<'a, R>(pub &'a R);

/// Answers for results.
pub trait ResultOutcome {
    /// Whether the value is an error.
    fn failed(&self) -> bool;
}

/// Answers for everything else, one reference further away.
pub trait AnyOutcome {
    /// Whether the value is an error: it cannot be.
    fn failed(&self) -> bool;
}

impl<T, E> ResultOutcome for Outcome<'_, Result<T, E>> {
    fn failed(&self) -> bool {
        self.0.is_err()
    }
}

impl<R> AnyOutcome for &Outcome<'_, R> {
    fn failed(&self) -> bool {
        false
    }
}

/// What a value that a test returns means.
#[derive(Debug)]
pub struct ReturnKind<R> {
    /// Whether the value is an error.
    pub(crate) failed: fn(&R) -> bool,
    /// Makes the value that a test returns where its `#[should_panic]` came true; the harness allows `()` only.
    pub(crate) unit: Option<fn() -> R>,
}

impl ReturnKind<()> {
    /// For functions that return nothing.
    pub const UNIT: Self = Self {
        failed: |&()| false,
        unit: Some(|| ()),
    };
}

impl<R> ReturnKind<R> {
    /// For functions that return a value of which `failed` says whether it is an error.
    pub fn value(failed: fn(&R) -> bool) -> Self {
        Self { failed, unit: None }
    }

    /// For functions that do not return.
    pub fn never() -> Self {
        Self::value(|_| false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::needless_borrow,
        reason = "the reference is what generated code writes"
    )]
    fn only_an_error_has_failed() {
        type Alias = Result<u8, String>;
        assert!((&Outcome(&Err::<u8, _>("no"))).failed());
        assert!(!(&Outcome(&Alias::Ok(1))).failed());
        assert!(!(&Outcome(&())).failed());
        assert!(!(ReturnKind::UNIT.failed)(&()));
    }
}
