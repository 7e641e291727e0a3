//! A debounced watcher that is dropped leaves no thread behind (notify-rs/notify#169).

use std::{sync::mpsc, time::Duration};

use leakcheck::leak_checked;
use notify::{RecursiveMode, Watcher};

#[leak_checked]
#[test]
fn a_dropped_watcher_ends_its_threads() -> notify::Result<()> {
    let (events, _kept) = mpsc::channel();
    let mut watcher = notify::watcher(events, Duration::from_millis(50))?; // LEAK
    watcher.watch(env!("CARGO_MANIFEST_DIR"), RecursiveMode::NonRecursive)
}
