//! Some fifty tasks of many shapes: what a test of one crate may leave.

#[path = "../../measure.rs"]
mod measure;
mod tasks;

use std::process;

use tokio::{runtime::Handle, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let kept = tasks::spawn();
    // Until all of them are parked.
    time::sleep(time::Duration::from_millis(100)).await;
    measure::measure(&Handle::current(), 10);
    drop(kept);
    process::exit(0);
}
