//! A hundred thousand tasks of two shapes.

#[path = "../../measure.rs"]
mod measure;

use std::{future::pending, time::Duration};

use tokio::{runtime::Handle, task::yield_now, time::sleep};

const TASKS: usize = 100_000;

async fn leaf() {
    pending::<()>().await;
}

async fn worker(number: usize) {
    let name = format!("worker {number}");
    if number % 2 == 0 {
        leaf().await;
    } else {
        sleep(Duration::from_secs(3600)).await;
    }
    drop(name);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for number in 0..TASKS {
        tokio::spawn(worker(number));
    }
    for _ in 0..3 {
        yield_now().await;
    }
    measure::measure(&Handle::current(), 3);
    // Not by the end of the runtime, which would drop them one by one.
    std::process::exit(0);
}
