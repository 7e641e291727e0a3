//! How much it matters that something was left behind.

/// What happens when something was left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is checked.
    Off,
    /// The report is printed; the test passes.
    Warn,
    /// The report is printed and the test fails. The default.
    Deny,
}
