//! Prints the tasks of a small program: where each is suspended, what it waits for and who could wake it.
#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::{sync::Arc, time::Duration};

use leakcheck_introspect::{Frame, Graph, TaskList};
use tokio::{
    runtime::{Builder, Handle},
    sync::{Mutex, mpsc},
    task::yield_now,
};

async fn collect(mut jobs: mpsc::Receiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(job) = jobs.recv().await {
        sum += job;
    }
    sum
}

async fn produce(jobs: mpsc::Sender<u32>, gate: Arc<Mutex<()>>) {
    let _guard = gate.lock().await;
    let _ = jobs.send(1).await;
}

async fn keep(gate: Arc<Mutex<()>>) {
    let _guard = gate.lock().await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
}

async fn race(mut a: mpsc::Receiver<u32>, mut b: mpsc::Receiver<u32>) {
    tokio::select! {
        _ = a.recv() => {}
        _ = b.recv() => {}
    }
}

fn print(frame: &Frame, depth: usize) {
    let place = frame
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    println!("{:depth$}{}  {place}", "", frame.function());
    for local in frame.locals() {
        println!("{:depth$}  . {}: {}", "", local.name(), local.ty());
    }
    for inner in frame.inner() {
        print(inner, depth + 4);
    }
}

fn main() -> Result<(), leakcheck_introspect::Error> {
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be built");
    runtime.block_on(async {
        let (sender, receiver) = mpsc::channel(1);
        let gate = Arc::new(Mutex::new(()));
        tokio::spawn(keep(Arc::clone(&gate)));
        tokio::spawn(produce(sender, gate));
        let collector = tokio::spawn(collect(receiver));
        let (a, b) = (mpsc::channel(1), mpsc::channel(2));
        tokio::spawn(race(a.1, b.1));
        tokio::spawn(async move { collector.await.map(|sum| sum + 1) });
        for _ in 0..3 {
            yield_now().await;
        }
        let list = TaskList::of_runtime(&Handle::current())?;
        let graph = Graph::new([&list]);
        for task in list.tasks() {
            println!(
                "task {} ({:?}) {} {:?}",
                task.id(),
                task.state(),
                task.future(),
                task.unread()
            );
            if let Some(root) = task.root() {
                print(root, 4);
            }
            for wait in task.waits() {
                println!("    waits for {:?} {:?}", wait.event(), wait.object());
                for waker in graph.wakers(task, wait) {
                    let held = waker.hold.map_or("", |hold| hold.local());
                    if let Some(task) = waker.task() {
                        println!("      from task {} {} {held}", task.id(), task.future());
                    }
                }
            }
            println!(
                "    stuck: {} complete: {}",
                graph.is_stuck(task),
                task.is_complete()
            );
        }
        Ok(())
    })
}
