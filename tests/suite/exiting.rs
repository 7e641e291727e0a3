//! A process that has begun to exit and does not come to its end says what it is in, and whose that is; one that ends says nothing.

use leakcheck_report::HangCause;
use leakcheck_tests::Report;

use crate::child::{assert_passes, run_until};

/// How long it may take, for subjects that never end.
const AT_ONCE: (&str, &str) = ("LEAKCHECK_EXIT_TIMEOUT", "50ms");
/// Set where a function for the exit that never ends is registered before `main`.
const BLOCKS: &str = "LEAKCHECK_TEST_BLOCKS";
/// Stands at the end of the report.
const LAST: &str = "note: the process goes on";

#[track_caller]
fn assert_told(said: &str, reports: &[Report], words: &[&str]) {
    for words in ["leakcheck: the process does not end: it began to exit "]
        .iter()
        .chain(words)
    {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let [report] = reports else {
        panic!("{reports:?}")
    };
    let hang = report.hang.as_ref().expect("it hangs");
    assert_eq!((hang.cause, hang.limit_ms), (HangCause::Exit, Some(50)));
    assert!(
        hang.thread.is_some() && hang.ended_process.is_none(),
        "{hang:?}"
    );
}

#[test]
fn a_handler_that_joins_a_thread_is_told_with_both() {
    let (said, reports) = run_until(module_path!(), "handler_joins", &[AT_ONCE], LAST);
    let words = [
        "called at exit: ",
        "subject::join",
        "JoinHandle::join",
        "thread: \"worker\"",
        "subject::handler_joins",
    ];
    assert_told(&said, &reports, &words);
}

#[test]
fn an_exit_from_another_thread_is_told() {
    let blocks = [AT_ONCE, (BLOCKS, "1")];
    let (said, reports) = run_until(module_path!(), "thread_exits", &blocks, LAST);
    assert_told(&said, &reports, &["subject::block"]);
}

/// Each ends with this code.
const END: [(&str, i32); 6] = [
    ("returns", 0),
    ("handler_exits", 7),
    ("ends_at_once", 5),
    ("exits_quickly", 6),
    ("child_that_is_forked_takes_its_time", 0),
    ("handler_takes_less", 0),
];

#[test]
fn what_ends_says_nothing() {
    for (subject, code) in END {
        let limits: &[(&str, &str)] = match subject {
            "child_that_is_forked_takes_its_time" => &[("LEAKCHECK_EXIT_TIMEOUT", "1ms")],
            _ => &[("LEAKCHECK_EXIT_TIMEOUT", "1h")],
        };
        let name = format!("{}{subject}", crate::child::subjects(module_path!()));
        let run = crate::child::run_all(&["--exact", &name, "--nocapture"], limits);
        assert_eq!(
            run.output.status.code(),
            Some(code),
            "{subject}: {}",
            run.text()
        );
        assert!(
            !run.text().contains("does not end"),
            "{subject}: {}",
            run.text()
        );
    }
}

/// A thread takes memory, whose lock the exit may have interrupted.
#[test]
fn without_a_limit_no_thread_is_started_in_an_exit() {
    let run = run!(counts_its_threads);
    assert_passes(&run);
    assert!(run.text().contains("threads: [1, 1]"), "{}", run.text());
}

#[test]
fn an_abort_in_a_handler_is_one() {
    let name = format!("{}handler_aborts", crate::child::subjects(module_path!()));
    let run = crate::child::run_all(&["--exact", &name], &[("LEAKCHECK_EXIT_TIMEOUT", "1h")]);
    let signal = std::os::unix::process::ExitStatusExt::signal(&run.output.status);
    assert_eq!(signal, Some(libc::SIGABRT), "{}", run.text());
}

/// The handler takes a hundred times what the other subjects have.
#[test]
fn where_it_is_switched_off_nothing_is_said() {
    let run = run!(handler_takes_time, "LEAKCHECK_EXIT_TIMEOUT" = "0s");
    assert_passes(&run);
    assert!(!run.text().contains("does not end"), "{}", run.text());
}

mod subject {
    use std::{
        process,
        sync::Mutex,
        thread::{self, JoinHandle},
        time::Duration,
    };

    use leakcheck::leak_checked;

    static WORKER: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

    extern "C" fn join() {
        let worker = WORKER.lock().unwrap().take();
        worker.unwrap().join().unwrap();
    }

    extern "C" fn block() {
        loop {
            thread::park();
        }
    }

    /// What is registered last is called first.
    extern "C" fn before_main() {
        if std::env::var_os(super::BLOCKS).is_some() {
            at_exit(block);
        }
    }

    #[used]
    #[unsafe(link_section = ".init_array")]
    static BEFORE_MAIN: extern "C" fn() = before_main;

    fn at_exit(handler: extern "C" fn()) {
        // SAFETY: the function does not unwind.
        assert_eq!(unsafe { libc::atexit(handler) }, 0);
    }

    #[leak_checked(ignore_thread_name = "worker")]
    #[test]
    #[ignore = "never ends"]
    fn handler_joins() {
        let worker = thread::Builder::new().name("worker".to_owned());
        let worker = worker.spawn(|| block()).unwrap();
        *WORKER.lock().unwrap() = Some(worker);
        at_exit(join);
    }

    #[leak_checked]
    #[test]
    #[ignore = "never ends"]
    fn thread_exits() {
        thread::spawn(|| process::exit(3)).join().unwrap();
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn returns() {}

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn handler_exits() {
        extern "C" fn exit() {
            // SAFETY: the C library goes on with what is left.
            unsafe { libc::exit(7) }
        }
        at_exit(exit);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn ends_at_once() {
        // SAFETY: the call has no preconditions.
        unsafe { libc::_exit(5) }
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn exits_quickly() {
        unsafe extern "C" {
            fn quick_exit(code: i32) -> !;
        }
        // SAFETY: the call has no preconditions.
        unsafe { quick_exit(6) }
    }

    /// Libtest's own thread for the test has ended when the process does.
    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn counts_its_threads() {
        extern "C" fn count() {
            let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
            let first = threads();
            thread::sleep(Duration::from_millis(50));
            // Not captured, and past std's own standard output, which is closed by now.
            let text = format!("threads: {:?}\n", [first, threads()]);
            // SAFETY: the text outlives the call.
            unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
        }
        at_exit(count);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn handler_aborts() {
        extern "C" fn abort() {
            process::abort();
        }
        at_exit(abort);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn handler_takes_less() {
        extern "C" fn sleep() {
            thread::sleep(Duration::from_millis(100));
        }
        at_exit(sleep);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn handler_takes_time() {
        extern "C" fn sleep() {
            thread::sleep(Duration::from_secs(1));
        }
        at_exit(sleep);
    }

    /// The process itself ends by `_exit`.
    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn child_that_is_forked_takes_its_time() {
        extern "C" fn sleep() {
            thread::sleep(Duration::from_secs(1));
        }
        at_exit(sleep);
        // SAFETY: the child has one thread, and nothing of it was locked.
        unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::exit(0);
            }
            let mut status = 0;
            assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
            assert_eq!(status, 0);
            libc::_exit(0);
        }
    }
}
