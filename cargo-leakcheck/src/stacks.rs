//! The stacks of a finding as profilers take them.

use crate::report::{Frame, Leak};

/// Where it was made: from the innermost dependency over the user's own line back to the test.
pub(crate) fn creation(leak: &Leak) -> Vec<&Frame> {
    let through = leak.created_through.iter();
    through
        .chain(&leak.created_at)
        .chain(&leak.created_by)
        .collect()
}

/// Where it waits, innermost first.
pub(crate) fn waiting(leak: &Leak) -> Vec<&Frame> {
    leak.waits_at.iter().collect()
}
