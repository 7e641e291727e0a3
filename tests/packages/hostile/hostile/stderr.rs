//! What becomes of a test does not depend on its standard error: full, closed, without a reader, or in another thread's
//! hands.

use std::{
    fs::{File, OpenOptions},
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::Stdio,
};

use leakcheck_tests::{
    Run,
    child::{assert_fails, assert_passes, run_into, said, subjects},
};

/// Standard errors that take no byte.
fn unwritable() -> [Stdio; 2] {
    let full = OpenOptions::new().write(true).open("/dev/full");
    let (broken, _) = UnixStream::pair().expect("sockets can be made");
    [
        full.expect("it is there").into(),
        OwnedFd::from(broken).into(),
    ]
}

fn run(subject: &str, stderr: impl Into<Stdio>) -> Run {
    run_into(module_path!(), subject, stderr)
}

#[test]
fn a_warning_passes_wherever_it_cannot_be_written() {
    for subject in ["warns", "warns_without_its_own", "warns_where_signals_kill"] {
        for stderr in unwritable() {
            let run = run(subject, stderr);
            assert_passes(&run);
            assert_eq!(run.report().verdict, "leaked", "{subject}");
        }
        let plain = run(subject, Stdio::piped());
        assert_passes(&plain);
        assert_eq!(plain.report().verdict, "leaked", "{subject}");
    }
    let plain = run("warns", Stdio::piped());
    assert!(plain.text().contains("left 1 thread"), "{}", plain.text());
}

#[test]
fn a_leak_fails_its_test_and_no_other() {
    for stderr in unwritable() {
        let run = run("leaks", stderr);
        assert_fails(&run);
        assert!(run.text().contains("1 failed"), "{}", run.text());
        assert_eq!(run.report().verdict, "leaked");
    }
    // The harness captures the report all the same, and shows it where it shows those of others.
    for stderr in unwritable() {
        let subject = format!("{}leaks", subjects(module_path!()));
        let run = leakcheck_tests::run_into(["--ignored", "--exact", &subject], &[], stderr);
        assert_fails(&run);
        let stdout = String::from_utf8_lossy(&run.output.stdout);
        assert!(stdout.contains("left 1 thread"), "{stdout}");
    }
}

#[test]
fn no_panic_hook_hears_of_what_could_not_be_written() {
    for stderr in unwritable() {
        let run = run("warns_where_panics_abort", stderr);
        assert_passes(&run);
    }
}

#[test]
fn a_file_that_may_not_grow_ends_no_process() {
    let log = tempfile::tempdir().expect("a folder");
    let path = log.path().join("log");
    let subjects = [
        "warns_where_files_may_not_grow",
        "leaks_where_files_may_not_grow",
    ];
    for (subject, code) in subjects.into_iter().zip([0, 101]) {
        let run = run(subject, File::create(&path).expect("it can be made"));
        assert_eq!(run.output.status.code(), Some(code), "{}", run.text());
        assert!(run.reports.is_empty());
        assert_eq!(said(&run, "half-written:"), ["0"]);
    }
}

#[test]
fn a_body_that_hangs_is_ended_though_nobody_can_write() {
    let run = run("hangs_with_the_lock", Stdio::piped());
    assert_fails(&run);
    assert!(run.text().contains("hangs"), "{}", run.text());
    // Nobody reads the other end, and the body has filled it.
    let (end, _unread) = UnixStream::pair().expect("sockets can be made");
    let run = self::run("hangs_as_it_writes", OwnedFd::from(end));
    assert_fails(&run);
    assert!(run.report().hang.is_some());
}

mod subject {
    use std::{
        fs,
        io::{self, Write as _},
        panic, process, thread,
    };

    use leakcheck::leak_checked;
    use leakcheck_tests::child::say;

    #[leak_checked(level = "warn")]
    #[test]
    #[ignore = "leaks"]
    fn warns() {
        thread::spawn(thread::park);
    }

    #[leak_checked(level = "deny")]
    #[test]
    #[ignore = "leaks"]
    fn leaks() {
        thread::spawn(thread::park);
    }

    #[leak_checked(level = "warn")]
    #[test]
    #[ignore = "leaks"]
    fn warns_without_its_own() {
        thread::spawn(thread::park);
        // SAFETY: nothing here owns it.
        unsafe { libc::close(2) };
    }

    #[leak_checked(level = "warn")]
    #[test]
    #[ignore = "leaks"]
    fn warns_where_signals_kill() {
        thread::spawn(thread::park);
        // SAFETY: no handler is installed.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    }

    #[leak_checked(level = "warn")]
    #[test]
    #[ignore = "leaks"]
    fn warns_where_panics_abort() {
        thread::spawn(thread::park);
        panic::set_hook(Box::new(|_| process::abort()));
    }

    /// From here on a file takes no more than a few words, and what is beyond them sends a signal that ends the process.
    fn stop_growth() {
        let little = libc::rlimit {
            rlim_cur: 100,
            rlim_max: 100,
        };
        // SAFETY: the limit outlives the call.
        unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const little) };
    }

    /// Tells how many files stand in the folder of reports once the test is over.
    struct Counts;

    impl Drop for Counts {
        fn drop(&mut self) {
            let dir = std::env::var("LEAKCHECK_REPORT_DIR").expect("reports are asked for");
            let dir = dir.trim_start_matches("all:");
            let files = fs::read_dir(dir).expect("it is there");
            say("half-written:", files.count());
        }
    }

    #[test]
    #[ignore = "leaks"]
    fn warns_where_files_may_not_grow() {
        let _counts = Counts;
        limited(leakcheck::Level::Warn);
    }

    #[test]
    #[ignore = "leaks"]
    fn leaks_where_files_may_not_grow() {
        let _counts = Counts;
        limited(leakcheck::Level::Deny);
    }

    fn limited(level: leakcheck::Level) {
        let _guard = leakcheck::LeakGuard::new(leakcheck::Options::new().level(level));
        thread::spawn(thread::park);
        stop_growth();
    }

    #[leak_checked(timeout = "200ms")]
    #[test]
    #[ignore = "hangs"]
    fn hangs_with_the_lock() {
        let _lock = io::stderr().lock();
        loop {
            thread::park();
        }
    }

    #[leak_checked(timeout = "200ms")]
    #[test]
    #[ignore = "hangs"]
    fn hangs_as_it_writes() {
        loop {
            // Once there is no room it waits for a reader, who never comes.
            let _ = io::stderr().write_all(&[b'x'; 4096]);
        }
    }
}
