//! Bodies that were cancelled: where that left something, and what came of it otherwise.

use leakcheck_report::{CancelFault, CancelledAt};

use crate::{
    finding::{Finding, place},
    summary::Checked,
};

/// What is said of a test whose body came to something else than to leave things behind when it was cancelled.
pub(crate) fn fault(checked: &Checked) -> Option<String> {
    let failed = checked.cancelled.as_ref()?;
    let (test, at) = (checked.test.quoted(), at(&failed.at));
    Some(match failed.how {
        CancelFault::DropPanicked => format!(
            "{test} panicked when it was cancelled at {at}: something that is dropped with its body panics"
        ),
        CancelFault::DropHung => format!(
            "{test} hangs when it is cancelled at {at}: something that is dropped with its body does not come back"
        ),
        CancelFault::BodyFailed => format!(
            "{test} failed when it ran again to be cancelled at {at}, so no more awaits were tried: what it sets up has to be repeatable"
        ),
    })
}

/// Behind what was left: `, when its body was cancelled at await 3 (src/pool.rs:41)`; nothing where it is left in any case.
pub(crate) fn when(finding: &Finding) -> Option<String> {
    let first = finding.cancelled.as_ref()?;
    Some(format!(", when its body was cancelled at {}", at(first)))
}

/// `await 3 (src/pool.rs:41)`
fn at(cancelled: &CancelledAt) -> String {
    let number = cancelled.number;
    match cancelled.at.as_ref().and_then(place) {
        Some(place) => format!("await {number} ({place})"),
        None => format!("await {number}"),
    }
}
