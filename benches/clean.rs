//! A check that finds nothing, alone in its process and next to ten thousand tasks of somebody else's test.

use std::{sync::mpsc, thread, time::Duration};

use leakcheck::{Checkpoint, LeakGuard, Options, find};
use leakcheck_bench::{Entrant, Flavor, Scale, Section, leak, medians, per_call};
use tokio::sync::oneshot;

use crate::checked;

/// Live tasks of the other test.
const FOREIGN: usize = 10_000;
/// Checks in a round. A process has 262,143 scopes, and a check opens one.
const CHECKS: usize = 200;

const ATTRIBUTE: &str = "#[leak_checked] on an empty #[test]";

pub(crate) fn row(scale: Scale) -> Result<Vec<Section>, String> {
    let alone = Section::new("a check that finds nothing")
        .times(&checks(scale)?)
        .remark(ATTRIBUTE, "target 20 µs; goleak 90 µs (not run here)");
    let crowded = Section::new(format!(
        "the same next to {FOREIGN} live tasks of another test"
    ))
    .times(&beside_foreign_tasks(|| checks(scale))??)
    .remark(ATTRIBUTE, "target 100 µs; goleak 90 ms (not run here)");
    Ok(vec![alone, crowded])
}

fn checks(scale: Scale) -> Result<Vec<(String, f64)>, String> {
    let entrants = vec![
        Entrant::new(ATTRIBUTE, || Ok(per_call(CHECKS, || checked::call(|| ())))),
        Entrant::new("LeakGuard", || {
            let check = || assert!(LeakGuard::new(Options::new()).finish().is_clean());
            Ok(per_call(CHECKS, check))
        }),
        Entrant::new("find, inside a checked test", || {
            let check = || assert!(find(&Options::new()).is_ok_and(|report| report.is_clean()));
            Ok(checked::call(|| per_call(CHECKS, check)))
        }),
    ];
    medians(scale.rounds(50), entrants)
}

/// Runs `measure` while a checked test on another thread has its tasks alive, and makes sure that it had.
fn beside_foreign_tasks<T>(measure: impl FnOnce() -> T) -> Result<T, String> {
    const SETTLE: Duration = Duration::from_millis(1);
    let (ready, wait) = mpsc::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let other = thread::spawn(move || {
        checked::run(Flavor::CurrentThread, Options::new, async move {
            let before = Checkpoint::new(Options::new().settle(SETTLE));
            let leaked = leak(FOREIGN).await;
            // Only a caller that has given up does not listen.
            let _ = ready.send(());
            let _ = stopped.await;
            let report = before.report().await;
            for handle in leaked.handles {
                handle.abort();
                let _ = handle.await;
            }
            report
                .leaks()
                .iter()
                .map(leakcheck::Leak::count)
                .sum::<usize>()
        })
    });
    wait.recv()
        .map_err(|_| "the other test did not start".to_owned())?;
    let measured = measure();
    let _ = stop.send(());
    match other.join() {
        Ok(FOREIGN) => Ok(measured),
        Ok(found) => Err(format!(
            "the other test had {FOREIGN} tasks, {found} were found"
        )),
        Err(_) => Err("the other test failed".to_owned()),
    }
}
