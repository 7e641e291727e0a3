//! The task holds its owner weakly: the last user drops the cache, and its `Drop` ends the task.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, Weak},
    time::{Duration, Instant},
};

use leakcheck::leak_checked;
use tokio::{task::AbortHandle, time::sleep};

const LIFETIME: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Cache {
    entries: Mutex<HashMap<String, Instant>>,
    sweeper: OnceLock<AbortHandle>,
}

impl Cache {
    fn new() -> Arc<Self> {
        let cache = Arc::new(Self::default());
        let sweeper = tokio::spawn(sweep(Arc::downgrade(&cache)));
        cache.sweeper.get_or_init(|| sweeper.abort_handle());
        cache
    }

    fn insert(&self, key: &str) {
        let mut entries = self.entries.lock().expect("nobody panics with it");
        entries.insert(key.to_owned(), Instant::now());
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if let Some(sweeper) = self.sweeper.get() {
            sweeper.abort();
        }
    }
}

async fn sweep(cache: Weak<Cache>) {
    loop {
        sleep(LIFETIME).await;
        let Some(cache) = cache.upgrade() else { return };
        let mut entries = cache.entries.lock().expect("nobody panics with it");
        entries.retain(|_, born| born.elapsed() < LIFETIME);
    }
}

#[leak_checked]
#[tokio::test]
async fn a_new_entry_is_kept() {
    let cache = Cache::new();
    cache.insert("key");
    assert!(cache.entries.lock().unwrap().contains_key("key"));
}
