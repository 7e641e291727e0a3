//! A watcher that is dropped leaves no thread behind.

use std::path::Path;

use leakcheck::leak_checked;
use notify::{RecursiveMode, Watcher};

#[leak_checked]
#[test]
fn a_dropped_watcher_ends_its_threads() -> notify::Result<()> {
    let mut watcher = notify::recommended_watcher(|_| ())?;
    watcher.watch(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        RecursiveMode::NonRecursive,
    )
}
