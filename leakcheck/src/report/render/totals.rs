//! How much there is of what is left, and whether it fails the test.

use leakcheck_report::plural;

use crate::base::model::{Kind, Leak, Level};

/// How many there are of each kind: `2 tasks`, `1 thread`.
pub(super) fn totals<'l>(leaks: impl IntoIterator<Item = &'l Leak>) -> Vec<String> {
    let mut totals: Vec<(Kind, usize)> = Vec::new();
    for leak in leaks {
        match totals.iter_mut().find(|(kind, _)| *kind == leak.kind) {
            Some((_, count)) => *count += leak.count,
            None => totals.push((leak.kind, leak.count)),
        }
    }
    totals
        .iter()
        .map(|(kind, count)| plural::count(*count, *kind))
        .collect()
}

/// Whether it fails nothing.
pub(super) fn is_warning(leak: &Leak) -> bool {
    leak.level == Level::Warn
}
