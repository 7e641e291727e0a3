//! A task that pauses between attempts is told as such, and one that only sleeps, or sends at intervals, is not.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use leakcheck::leak_checked;
use leakcheck_introspect::TaskList;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Handle,
    sync::mpsc,
    task::yield_now,
    time::{interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::expected::verify;

const MOMENT: Duration = Duration::from_millis(100);
const MINUTE: Duration = Duration::from_secs(60);

/// What was tried so far.
#[derive(Clone, Default)]
struct Attempts(Arc<AtomicUsize>);

impl Attempts {
    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Goes on when something was tried.
    async fn are_made(&self) {
        while self.0.load(Ordering::Relaxed) == 0 {
            yield_now().await;
        }
    }

    /// The same, and reads the debug info, which takes its time, so that the check sees twice where a task sleeps.
    async fn are_seen(&self) {
        self.are_made().await;
        let read = TaskList::of_runtime(&Handle::current());
        assert!(read.is_ok() || !cfg!(target_os = "linux"), "{read:?}");
    }

    /// Fails.
    async fn fetch(&self) -> io::Result<()> {
        yield_now().await;
        self.count();
        Err(ErrorKind::NotFound.into())
    }
}

/// Where nobody listens. It is taken for as long as the process lives, so that no other test or process ever listens there.
fn nobody() -> io::Result<SocketAddr> {
    static TAKEN: LazyLock<io::Result<TcpSocket>> = LazyLock::new(|| {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        Ok(socket)
    });
    let taken = TAKEN.as_ref().map_err(io::Error::kind);
    taken.map_err(io::Error::from)?.local_addr()
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleeps_where_it_has_failed() {
    let (attempts, tries) = <(Attempts, Attempts)>::default();
    let tries_of_task = tries.clone();
    // leak: task
    // waits: at failed for a timer
    // why: retry-loop
    tokio::spawn(async move {
        loop {
            match tries_of_task.fetch().await {
                Ok(()) => return attempts.count(),
                Err(_) => sleep(MINUTE).await, // at: failed
            }
        }
    });
    tries.are_made().await;
}

async fn back_off(failures: u32) {
    sleep(MINUTE * failures).await; // at: backed_off
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn backs_off_where_it_has_failed_on_workers() {
    let attempts = Attempts::default();
    for _ in 0..2 {
        let attempts = attempts.clone();
        // leak: task x2
        // waits: at backed_off for a timer
        // why: retry-loop
        tokio::spawn(async move {
            let mut failures = 0;
            while let Err(error) = attempts.fetch().await {
                failures += 1;
                back_off(failures).await;
                assert_eq!(error.kind(), ErrorKind::NotFound);
            }
        });
    }
    attempts.are_made().await;
}

/// It sleeps once in each of three places.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
#[rustfmt::skip]
async fn sleeps_on_one_line() {
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at one of three for a timer
    tokio::spawn(async move {
        attempts.count();
        sleep(MOMENT).await; sleep(MOMENT).await; sleep(MINUTE).await; // at: one of three
    });
    tries.are_seen().await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleeps_when_the_connection_is_gone() -> io::Result<()> {
    let nobody = nobody()?;
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at gone for a timer
    // why: retry-loop
    tokio::spawn(async move {
        loop {
            if let Ok(Ok(connection)) = timeout(MINUTE, TcpStream::connect(nobody)).await {
                let _ = connection.readable().await;
            }
            attempts.count();
            sleep(MINUTE).await; // at: gone
        }
    });
    tries.are_made().await;
    Ok(())
}

#[leak_checked(settle = "3s")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn sleeps_until_it_can_connect() -> io::Result<()> {
    let nobody = nobody()?;
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at refused for a timer
    // why: retry-loop
    tokio::spawn(async move {
        while TcpStream::connect(nobody).await.is_err() {
            attempts.count();
            sleep(MOMENT).await; // at: refused
        }
    });
    tries.are_seen().await;
    Ok(())
}

#[leak_checked(settle = "30s")]
#[tokio::test]
async fn gives_up_after_some_attempts() {
    let attempts = Attempts::default();
    let tries = attempts.clone();
    tokio::spawn(async move {
        for _ in 0..3 {
            match attempts.fetch().await {
                Ok(()) => return,
                Err(_) => sleep(MOMENT).await,
            }
        }
    });
    tries.are_made().await;
}

#[leak_checked]
#[tokio::test]
async fn is_told_to_stop() {
    let attempts = Attempts::default();
    let tries = attempts.clone();
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    tokio::spawn(stop.run_until_cancelled_owned(async move {
        while attempts.fetch().await.is_err() {
            sleep(MINUTE).await;
        }
    }));
    tries.are_made().await;
}

/// A branch that ends it is one more thing that it waits for.
#[leak_checked(settle = "3s")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn is_not_told_to_stop() {
    let attempts = Attempts::default();
    let tries = attempts.clone();
    let stop = CancellationToken::new();
    let token = stop.clone();
    // leak: task
    // waits: at select for a cancellation, held by the static STOP at static
    // or: for a timer
    tokio::spawn(async move {
        loop {
            match attempts.fetch().await {
                Ok(()) => return,
                Err(_) => {
                    tokio::select! { // at: select
                        biased;
                        () = token.cancelled() => return,
                        () = sleep(MOMENT) => {}
                    }
                }
            }
        }
    });
    tries.are_seen().await;
    *STOP.lock().expect("nothing panics with it") = Some(stop);
}

static STOP: std::sync::Mutex<Option<CancellationToken>> = std::sync::Mutex::new(None); // at: static

/// What has failed is known still, and nothing is tried any more.
#[leak_checked(settle = "3s")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn has_given_up() {
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at rest for a timer
    tokio::spawn(async move {
        let mut left = 2;
        let last = loop {
            match attempts.fetch().await {
                Err(_) if left > 0 => sleep(Duration::from_millis(1)).await,
                last => break last,
            }
            left -= 1;
        };
        sleep(MINUTE).await; // at: rest
        drop(last);
    });
    tries.are_seen().await;
}

/// It keeps what it has connected.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn keeps_its_connection() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let server = listener.local_addr()?;
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at kept for a timer
    tokio::spawn(async move {
        // leak: fd "TCP socket"
        // why: follows task
        let connection = TcpStream::connect(server).await.expect("a server");
        connection.writable().await.expect("it is connected");
        attempts.count();
        sleep(MINUTE).await; // at: kept
        drop(connection);
    });
    let (_accepted, _) = listener.accept().await?;
    tries.are_made().await;
    Ok(())
}

/// It has dropped what it has connected, and sleeps in the same scope.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn drops_its_connection() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let server = listener.local_addr()?;
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at dropped for a timer
    tokio::spawn(async move {
        let connection = TcpStream::connect(server).await.expect("a server");
        connection.writable().await.expect("it is connected");
        drop(connection);
        attempts.count();
        sleep(MINUTE).await; // at: dropped
    });
    let (_accepted, _) = listener.accept().await?;
    tries.are_made().await;
    Ok(())
}

/// To send at intervals is no attempt.
#[leak_checked(settle = "3s")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaks on purpose"]
async fn heartbeat_sends() {
    let (beats, mut sink) = mpsc::channel(1);
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at next for a message, held by the task at pause in beats
    // why: follows task
    tokio::spawn(async move {
        while sink.recv().await.is_some() {} // at: next
    });
    // leak: task
    // waits: at pause for a timer
    // why: periodic
    tokio::spawn(async move {
        loop {
            if let Err(error) = beats.send(()).await {
                panic!("somebody receives: {error}");
            }
            attempts.count();
            sleep(MOMENT).await; // at: pause
        }
    });
    tries.are_seen().await;
}

/// What goes by an interval goes by it whatever it does.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn connects_at_intervals() -> io::Result<()> {
    let nobody = nobody()?;
    let attempts = Attempts::default();
    let tries = attempts.clone();
    // leak: task
    // waits: at tick for a timer
    // why: periodic
    tokio::spawn(async move {
        let mut ticks = interval(MINUTE);
        loop {
            ticks.tick().await; // at: tick
            if let Ok(connection) = TcpStream::connect(nobody).await {
                let _ = connection.readable().await;
            }
            attempts.count();
        }
    });
    tries.are_made().await;
    Ok(())
}

#[test]
fn every_report_is_exact() {
    verify("retries", include_str!("retries.rs"));
}
