//! Closures and threads that wait on a runtime.

use std::{io::Read, mem::forget, panic, thread, time::Duration};

use leakcheck::leak_checked;
use tokio::{
    io::{AsyncWriteExt, duplex},
    net::UdpSocket,
    runtime::{Builder, Handle, Runtime},
    sync::{mpsc, oneshot},
    task::spawn_blocking,
    time::{interval, sleep},
};
use tokio_util::io::SyncIoBridge;

const HOUR: Duration = Duration::from_secs(3600);
/// When what is clean has ended: soon after its test.
const SOON: Duration = Duration::from_millis(30);

/// A closure that waits for ever.
#[derive(Clone, Copy)]
enum Waits {
    Sleeps,
    Ticks,
    Reads,
    Bridges,
    Receives,
}

async fn tick() {
    let mut ticks = interval(HOUR);
    loop {
        ticks.tick().await;
    }
}

async fn read(socket: &UdpSocket) -> std::io::Result<usize> {
    socket.recv(&mut [0]).await
}

impl Waits {
    /// Leaves it behind, which may not have begun by then.
    async fn leave(self) {
        let handle = Handle::current();
        match self {
            Self::Sleeps => {
                spawn_blocking(move || handle.block_on(sleep(HOUR)));
            }
            Self::Ticks => {
                spawn_blocking(move || handle.block_on(tick()));
            }
            Self::Reads => {
                let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
                spawn_blocking(move || handle.block_on(read(&socket)));
            }
            Self::Bridges => {
                let (near, far) = duplex(1);
                let mut bridge = SyncIoBridge::new(near);
                spawn_blocking(move || bridge.read_to_end(&mut Vec::new()));
                forget(far);
            }
            Self::Receives => {
                let (sender, mut receiver) = mpsc::channel::<()>(1);
                spawn_blocking(move || handle.block_on(receiver.recv()));
                forget(sender);
            }
        }
    }
}

macro_rules! left_behind {
    ($($one_thread:ident $workers:ident $waits:ident;)*) => {$(
        #[leak_checked(settle = "50ms")]
        #[tokio::test]
        #[ignore = "looked at from outside"]
        async fn $one_thread() {
            Waits::$waits.leave().await;
        }

        #[leak_checked(settle = "50ms")]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "looked at from outside"]
        async fn $workers() {
            Waits::$waits.leave().await;
        }
    )*};
}

left_behind! {
    one_thread_sleeps workers_sleeps Sleeps;
    one_thread_ticks workers_ticks Ticks;
    one_thread_reads workers_reads Reads;
    one_thread_bridges workers_bridges Bridges;
    one_thread_receives workers_receives Receives;
}

fn leave_thread() {
    let handle = Handle::current();
    thread::spawn(move || handle.block_on(tick()));
}

#[leak_checked(settle = "50ms")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn one_thread_and_another() {
    leave_thread();
}

#[leak_checked(settle = "50ms")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "looked at from outside"]
async fn workers_and_another() {
    leave_thread();
}

#[leak_checked(settle = "50ms", ignore_thread_name = "tokio-rt-worker")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn accepted_by_name() {
    Waits::Ticks.leave().await;
}

#[leak_checked(settle = "50ms", ignore_thread_name = "tokio-rt-worker")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "looked at from outside"]
async fn accepted_by_name_on_workers() {
    Waits::Ticks.leave().await;
}

/// Waits as long as the runtime lets it; opens a file and starts a thread then, which do not end.
fn start_more(handle: &Handle) {
    let panics = || handle.block_on(sleep(HOUR));
    panic::catch_unwind(panic::AssertUnwindSafe(panics)).unwrap_err();
    forget(std::fs::File::open("/proc/self/status").unwrap());
    thread::spawn(thread::park);
}

#[leak_checked(settle = "50ms")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn one_thread_starts_more() {
    let handle = Handle::current();
    spawn_blocking(move || start_more(&handle));
}

#[leak_checked(settle = "50ms")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "looked at from outside"]
async fn workers_starts_more() {
    let handle = Handle::current();
    spawn_blocking(move || start_more(&handle));
}

/// Says that it runs, and never returns.
fn hang(running: oneshot::Sender<()>) {
    running.send(()).unwrap();
    loop {
        thread::park();
    }
}

/// Nothing else counts, so that nothing else is waited for.
#[leak_checked(kinds(threads), settle = "3s")]
#[test]
#[ignore = "looked at from outside"]
fn begins_late() {
    fn park() {
        loop {
            thread::park();
        }
    }
    let mut builder = Builder::new_current_thread();
    builder.on_thread_start(|| thread::sleep(Duration::from_millis(1500)));
    let runtime = builder.build().unwrap();
    runtime.spawn_blocking(park);
    forget(runtime);
}

/// A runtime with a closure that does not end.
fn hung(runtime: Runtime) -> Runtime {
    let (started, running) = oneshot::channel();
    runtime.spawn_blocking(|| hang(started));
    runtime.block_on(running).unwrap();
    runtime
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn workers() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).build().unwrap()
}

#[leak_checked(settle = "50ms")]
#[test]
#[ignore = "looked at from outside"]
fn one_thread_shutdown_timeout() {
    hung(one_thread()).shutdown_timeout(Duration::from_millis(1));
}

#[leak_checked(settle = "50ms")]
#[test]
#[ignore = "looked at from outside"]
fn one_thread_shutdown_background() {
    hung(one_thread()).shutdown_background();
}

#[leak_checked(settle = "50ms")]
#[test]
#[ignore = "looked at from outside"]
fn workers_shutdown_timeout() {
    hung(workers()).shutdown_timeout(Duration::from_millis(1));
}

#[leak_checked(settle = "50ms")]
#[test]
#[ignore = "looked at from outside"]
fn workers_shutdown_background() {
    hung(workers()).shutdown_background();
}

/// A name under which nobody can know tokio's attribute.
mod framework {
    pub(super) use tokio::test;
}

#[leak_checked(settle = "50ms")]
#[framework::test]
#[ignore = "looked at from outside"]
async fn within_another() {
    Waits::Sleeps.leave().await;
}

/// Has closures end, before a checkpoint and after it.
async fn leave_idle_pool() {
    spawn_blocking(|| {}).await.unwrap();
    let before = leakcheck::checkpoint();
    spawn_blocking(|| {}).await.unwrap();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    tokio::fs::read(manifest).await.unwrap();
    let report = before.report().await;
    assert_eq!(report.verdict(), leakcheck::Verdict::Clean, "{report}");
}

#[leak_checked]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn one_thread_is_idle() {
    leave_idle_pool().await;
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "looked at from outside"]
async fn workers_are_idle() {
    leave_idle_pool().await;
}

mod shared {
    use std::sync::LazyLock;

    use super::*;

    static SHARED: LazyLock<Runtime> = LazyLock::new(workers);

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn a_uses_it() {
        SHARED.block_on(SHARED.spawn_blocking(|| {})).unwrap();
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "looked at from outside"]
    fn b_leaves_one() {
        let (started, running) = oneshot::channel();
        SHARED.spawn_blocking(|| hang(started));
        SHARED.block_on(running).unwrap();
    }

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn c_uses_it_after_that() {
        SHARED.spawn_blocking(|| thread::sleep(SOON));
    }
}

/// Each is run over and over; one that fails ends it.
mod clean {
    use super::*;

    /// How often each is run, so that the closures of all of them are `LEAKCHECK_TEST_CLOSURES`, or some.
    fn rounds() -> usize {
        let all = std::env::var("LEAKCHECK_TEST_CLOSURES").ok();
        all.map_or(160, |all| all.parse().expect("a number")) / 8
    }

    /// A closure that ends soon after its test.
    fn start(kind: usize) {
        let handle = Handle::current();
        match kind {
            0 => {
                spawn_blocking(move || handle.block_on(sleep(SOON)));
            }
            1 => {
                let (near, mut far) = duplex(1);
                let mut bridge = SyncIoBridge::new(near);
                spawn_blocking(move || bridge.read_to_end(&mut Vec::new()));
                spawn_blocking(move || {
                    handle.block_on(sleep(SOON));
                    handle.block_on(far.write_all(&[1, 2, 3]))
                });
            }
            _ => {
                let (sender, mut receiver) = mpsc::channel::<()>(1);
                let same = handle.clone();
                spawn_blocking(move || same.block_on(receiver.recv()));
                thread::spawn(move || {
                    handle.block_on(async { sleep(SOON).await });
                    drop(sender);
                });
            }
        }
    }

    mod each {
        use super::*;

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by another"]
        pub(super) async fn sleeps() {
            start(0);
        }

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by another"]
        pub(super) async fn bridges() {
            start(1);
        }

        #[leak_checked]
        #[tokio::test]
        #[ignore = "run by another"]
        pub(super) async fn receives() {
            start(2);
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by another"]
        pub(super) fn outlives() {
            for runtime in [one_thread(), workers()] {
                runtime.spawn_blocking(|| thread::sleep(SOON));
                runtime.shutdown_background();
            }
        }

        #[leak_checked]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "run by another"]
        pub(super) async fn sleeps_on_workers() {
            start(0);
        }

        #[leak_checked]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "run by another"]
        pub(super) async fn bridges_on_workers() {
            start(1);
        }

        #[leak_checked]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "run by another"]
        pub(super) async fn receives_on_workers() {
            start(2);
        }

        #[leak_checked]
        #[test]
        #[ignore = "run by another"]
        pub(super) fn is_dropped() {
            for runtime in [one_thread(), workers()] {
                runtime.spawn_blocking(|| thread::sleep(SOON));
            }
        }
    }

    macro_rules! many {
        ($($one:ident)*) => {$(
            #[test]
            #[ignore = "looked at from outside"]
            fn $one() {
                (0..rounds()).for_each(|_| each::$one());
            }
        )*};
    }

    many! {
        sleeps bridges receives outlives sleeps_on_workers bridges_on_workers receives_on_workers is_dropped
    }
}
