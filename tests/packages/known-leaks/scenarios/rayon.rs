//! The global pool lives as long as the process; a pool of the test's own ends when it is dropped, and not before.

use std::mem::forget;

use leakcheck::leak_checked;
use rayon::{ThreadPoolBuilder, prelude::*};

#[leak_checked]
#[test]
fn a_dropped_pool_ends_its_threads() {
    let pool = ThreadPoolBuilder::new().num_threads(2).build();
    let sum: u64 = pool
        .expect("threads can be started")
        .install(|| (1..=100_u64).into_par_iter().sum());
    assert_eq!(sum, 5050);
}

#[leak_checked]
#[test]
fn a_forgotten_pool_keeps_its_threads() {
    let builder = ThreadPoolBuilder::new().num_threads(2);
    let pool = builder.build(); // LEAK
    forget(pool);
}

#[leak_checked]
#[test]
fn the_global_pool_serves_the_process() {
    let sum: u64 = (1..=100_u64).into_par_iter().sum();
    assert_eq!(sum, 5050);
}
