//! A cache that is dropped leaves nothing behind but what its threads need to end.

use leakcheck::leak_checked;
use moka::sync::Cache;

#[leak_checked]
#[test]
fn a_dropped_cache_ends_its_threads() {
    let cache = Cache::new(100);
    cache.insert(1, "one");
    assert_eq!(cache.get(&1), Some("one"));
}
