//! What `leakcheck::main!` was given.

use crate::{base::test_meta::BinarySite, settings::options::Options};

/// Options and hooks of all tests of a binary.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    pub(crate) place: BinarySite,
    pub(crate) options: fn() -> Options,
    pub(crate) set_up: fn(),
    pub(crate) tear_down: fn(),
    pub(crate) clean_up: fn(i32),
    pub(crate) when: When,
    pub(crate) missed: &'static [(&'static str, bool)],
}

/// When the process is checked at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After tests that passed.
    Passed,
    /// After any.
    Always,
}

impl Suite {
    /// A suite without options and hooks.
    pub const fn new(place: BinarySite) -> Self {
        Self {
            place,
            options: Options::new,
            set_up: || (),
            tear_down: || (),
            clean_up: |_| (),
            when: When::Passed,
            missed: &[],
        }
    }

    /// The options that each test starts from.
    #[must_use]
    pub const fn options(self, options: fn() -> Options) -> Self {
        Self { options, ..self }
    }

    /// Called before the first test.
    #[must_use]
    pub const fn set_up(self, set_up: fn()) -> Self {
        Self { set_up, ..self }
    }

    /// Called after the last test, before the process is checked.
    #[must_use]
    pub const fn tear_down(self, tear_down: fn()) -> Self {
        Self { tear_down, ..self }
    }

    /// Called at the very end, with the exit code.
    #[must_use]
    pub const fn clean_up(self, clean_up: fn(i32)) -> Self {
        Self { clean_up, ..self }
    }

    /// When the process is checked.
    #[must_use]
    pub const fn check(self, when: When) -> Self {
        Self { when, ..self }
    }

    /// Tests that the compiler removes, because no attribute registers them, and whether they are ignored.
    #[must_use]
    pub const fn missed(self, missed: &'static [(&'static str, bool)]) -> Self {
        Self { missed, ..self }
    }
}

inventory::collect!(Suite);

/// The suite of this binary, if it has one.
pub(crate) fn registered() -> Option<&'static Suite> {
    inventory::iter::<Suite>.into_iter().next()
}
