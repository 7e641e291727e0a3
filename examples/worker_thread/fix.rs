//! The thread ends as soon as the channel closes that it waits on, and is joined.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use leakcheck::leak_checked;

const PERIOD: Duration = Duration::from_secs(60);

struct Metrics {
    requests: Arc<AtomicU64>,
    flusher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Metrics {
    fn start() -> io::Result<Self> {
        let requests = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&requests);
        let flusher = thread::Builder::new().name("metrics-flusher".to_owned());
        let (stop, stopped) = mpsc::channel();
        let flusher = flusher.spawn(move || {
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                flush(&counted);
            }
        })?;
        Ok(Self {
            requests,
            flusher: Some((stop, flusher)),
        })
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        if let Some((stop, flusher)) = self.flusher.take() {
            drop(stop);
            flusher.join().expect("the flusher does not panic");
        }
    }
}

/// Hands over what was counted, and starts again from zero.
fn flush(counted: &AtomicU64) -> u64 {
    counted.swap(0, Ordering::Relaxed)
}

#[leak_checked]
#[test]
fn requests_are_counted() -> io::Result<()> {
    let metrics = Metrics::start()?;
    metrics.requests.fetch_add(1, Ordering::Relaxed);
    assert_eq!(flush(&metrics.requests), 1);
    Ok(())
}
