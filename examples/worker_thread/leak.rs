//! A worker thread that nothing tells to stop.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use leakcheck::leak_checked;

const PERIOD: Duration = Duration::from_secs(60);

struct Metrics {
    requests: Arc<AtomicU64>,
}

impl Metrics {
    fn start() -> io::Result<Self> {
        let requests = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&requests);
        let flusher = thread::Builder::new().name("metrics-flusher".to_owned());
        flusher.spawn(move || {
            loop {
                thread::sleep(PERIOD);
                flush(&counted);
            }
        })?;
        Ok(Self { requests })
    }
}

/// Hands over what was counted, and starts again from zero.
fn flush(counted: &AtomicU64) -> u64 {
    counted.swap(0, Ordering::Relaxed)
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn requests_are_counted() -> io::Result<()> {
    let metrics = Metrics::start()?;
    metrics.requests.fetch_add(1, Ordering::Relaxed);
    assert_eq!(flush(&metrics.requests), 1);
    Ok(())
}
