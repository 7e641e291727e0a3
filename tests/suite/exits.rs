//! A test may end its process: the exit code is the one it asked for, and nothing hangs, whatever is left.

#[test]
fn the_exit_code_is_kept() {
    for subject in [
        "exits",
        "exits_with_leaks",
        "exits_on_a_worker",
        "exits_on_a_leaked_thread",
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_eq!(run.output.status.code(), Some(7), "{}", run.text());
        assert_eq!(run.reports.len(), 0, "the test did not end");
    }
}

#[cfg(unix)]
#[test]
fn an_abort_is_one() {
    use std::os::unix::process::ExitStatusExt as _;
    let run = run!(aborts);
    assert_eq!(run.output.status.signal(), Some(libc::SIGABRT));
}

mod subject {
    use std::{future::pending, process, thread};

    use leakcheck::leak_checked;

    #[leak_checked]
    #[test]
    #[ignore = "ends the process"]
    fn exits() {
        process::exit(7);
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "ends the process"]
    async fn exits_with_leaks() {
        tokio::spawn(pending::<()>());
        tokio::task::spawn_blocking(thread::park);
        thread::spawn(thread::park);
        process::exit(7);
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "ends the process"]
    async fn exits_on_a_worker() {
        tokio::spawn(async { process::exit(7) }).await.unwrap();
    }

    #[leak_checked(settle = "20s")]
    #[test]
    #[ignore = "ends the process"]
    fn exits_on_a_leaked_thread() {
        // The check is waiting for this thread when it comes.
        thread::spawn(|| {
            thread::sleep(std::time::Duration::from_millis(100));
            process::exit(7)
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "ends the process"]
    fn aborts() {
        thread::spawn(thread::park);
        process::abort();
    }
}
