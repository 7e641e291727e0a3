//! Written by `cargo leakcheck doctor` where leakcheck has its feature `heap`, and written anew each time. It stands by itself, so
//! that what else is planted is looked for with the allocator that it had.

use std::{alloc::System, mem};

#[global_allocator]
static HEAP: leakcheck::Heap = leakcheck::Heap::new(System);

#[leakcheck::test(settle = "20ms")]
fn heap() {
    // So many words that the C library maps memory for them, of which nobody can have an old address by accident.
    for word in 0..4_u64 {
        mem::forget(vec![word; 20_000]); // PLANTED
    }
}
