//! Reads a hundred thousand tasks of two shapes, and says how long that took.
#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::time::{Duration, Instant};

use leakcheck_introspect::TaskList;
use tokio::runtime::{Builder, Handle};

async fn leaf() {
    std::future::pending::<()>().await;
}

async fn worker(number: usize) {
    let name = format!("worker {number}");
    if number.is_multiple_of(2) {
        leaf().await;
    } else {
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
    drop(name);
}

fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .map_or(100_000, |count| count.parse().expect("a number"));
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime can be built");
    runtime.block_on(async {
        for number in 0..count {
            tokio::spawn(worker(number));
        }
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        for _ in 0..2 {
            let start = Instant::now();
            let list = TaskList::of_runtime(&Handle::current()).expect("tasks can be read");
            let idle = list
                .tasks()
                .iter()
                .filter(|task| task.root().is_some())
                .count();
            println!(
                "{} tasks, {idle} with frames, {:?}, gap {:?}",
                list.tasks().len(),
                start.elapsed(),
                list.gap()
            );
        }
    });
}
