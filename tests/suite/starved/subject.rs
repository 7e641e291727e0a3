//! Bodies, tasks and threads that are not let run.

use std::{
    fs,
    future::pending,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use leakcheck::leak_checked;
use leakcheck_tests::starved::{busy, feed, run_for, starve, starve_other};
use tokio::sync::oneshot;

/// Longer than the limit of each body here.
const LATE: Duration = Duration::from_millis(5);

/// Of a processor; takes a starved thread about a second, and more beside others.
const SOME: Duration = Duration::from_millis(3);
/// The same, of which it has enough when it is let run at all.
const LITTLE: Duration = Duration::from_micros(300);

static IS_HELD: AtomicBool = AtomicBool::new(false);

extern "C" fn hold(_signal: libc::c_int) {
    IS_HELD.store(true, Ordering::SeqCst);
    loop {
        // SAFETY: it may be called in a handler.
        unsafe { libc::pause() };
    }
}

/// Leaves the watchdog without a processor for good: it stays in the handler of a signal.
mod held {
    use super::*;

    #[leak_checked(timeout = "1h")]
    #[test]
    #[ignore = "holds the watchdog"]
    pub(super) fn watchdog() {
        // SAFETY: the handler calls nothing that a handler may not.
        unsafe { libc::signal(libc::SIGUSR1, hold as *const () as libc::sighandler_t) };
        let watchdog = loop {
            if let Some(tid) = sleeping("leakcheck-watch") {
                break tid;
            }
            thread::yield_now();
        };
        // SAFETY: the thread lives as long as the process.
        unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), watchdog, libc::SIGUSR1) };
        while !IS_HELD.load(Ordering::SeqCst) {
            thread::yield_now();
        }
    }

    /// The thread with this name, where it sleeps and so has no lock.
    fn sleeping(name: &str) -> Option<i32> {
        let threads = fs::read_dir("/proc/self/task").unwrap();
        let mut threads = threads.map(|thread| thread.unwrap().path());
        let thread = threads.find(|path| {
            fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim_end() == name)
        })?;
        let stat = fs::read_to_string(thread.join("stat")).ok()?;
        let number = thread.file_name()?.to_str()?.parse().ok();
        number.filter(|_| stat.contains(") S "))
    }
}

mod late {
    use super::*;

    #[leak_checked(timeout = "1ms")]
    #[tokio::test]
    #[ignore = "too late on purpose"]
    pub(super) async fn on_its_thread() {
        tokio::time::sleep(LATE).await;
    }

    #[leak_checked(timeout = "1ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[ignore = "too late on purpose"]
    pub(super) async fn on_workers() {
        tokio::time::sleep(LATE).await;
    }

    #[leak_checked(timeout = "1ms")]
    #[test]
    #[ignore = "too late on purpose"]
    pub(super) fn sync() {
        thread::sleep(LATE);
    }

    #[leak_checked(timeout = "1ms")]
    #[tokio::test]
    #[should_panic]
    #[ignore = "too late on purpose"]
    pub(super) async fn panics_as_asked() {
        tokio::time::sleep(LATE).await;
        panic!("it was asked for");
    }

    #[leak_checked(timeout = "1ms")]
    #[tokio::test]
    #[ignore = "too late on purpose"]
    pub(super) async fn fails() -> Result<(), &'static str> {
        tokio::time::sleep(LATE).await;
        Err("the body's own")
    }

    #[leak_checked(timeout = "1ms")]
    #[test]
    #[ignore = "too late on purpose"]
    pub(super) fn panics() {
        thread::sleep(LATE);
        panic!("the body's own");
    }

    #[leak_checked(timeout = "1h")]
    #[tokio::test]
    #[ignore = "runs beside a watchdog that is held"]
    pub(super) async fn in_time() {
        tokio::time::sleep(LATE).await;
    }
}

/// Runs checked tests in this one, behind the one that holds the watchdog.
macro_rules! beside_a_held_watchdog {
    ($($name:ident: $test:ident),*) => {$(
        #[test]
        #[ignore = "run in a process of its own"]
        fn $name() {
            held::watchdog();
            late::$test();
        }
    )*};
}

beside_a_held_watchdog!(
    async_and_late: on_its_thread,
    on_workers_and_late: on_workers,
    sync_and_late: sync,
    panics_and_is_late: panics,
    in_time: in_time
);

#[test]
#[ignore = "run in a process of its own"]
fn panics_late() {
    held::watchdog();
    late::panics_as_asked();
}

#[test]
#[ignore = "run in a process of its own"]
fn fails_late() -> Result<(), &'static str> {
    held::watchdog();
    late::fails()
}

/// Is hardly let run until it has had so much of a processor.
fn run_starved(time: Duration) {
    starve();
    run_for(time);
    feed();
}

mod checked {
    use super::*;

    #[leak_checked(timeout = "10ms")]
    #[tokio::test]
    #[ignore = "starved on purpose"]
    pub(super) async fn on_its_thread() {
        tokio::task::yield_now().await;
        run_starved(SOME);
        pending::<()>().await;
    }

    #[leak_checked(timeout = "10ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[ignore = "starved on purpose"]
    pub(super) async fn on_workers() {
        tokio::task::yield_now().await;
        run_starved(SOME);
        pending::<()>().await;
    }

    #[leak_checked(timeout = "10ms")]
    #[test]
    #[ignore = "starved on purpose"]
    pub(super) fn sync() {
        run_starved(SOME);
    }

    #[leak_checked(timeout = "10ms")]
    #[test]
    #[ignore = "starved on purpose"]
    pub(super) fn joins() {
        thread::spawn(|| run_starved(SOME)).join().unwrap();
    }

    #[leak_checked(settle = "20ms")]
    #[test]
    #[ignore = "starved on purpose"]
    pub(super) fn leaves_a_thread() {
        thread::spawn(|| run_starved(LITTLE));
    }

    #[leak_checked(settle = "20ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[ignore = "starved on purpose"]
    pub(super) async fn leaves_a_task_on_a_worker() {
        tokio::spawn(async { run_starved(LITTLE) });
    }

    #[leak_checked(settle = "20ms")]
    #[tokio::test]
    #[ignore = "starved on purpose"]
    pub(super) async fn leaves_a_closure() {
        tokio::task::spawn_blocking(|| run_starved(LITTLE));
    }

    /// The worker that runs this is told to end with its runtime, and is not let do so.
    #[leak_checked(settle = "20ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[ignore = "starved on purpose"]
    pub(super) async fn has_a_worker() {
        let task = tokio::spawn(async {
            // More than a thread has had that has hardly begun.
            run_for(Duration::from_millis(250));
            starve();
        });
        task.await.unwrap();
    }

    /// It has been woken, and goes to wait for ever as soon as its worker is let run.
    #[leak_checked(settle = "20ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[ignore = "leaks on purpose"]
    pub(super) async fn leaves_a_task_for_ever() {
        let (tell, told) = oneshot::channel();
        let (wake, woken) = oneshot::channel();
        tokio::spawn(wait_for_ever(tell, woken));
        let worker = told.await.unwrap();
        let stat = format!("/proc/self/task/{worker}/stat");
        while !fs::read_to_string(&stat).unwrap().contains(") S ") {
            thread::yield_now();
        }
        starve_other(worker);
        wake.send(()).unwrap();
    }

    async fn wait_for_ever(tell: oneshot::Sender<i32>, woken: oneshot::Receiver<()>) {
        // SAFETY: the call has no preconditions.
        tell.send(unsafe { libc::gettid() }).unwrap();
        woken.await.unwrap();
        pending::<()>().await;
    }
}

/// Runs a checked test in this one, on a machine with a busy processor.
macro_rules! beside_a_busy_processor {
    ($($name:ident: $test:ident),*) => {$(
        #[test]
        #[ignore = "run in a process of its own"]
        fn $name() {
            let _busy = busy();
            checked::$test();
        }
    )*};
}

beside_a_busy_processor!(
    async_and_starved: on_its_thread,
    on_workers_and_starved: on_workers,
    sync_and_starved: sync,
    joins_one_that_is_starved: joins,
    leaves_a_thread_that_is_starved: leaves_a_thread,
    leaves_a_task_on_a_worker_that_is_starved: leaves_a_task_on_a_worker,
    leaves_a_closure_that_is_starved: leaves_a_closure,
    has_a_worker_that_is_starved: has_a_worker,
    leaves_a_task_for_ever: leaves_a_task_for_ever
);

#[leak_checked(timeout = "10ms")]
#[test]
#[ignore = "hangs on purpose"]
fn spins() {
    loop {
        std::hint::spin_loop();
    }
}

#[leak_checked(timeout = "10ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn spins_in_an_async_body() {
    loop {
        std::hint::spin_loop();
    }
}

#[leak_checked]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn needs_one_turn() {
    for _ in 0..10 {
        tokio::spawn(async {});
    }
}

/// Due by the time that the check looks, and then to be run.
#[leak_checked]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn needs_one_turn_after_a_timer() {
    tokio::spawn(tokio::time::sleep(Duration::from_millis(1)));
    tokio::task::yield_now().await;
    thread::sleep(LATE);
}
