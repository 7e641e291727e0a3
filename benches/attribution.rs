//! Whether what was measured was also done: every task known by name, with the line that spawned it.

use std::time::Duration;

use leakcheck::{Checkpoint, Frame, Kind, Options, Report};
use leakcheck_bench::{Flavor, leak_nested};

use crate::checked;

/// Leaks tasks as deep in the stack as the measured ones were, and has all of them found; says how.
///
/// # Errors
///
/// Where one is missed, or the stack is not that of the spawn.
pub(crate) fn check(flavor: Flavor, tasks: usize, nesting: usize) -> Result<String, String> {
    /// A task ends a moment after its handle says so.
    const SETTLE: Duration = Duration::from_millis(20);
    checked::run(flavor, Options::new, async move {
        let before = Checkpoint::new(Options::new().settle(SETTLE));
        let leaked = leak_nested(tasks, nesting).await;
        let report = before.report().await;
        for handle in leaked.handles {
            handle.abort();
            // Cancelled, as was asked for.
            let _ = handle.await;
        }
        let found = verify(&report, tasks, leaked.line)?;
        Ok(format!("{found}; spawned {} frames deep", leaked.depth))
    })
}

fn verify(report: &Report, tasks: usize, line: u32) -> Result<String, String> {
    let found: Vec<_> = report
        .leaks()
        .iter()
        .map(|leak| {
            (
                leak.kind(),
                leak.count(),
                leak.created_at().and_then(Frame::line),
            )
        })
        .collect();
    let expected = (Kind::Task, tasks, Some(line));
    if found != [expected] {
        return Err(format!("expected {expected:?}, found {found:?}"));
    }
    let stack = report.leaks()[0].stack().iter().map(Frame::function);
    let around = |name: &str| stack.clone().any(|function| function.ends_with(name));
    if around("work::leak") && around("work::layer") {
        Ok("all attributed".to_owned())
    } else {
        let stack: Vec<&str> = stack.collect();
        Err(format!(
            "expected the callers of the spawn, found {stack:?}"
        ))
    }
}
