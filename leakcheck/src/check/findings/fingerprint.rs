//! What makes a finding the same from run to run.

use leakcheck_report::fingerprint;

use crate::{
    base::model::{Kind, without_numbers},
    observe::capture::Trace,
};

/// Made of what stays the same when lines move and tests run in another order: the kind, the name without numbers and the
/// functions on the path.
pub(super) fn of(kind: Kind, name: Option<&str>, trace: &Trace) -> String {
    let name = name.map(without_numbers).unwrap_or_default();
    let frames = trace
        .through
        .iter()
        .chain(&trace.site)
        .chain(&trace.callers);
    let functions = frames.map(|frame| &*frame.function);
    fingerprint::of([kind.name(), &name].into_iter().chain(functions))
}
