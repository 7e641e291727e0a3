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

/// For functions that return nothing, never, or something without a name.
pub fn never_fails<R>(_: &R) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_error_has_failed() {
        type Alias = Result<u8, String>;
        assert!((&Outcome(&Err::<u8, _>("no"))).failed());
        assert!(!(&Outcome(&Alias::Ok(1))).failed());
        assert!(!(&Outcome(&())).failed());
        assert!(!never_fails(&()));
    }
}
