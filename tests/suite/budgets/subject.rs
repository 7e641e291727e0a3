//! Tests that go over their budgets, and others that do not.

use std::{
    fs::File,
    os::fd::{IntoRawFd as _, OwnedFd},
    process::{Child, Command},
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
};

use leakcheck::{Checkpoint, LeakGuard, MaxLive, Options, leak_checked};
use tokio::{sync::Semaphore, task::JoinHandle};

async fn wait(gate: Arc<Semaphore>) {
    gate.acquire().await.unwrap().forget();
}

/// Has so many tasks at one time.
async fn tasks(number: usize) {
    let gate = Arc::new(Semaphore::new(0));
    let spawn = |_| tokio::spawn(wait(gate.clone()));
    let tasks: Vec<JoinHandle<()>> = (0..number).map(spawn).collect();
    gate.add_permits(number);
    for task in tasks {
        task.await.unwrap();
    }
}

#[leak_checked(max_live(tasks = 3))]
#[tokio::test]
#[ignore = "goes over its budget on purpose"]
async fn tasks_over() {
    tasks(2).await;
    tasks(4).await;
    tasks(3).await;
}

#[leak_checked(max_live(tasks = 3))]
#[tokio::test]
#[ignore = "run by a test"]
async fn tasks_within() {
    tasks(3).await;
    tasks(3).await;
}

#[leak_checked(max_live(tasks = 1, threads = 1, fds = 1, processes = 1))]
#[tokio::test]
#[ignore = "run by a test"]
async fn one_by_one() {
    for _ in 0..20 {
        tasks(1).await;
        threads(1);
        drop(files(1));
        drop(children(1));
    }
}

/// Has so many threads at one time.
fn threads(number: usize) {
    let barrier = Arc::new(Barrier::new(number));
    let start = |barrier: Arc<Barrier>| std::thread::spawn(move || barrier.wait());
    let all: Vec<_> = (0..number).map(|_| start(barrier.clone())).collect();
    // A scope does not wait for its threads, but for their closures only.
    for thread in all {
        thread.join().unwrap();
    }
}

#[leak_checked(max_live(threads = 3))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn threads_over() {
    threads(2);
    threads(4);
    threads(3);
}

#[leak_checked(max_live(threads = 3))]
#[test]
#[ignore = "run by a test"]
fn threads_within() {
    threads(3);
    threads(3);
}

fn files(number: usize) -> Vec<File> {
    let open = |_| File::open("/dev/null").unwrap();
    (0..number).map(open).collect()
}

#[leak_checked(max_live(fds = 3))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn fds_over() {
    files(2);
    files(4);
    files(3);
}

#[leak_checked(max_live(fds = 3))]
#[test]
#[ignore = "run by a test"]
fn fds_within() {
    files(3);
    files(3);
}

#[leak_checked(max_live(fds = 2))]
#[test]
#[ignore = "run by a test"]
fn closed_by_the_kernel() {
    for _ in 0..20 {
        let fd = OwnedFd::from(files(1).remove(0)).into_raw_fd();
        // SAFETY: nobody else has it.
        assert_eq!(unsafe { libc::syscall(libc::SYS_close, fd) }, 0);
        files(1);
    }
}

#[leak_checked(max_live(fds = 1))]
#[tokio::test]
#[ignore = "goes over its budget on purpose"]
async fn made_by_its_thread_and_task() {
    let open = || {
        File::open("/dev/null").unwrap() // On its own thread.
    };
    let first = std::thread::spawn(open).join().unwrap();
    tokio::spawn(async { drop(files(1)) }).await.unwrap();
    drop(first);
}

/// A child that is ended with this.
struct Sleeper(Child);

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn children(number: usize) -> Vec<Sleeper> {
    let start = || Command::new("sleep").arg("600").spawn().unwrap();
    (0..number).map(|_| Sleeper(start())).collect()
}

#[leak_checked(max_live(processes = 1))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn processes_over() {
    children(2);
    children(1);
}

#[leak_checked(max_live(processes = 1))]
#[test]
#[ignore = "run by a test"]
fn processes_within() {
    for _ in 0..5 {
        children(1);
    }
}

#[leak_checked(max_live(threads = 1))]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "run by a test"]
async fn workers() {
    tasks(10).await;
}

#[leak_checked(max_live(threads = 1))]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "goes over its budget on purpose"]
async fn pool() {
    let barrier = Arc::new(Barrier::new(2));
    let start = |barrier: Arc<Barrier>| tokio::task::spawn_blocking(move || barrier.wait());
    let [one, two] = [barrier.clone(), barrier].map(start);
    one.await.unwrap();
    two.await.unwrap();
}

/// Both are there while each has all of its threads.
static BESIDE: AtomicUsize = AtomicUsize::new(0);

fn beside(number: usize) {
    if std::env::var_os("LEAKCHECK_TEST_BESIDE").is_none() {
        return;
    }
    let barrier = Barrier::new(number + 1);
    std::thread::scope(|scope| {
        for _ in 0..number {
            scope.spawn(|| {
                barrier.wait();
                barrier.wait();
            });
        }
        barrier.wait();
        BESIDE.fetch_add(1, Ordering::SeqCst);
        while BESIDE.load(Ordering::SeqCst) < 2 {
            std::thread::yield_now();
        }
        barrier.wait();
    });
}

#[leak_checked(max_live(threads = 2))]
#[test]
#[ignore = "run by a test"]
fn beside_few() {
    beside(2);
}

#[leak_checked(max_live(threads = 2))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn beside_many() {
    beside(20);
}

#[leak_checked(max_live(tasks = 10))]
#[tokio::test]
#[ignore = "goes over its budget on purpose"]
async fn flood() {
    let gate = Arc::new(Semaphore::new(0));
    let mut tasks: Vec<JoinHandle<()>> = Vec::new();
    for _ in 0..500 {
        tasks.push(tokio::spawn(wait(gate.clone())));
        tasks.push(tokio::spawn(wait(gate.clone())));
    }
    tokio::task::yield_now().await;
    gate.add_permits(1000);
    for task in tasks {
        task.await.unwrap();
    }
}

#[leak_checked(max_live(threads = 1))]
mod nearest {
    use super::threads;

    #[leakcheck::leak_checked(max_live(threads = 2, fds = 9))]
    #[test]
    #[ignore = "run by a test"]
    fn of_the_test() {
        threads(2);
    }

    #[leakcheck::leak_checked(max_live(fds = 9))]
    #[test]
    #[ignore = "goes over its budget on purpose"]
    fn of_the_module() {
        threads(2);
    }
}

fn one_thread() -> Options {
    Options::new().max_live(MaxLive::new().threads(1).fds(1))
}

#[leak_checked(options = one_thread, max_live(fds = 9))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn of_the_options() {
    let _files = files(2);
    threads(2);
}

#[leak_checked(settle = "50ms", max_live(threads = 1))]
#[test]
#[ignore = "leaks on purpose"]
fn leaks_as_well() {
    for _ in 0..2 {
        std::thread::spawn(std::thread::park);
    }
}

#[leak_checked(max_live(threads = 1))]
#[test]
#[ignore = "panics on purpose"]
fn panics_as_well() {
    threads(2);
    panic!("the body's own panic");
}

#[leak_checked(levels(threads = "warn"), max_live(threads = 1))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn warned() {
    threads(2);
}

#[leak_checked(repeat = "0:2", settle = "10ms", max_live(threads = 2))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn repeated() {
    static ROUND: AtomicUsize = AtomicUsize::new(0);
    if ROUND.fetch_add(1, Ordering::SeqCst) == 0 {
        for _ in 0..2 {
            std::thread::spawn(std::thread::park);
        }
    } else {
        std::thread::spawn(std::thread::park);
    }
}

#[leak_checked(cancel = "each", max_live(tasks = 1))]
#[tokio::test]
#[ignore = "run by a test"]
async fn cancelled() {
    static RUN: AtomicUsize = AtomicUsize::new(0);
    let number = RUN.fetch_add(1, Ordering::SeqCst);
    tasks(if number == 0 { 1 } else { 3 }).await;
}

/// Looks before and behind.
fn guarded_threads(number: usize) {
    let guard = LeakGuard::new(Options::new());
    threads(number);
    let report = guard.finish();
    assert!(
        report.is_clean() && report.breaches().is_empty(),
        "{report}"
    );
    assert!(leakcheck::find(&Options::new()).unwrap().is_clean());
}

#[leak_checked(max_live(threads = 1))]
#[test]
#[ignore = "goes over its budget on purpose"]
fn guarded() {
    guarded_threads(2);
    guarded_threads(1);
}

#[leak_checked(max_live(threads = 2))]
#[test]
#[ignore = "run by a test"]
fn guarded_within() {
    guarded_threads(2);
}

#[test]
#[ignore = "is refused on purpose"]
fn guards() {
    drop(LeakGuard::new(one_thread()));
}

#[test]
#[ignore = "is refused on purpose"]
fn looks() {
    leakcheck::verify_none(one_thread());
}

#[test]
#[ignore = "is refused on purpose"]
fn marks() {
    drop(Checkpoint::new(one_thread()));
}
