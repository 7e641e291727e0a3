//! What rules accepted.

use crate::{place::Frame, record::record};

record! {
    /// What one rule accepted.
    Ignored {
        /// The rule, as one would write it.
        always(default) rule: String,
        /// Why the rule exists.
        always(default) reason: String,
        /// Where the rule stands, if it is not in the test's own code or built in.
        if_any(default) source: Option<String>,
        /// How many things it accepted.
        always(default = "crate::record::one") count: usize,
        /// Of what kind.
        always(default) kind: String,
        /// Whether the rule came with leakcheck.
        always(default) built_in: bool,
        /// For which functions it was, as far as is known.
        if_any(default) sites: Vec<AcceptedSite>,
        /// How many of `count` were of functions beyond those that are listed.
        if_any(default) unlisted: usize,
    }
}

record! {
    /// A function for which a rule accepted something.
    AcceptedSite {
        /// The key of a rule that would name the function.
        always by: String,
        /// Where it is.
        flat(flatten) frame: Frame,
        /// How many things.
        always(default) count: usize,
    }
}
