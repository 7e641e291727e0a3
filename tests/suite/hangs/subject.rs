//! Bodies that hang, and some that only take their time.

use std::{future::pending, thread, time::Duration};

use leakcheck::leak_checked;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

/// Never returns, however often it is woken.
fn park() {
    loop {
        thread::park();
    }
}

/// A message that a thread keeps: nothing proves that it never comes.
async fn wait_for_a_thread() {
    let (sender, receiver) = oneshot::channel::<()>();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    thread::spawn(move || {
        // Until the body is dropped.
        let _ = stopped.recv();
        drop(sender);
    });
    let _ = receiver.await;
    drop(stop);
}

#[leak_checked(timeout = "100ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn waits_for_a_thread() {
    wait_for_a_thread().await;
}

#[leak_checked(timeout = "100ms")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "hangs on purpose"]
async fn waits_for_a_thread_on_workers() {
    wait_for_a_thread().await;
}

#[leak_checked(timeout = "100ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn waits_with_a_result() -> Result<(), String> {
    wait_for_a_thread().await;
    Err("never comes".to_owned())
}

#[leak_checked(timeout = "100ms")]
#[tokio::test(start_paused = true)]
#[ignore = "hangs on purpose"]
async fn waits_in_paused_time() {
    wait_for_a_thread().await;
}

/// A worker that does not come back does not keep the body's own thread from giving it up.
#[leak_checked(timeout = "100ms", settle = "200ms")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "hangs on purpose"]
async fn waits_beside_a_busy_worker() {
    tokio::spawn(async { park() }).await.unwrap();
}

#[leak_checked]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn waits_for_nobody() {
    let (_sender, mut receiver) = mpsc::channel::<()>(1);
    receiver.recv().await;
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "hangs on purpose"]
async fn waits_for_nobody_on_workers() {
    let (_sender, mut receiver) = mpsc::channel::<()>(1);
    receiver.recv().await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "takes its time"]
async fn takes_its_time() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

/// Whatever it has is made by the time that its limit is over.
#[leak_checked(timeout = "3s", settle = "200ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn hangs_and_leaks() {
    let mut set = JoinSet::new();
    tokio::spawn(std::future::pending::<()>());
    set.spawn(std::future::pending::<()>());
    wait_for_a_thread().await;
}

#[leak_checked(timeout = "100ms")]
#[tokio::test]
#[should_panic]
#[ignore = "hangs on purpose"]
async fn should_panic() {
    wait_for_a_thread().await;
    panic!("never comes");
}

#[leak_checked]
#[tokio::test]
#[should_panic(expected = "never comes")]
#[ignore = "hangs on purpose"]
async fn should_panic_without_a_limit() {
    pending::<()>().await;
    panic!("never comes");
}

mod others {
    use super::*;

    #[leak_checked]
    #[tokio::test]
    #[ignore = "runs with one that hangs"]
    async fn first() {
        tokio::spawn(async {}).await.unwrap();
    }

    #[leak_checked]
    #[test]
    #[ignore = "runs with one that hangs"]
    fn before() {
        thread::spawn(|| ()).join().unwrap();
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "hangs on purpose"]
    async fn hangs() {
        pending::<()>().await;
    }

    #[leak_checked(timeout = "100ms")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "hangs on purpose"]
    async fn hangs_on_workers() {
        wait_for_a_thread().await;
    }

    #[leak_checked(timeout = "60s")]
    #[tokio::test]
    #[ignore = "runs with one that hangs"]
    async fn next() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "runs with one that hangs"]
    async fn z_last() {
        tokio::spawn(async {}).await.unwrap();
    }
}

/// Nothing of this is a hang, however long it takes without a poll of the body.
mod slow {
    use super::*;

    const LONG: Duration = Duration::from_millis(1500);

    #[leak_checked]
    #[tokio::test]
    #[ignore = "takes its time"]
    async fn waits_for_a_timer_of_a_task() {
        let (sender, receiver) = oneshot::channel();
        tokio::spawn(async move {
            tokio::time::sleep(LONG).await;
            sender.send(7)
        });
        assert_eq!(receiver.await, Ok(7));
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "takes its time"]
    async fn waits_for_a_thread() {
        let (sender, mut receiver) = mpsc::channel(1);
        let thread = thread::spawn(move || {
            thread::sleep(LONG);
            sender.blocking_send(7).unwrap();
        });
        assert_eq!(receiver.recv().await, Some(7));
        thread.join().unwrap();
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "takes its time"]
    async fn waits_for_a_blocking_closure() {
        tokio::task::spawn_blocking(|| thread::sleep(LONG))
            .await
            .unwrap();
    }

    /// The task is stuck, and a thread of the test ends it.
    #[leak_checked]
    #[tokio::test]
    #[ignore = "takes its time"]
    async fn a_thread_aborts_the_task() {
        let task = tokio::spawn(pending::<()>());
        let abort = task.abort_handle();
        let thread = thread::spawn(move || {
            thread::sleep(LONG);
            abort.abort();
        });
        task.await.unwrap_err();
        thread.join().unwrap();
    }

    /// The same by a pool thread.
    #[leak_checked]
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[ignore = "takes its time"]
    async fn a_blocking_closure_aborts_the_task() {
        let task = tokio::spawn(pending::<()>());
        let abort = task.abort_handle();
        tokio::task::spawn_blocking(move || {
            thread::sleep(LONG);
            abort.abort();
        });
        task.await.unwrap_err();
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "takes its time"]
    async fn waits_for_a_local_task() {
        let set = tokio::task::LocalSet::new();
        let (sender, mut receiver) = mpsc::channel(1);
        set.spawn_local(async move {
            tokio::time::sleep(LONG).await;
            sender.send(7).await.unwrap();
        });
        let message = set.run_until(async { receiver.recv().await }).await;
        assert_eq!(message, Some(7));
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "takes its time"]
    async fn waits_for_another_runtime() {
        let (sender, receiver) = oneshot::channel();
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let other = leakcheck::instrument(builder.worker_threads(1).enable_all())
            .build()
            .unwrap();
        other.spawn(async move {
            tokio::time::sleep(LONG).await;
            sender.send(7).unwrap();
        });
        assert_eq!(receiver.await, Ok(7));
        other.shutdown_background();
    }

    #[leak_checked(timeout = "60s")]
    #[test]
    #[ignore = "takes its time"]
    fn sleeps() {
        thread::sleep(LONG);
    }
}

/// Without an end of line it stays in the buffer until the process ends.
fn print() {
    use std::io::Write as _;
    let mut out = std::io::stdout();
    out.write_all(b"printed in front of it").unwrap();
}

#[leak_checked(timeout = "100ms")]
#[test]
#[ignore = "hangs on purpose"]
fn sync_body() {
    print();
    park();
}

#[leak_checked(timeout = "100ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn sync_in_an_async_body() {
    print();
    park();
}

#[leak_checked(timeout = "100ms")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "hangs on purpose"]
async fn sync_in_an_async_body_on_workers() {
    print();
    park();
}

/// The task has begun by the time that the limit is over.
#[leak_checked(timeout = "3s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn sync_in_a_task() {
    print();
    tokio::spawn(async { park() }).await.unwrap();
}

struct Blocking;

impl Drop for Blocking {
    fn drop(&mut self) {
        park();
    }
}

/// The body waits by the time that its limit is over.
#[leak_checked(timeout = "3s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn drop_blocks() {
    print();
    let _blocking = Blocking;
    wait_for_a_thread().await;
}

#[cfg(unix)]
#[leak_checked(timeout = "60s")]
#[tokio::test]
#[ignore = "forks"]
async fn forks() {
    tokio::time::sleep(Duration::from_millis(10)).await;
    // SAFETY: the child calls nothing but `_exit`, behind what it does on return from the body's own code.
    let child = unsafe { libc::fork() };
    if child == 0 {
        tokio::task::yield_now().await;
        // SAFETY: it does not return.
        unsafe { libc::_exit(0) }
    }
    let mut status = 0;
    // SAFETY: the status outlives the call.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0);
}
