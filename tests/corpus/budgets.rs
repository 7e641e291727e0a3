//! More alive at one time than a budget allows, all of it ended in the end; beside each the same within its budget.

use std::{
    fs::File,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Barrier, BarrierWaitResult},
    thread,
};

use leakcheck::leak_checked;
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet, spawn_blocking},
};

use crate::expected::verify;

async fn wait(gate: Arc<Semaphore>) {
    gate.acquire().await.unwrap().forget();
}

/// Lets all of them go.
async fn end(gate: &Semaphore, tasks: Vec<JoinHandle<()>>) {
    gate.add_permits(tasks.len());
    for task in tasks {
        task.await.unwrap();
    }
}

#[leak_checked(max_live(tasks = 8))]
#[tokio::test]
#[ignore = "goes over its budget on purpose"]
async fn a_task_for_each_request() {
    let gate = Arc::new(Semaphore::new(0));
    let mut tasks = Vec::new();
    for _ in 0..20 {
        // over: 20 of 20 tasks, 8 allowed
        tasks.push(tokio::spawn(wait(gate.clone())));
    }
    end(&gate, tasks).await;
}

#[leak_checked(max_live(tasks = 8))]
#[tokio::test]
async fn eight_requests_at_one_time() {
    let gate = Arc::new(Semaphore::new(0));
    for _ in 0..20 {
        let tasks = (0..8).map(|_| tokio::spawn(wait(gate.clone()))).collect();
        end(&gate, tasks).await;
    }
}

#[leak_checked(max_live(tasks = 5))]
#[tokio::test]
#[ignore = "goes over its budget on purpose"]
async fn requests_that_make_others() {
    let gate = Arc::new(Semaphore::new(0));
    let inner = gate.clone();
    // over: 1 of 7 tasks, 5 allowed
    let outer = tokio::spawn(async move {
        let mut all = JoinSet::new();
        for _ in 0..6 {
            // over: 6 of 7 tasks, 5 allowed
            all.spawn(wait(inner.clone()));
        }
        all.join_all().await;
    });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(6);
    outer.await.unwrap();
}

#[leak_checked(max_live(tasks = 7))]
#[tokio::test]
async fn requests_that_make_a_few() {
    let gate = Arc::new(Semaphore::new(0));
    let inner = gate.clone();
    let outer = tokio::spawn(async move {
        let mut all = JoinSet::new();
        for _ in 0..6 {
            all.spawn(wait(inner.clone()));
        }
        all.join_all().await;
    });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(6);
    outer.await.unwrap();
}

#[leak_checked(max_live(tasks = 4))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "goes over its budget on purpose"]
async fn requests_on_workers() {
    let gate = Arc::new(Semaphore::new(0));
    let mut tasks = Vec::new();
    for _ in 0..6 {
        // over: 6 of 6 tasks, 4 allowed
        tasks.push(tokio::spawn(wait(gate.clone())));
    }
    // They are counted when the body was polled, and may end while it is.
    tokio::task::yield_now().await;
    end(&gate, tasks).await;
}

/// So many threads that are all there at one time.
fn threads(number: usize) -> Vec<thread::JoinHandle<BarrierWaitResult>> {
    let barrier = Arc::new(Barrier::new(number));
    let start = |barrier: Arc<Barrier>| thread::spawn(move || barrier.wait());
    (0..number).map(|_| start(barrier.clone())).collect()
}

fn join<T>(threads: Vec<thread::JoinHandle<T>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}

#[leak_checked(max_live(threads = 3))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn a_thread_for_each_connection() {
    let barrier = Arc::new(Barrier::new(5));
    let mut all = Vec::new();
    for _ in 0..5 {
        let barrier = barrier.clone();
        // over: 5 of 5 threads, 3 allowed
        all.push(thread::spawn(move || barrier.wait()));
    }
    join(all);
}

#[leak_checked(max_live(threads = 3))]
#[test]
fn three_connections_at_one_time() {
    for _ in 0..5 {
        join(threads(3));
    }
}

#[leak_checked(max_live(threads = 2))]
#[tokio::test]
#[ignore = "goes over its budget on purpose"]
async fn closures_that_block() {
    let barrier = Arc::new(Barrier::new(4));
    let mut all = JoinSet::new();
    for _ in 0..4 {
        let barrier = barrier.clone();
        // over: 4 of 4 threads, 2 allowed
        all.spawn_blocking(move || barrier.wait());
    }
    all.join_all().await;
}

/// A pool may start a thread although another has nothing to do any more.
#[leak_checked(max_live(threads = 5))]
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn closures_one_by_one() {
    for _ in 0..5 {
        spawn_blocking(thread::yield_now).await.unwrap();
    }
}

#[leak_checked(max_live(fds = 6))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn a_connection_for_each_request() {
    // over: 1 of 9 fds, 6 allowed
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut open = Vec::new();
    for _ in 0..4 {
        // over: 4 of 9 fds, 6 allowed
        open.push(TcpStream::connect(address).unwrap());
        // over: 4 of 9 fds, 6 allowed
        open.push(listener.accept().unwrap().0);
    }
}

#[leak_checked(max_live(fds = 3))]
#[test]
fn a_connection_at_one_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for _ in 0..4 {
        let _ours = TcpStream::connect(address).unwrap();
        let _theirs = listener.accept().unwrap();
    }
}

#[leak_checked(max_live(fds = 2))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn files_that_another_thread_opens() {
    let opened = thread::spawn(|| {
        let mut files = Vec::new();
        for _ in 0..3 {
            // over: 3 of 3 fds, 2 allowed
            files.push(File::open("/dev/null").unwrap());
        }
        files
    });
    drop(opened.join().unwrap());
}

/// Copies share no number, and replacing one opens none.
#[leak_checked(max_live(fds = 2))]
#[test]
fn files_that_are_copied() {
    for _ in 0..5 {
        let file = File::open("/dev/null").unwrap();
        let _copy = file.try_clone().unwrap();
    }
}

/// A child that lives until its input is closed.
fn child() -> Command {
    let mut command = Command::new("cat");
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command
}

fn reap(mut child: Child) {
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[leak_checked(max_live(processes = 1))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn children_at_one_time() {
    let mut all = Vec::new();
    for _ in 0..3 {
        // over: 3 of 3 processes, 1 allowed
        all.push(child().spawn().unwrap());
    }
    all.into_iter().for_each(reap);
}

#[leak_checked(max_live(processes = 1))]
#[test]
fn children_one_by_one() {
    for _ in 0..5 {
        reap(child().spawn().unwrap());
    }
}

/// An exited child is there until somebody has waited for it.
#[leak_checked(max_live(processes = 1))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn children_that_nobody_has_waited_for() {
    // over: 1 of 2 processes, 1 allowed
    let mut first = child().spawn().unwrap();
    drop(first.stdin.take());
    // over: 1 of 2 processes, 1 allowed
    reap(child().spawn().unwrap());
    first.wait().unwrap();
}

#[leak_checked(max_live(threads = 1))]
#[test]
#[ignore = "leaks on purpose"]
fn too_many_that_stay() {
    for _ in 0..2 {
        // over: 2 of 2 threads, 1 allowed
        // leak: thread x2
        // waits: at park blocked in thread::park
        thread::spawn(|| {
            loop {
                thread::park(); // at: park
            }
        });
    }
}

#[test]
fn every_report_is_exact() {
    verify("budgets", include_str!("budgets.rs"));
}
