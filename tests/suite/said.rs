//! What a report says of a wait is what the user knows it by: the time on the runtime's own clock, the command of a child, the
//! addresses of a socket, the type in a box.

use crate::child::assert_fails;
use leakcheck_tests::Run;

/// The lines of the only report that say what is waited for, without what differs from run to run.
fn said(run: &Run) -> Vec<String> {
    assert_fails(run);
    let text = run.text();
    let is_meant = |line: &&str| {
        let line = line.trim_start();
        ["= waits for: ", "= or for: "]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let lines = text.lines().filter(is_meant);
    lines
        .map(|line| without_numbers(line.trim_start().trim_start_matches("= ")))
        .collect()
}

/// `#` for each number.
fn without_numbers(line: &str) -> String {
    let mut short = String::new();
    for c in line.chars() {
        match c {
            c if !c.is_ascii_digit() => short.push(c),
            _ if short.ends_with('#') => {}
            _ => short.push('#'),
        }
    }
    short
}

#[track_caller]
fn assert_says(run: &Run, expected: &str) {
    let text = run.text();
    assert!(text.contains(expected), "`{expected}` is not in\n{text}");
}

/// The check moves a paused clock on by the time to settle, a second.
#[test]
fn a_timer_is_told_on_the_clock_of_its_runtime() {
    for (subject, left) in [
        ("sleeps_in_paused_time", 3_599),
        ("sleeps_in_time_moved_on", 3_599),
        ("sleeps_in_a_set_in_paused_time", 3_599),
        ("hangs_in_paused_time", 3_600),
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        assert_says(
            &run,
            &format!("waits for: a timer that fires in {left} seconds"),
        );
    }
}

#[test]
fn a_task_that_was_never_polled_waits_nowhere() {
    for subject in ["never_driven", "never_driven_boxed"] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_eq!(said(&run), <[&str; 0]>::default());
        assert_says(&run, ", scheduled, has not run yet, alive for");
        assert_says(
            &run,
            "= help: nothing has run it: nobody drives its `LocalSet` or runtime",
        );
        assert!(!run.text().contains("waits here"), "{}", run.text());
    }
}

#[test]
fn one_that_was_polled_waits_where_it_is() {
    let run = run!(driven);
    assert_eq!(said(&run).len(), 1);
    assert_says(&run, "waits here");
    assert!(!run.text().contains("has not run yet"), "{}", run.text());
}

#[cfg(unix)]
#[test]
fn a_child_is_told_by_its_command() {
    let run = run!(waits_for_a_child, "LEAKCHECK_TRACE" = "full");
    assert_eq!(said(&run), ["waits for: the end of process `sleep #`"]);
}

#[test]
fn a_descriptor_of_a_hang_is_told_by_its_addresses() {
    let run = run!(hangs_on_a_socket);
    let expected = "waits for: descriptor # (TCP socket, #.#.#.#:# to #.#.#.#:#) to become ready";
    assert_eq!(said(&run), [expected]);
}

#[test]
fn so_is_one_of_synchronous_code() {
    let run = run!(reads_a_socket);
    assert_fails(&run);
    let text = without_numbers(&run.text());
    let expected = "blocked in recv(fd #): TCP socket, #.#.#.#:# to #.#.#.#:#";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn signals_are_told_as_such() {
    let run = run!(waits_for_signals);
    assert_eq!(
        said(&run),
        ["waits for: ctrl-c (SIGINT)", "or for: a signal"]
    );
}

#[test]
fn what_has_come_already_is_no_wait() {
    let run = run!(has_what_has_come);
    assert_eq!(said(&run), ["waits for: a future that is never ready"]);
    assert!(!run.text().contains("senders are gone"), "{}", run.text());
}

#[test]
fn awaits_that_are_too_deep_are_said_to_be() {
    let run = run!(recurses);
    assert_says(
        &run,
        "= note: where it waits could not be read: it awaits more futures inside each other than are followed",
    );
    assert_says(&run, "awaits further futures here");
    assert!(!run.text().contains("waits here"), "{}", run.text());
    let run = run!(recurses_a_little);
    assert!(!run.text().contains("could not be read"), "{}", run.text());
}

#[test]
fn the_message_of_a_panic_has_its_lines() {
    let run = run!(panics_unseen);
    assert_says(
        &run,
        "= panicked: assertion `left == right` failed: as it should\n",
    );
    assert_says(&run, "  left: 1\n");
    assert!(!run.text().contains("\\n"), "{}", run.text());
}

mod subject {
    use std::{
        future::pending,
        mem::forget,
        pin::Pin,
        task::{Context, Poll},
    };

    use leakcheck::leak_checked;
    use tokio::{
        io::AsyncReadExt,
        net::{TcpListener, TcpStream},
        sync::{oneshot, watch},
        task::{LocalSet, yield_now},
        time::{Duration, advance, sleep},
    };

    const HOUR: Duration = Duration::from_secs(3600);

    #[leak_checked(settle = "1s")]
    #[tokio::test(start_paused = true)]
    #[ignore = "leaks on purpose"]
    async fn sleeps_in_paused_time() {
        sleep(24 * HOUR).await;
        tokio::spawn(sleep(HOUR));
    }

    #[leak_checked(settle = "1s")]
    #[tokio::test(start_paused = true)]
    #[ignore = "leaks on purpose"]
    async fn sleeps_in_time_moved_on() {
        advance(24 * HOUR).await;
        tokio::spawn(async { sleep(HOUR).await });
    }

    #[leak_checked(settle = "1s")]
    #[tokio::test(start_paused = true)]
    #[ignore = "leaks on purpose"]
    async fn sleeps_in_a_set_in_paused_time() {
        advance(24 * HOUR).await;
        let set = LocalSet::new();
        set.spawn_local(async { sleep(HOUR).await });
        set.run_until(yield_now()).await;
        forget(set);
    }

    /// A blocking task keeps the clock from moving on by itself.
    #[leak_checked(timeout = "300ms")]
    #[tokio::test(start_paused = true)]
    #[ignore = "hangs on purpose"]
    async fn hangs_in_paused_time() {
        advance(24 * HOUR).await;
        let (_release, wait) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || wait.recv());
        sleep(HOUR).await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn never_driven() {
        let set = LocalSet::new();
        set.spawn_local(async { pending::<()>().await });
        forget(set);
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn never_driven_boxed() {
        let set = LocalSet::new();
        let boxed: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async { pending::<()>().await });
        set.spawn_local(boxed);
        forget(set);
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn driven() {
        let set = LocalSet::new();
        set.spawn_local(async { pending::<()>().await });
        set.run_until(yield_now()).await;
        forget(set);
    }

    #[cfg(unix)]
    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn waits_for_a_child() {
        tokio::spawn(async {
            let mut sleep = tokio::process::Command::new("sleep");
            sleep.arg("3600").kill_on_drop(true);
            sleep.spawn().unwrap().wait().await
        });
        yield_now().await;
    }

    #[leak_checked(timeout = "300ms")]
    #[tokio::test]
    #[ignore = "hangs on purpose"]
    async fn hangs_on_a_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (_server, _) = listener.accept().await.unwrap();
        client.read_u8().await.unwrap();
    }

    #[leak_checked(timeout = "300ms")]
    #[test]
    #[ignore = "hangs on purpose"]
    fn reads_a_socket() {
        use std::{
            io::Read,
            net::{TcpListener, TcpStream},
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let _server = listener.accept().unwrap();
        client.read_exact(&mut [0]).unwrap();
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn waits_for_signals() {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hangup = signal(SignalKind::hangup()).unwrap();
        tokio::spawn(async move {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = hangup.recv() => {}
            }
        });
    }

    /// Polls what it has by hand, and goes on when that is over.
    struct Left<F> {
        _stopped: watch::Receiver<bool>,
        _answer: oneshot::Receiver<u8>,
        rest: F,
    }

    impl<F: Future + Unpin> Future for Left<F> {
        type Output = F::Output;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
            Pin::new(&mut self.rest).poll(context)
        }
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn has_what_has_come() {
        let (_, stopped) = watch::channel(false);
        let (_, answer) = oneshot::channel();
        tokio::spawn(Left {
            _stopped: stopped,
            _answer: answer,
            rest: Box::pin(async { pending::<()>().await }),
        });
    }

    async fn deep(levels: u32) {
        if levels == 0 {
            pending::<()>().await;
        } else {
            Box::pin(deep(levels - 1)).await;
        }
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn recurses() {
        tokio::spawn(deep(200));
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn recurses_a_little() {
        tokio::spawn(deep(20));
    }

    #[leak_checked(unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn panics_unseen() {
        drop(tokio::spawn(async {
            let (one, two) = (1, 2);
            assert_eq!(one, two, "as it should");
        }));
        yield_now().await;
    }
}
