//! In a pid namespace of its own with the `/proc` of another, a process has other numbers than `/proc` shows: what is told of
//! its threads and children is of these, and not of others with their numbers.

use leakcheck_tests::{
    Run,
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

/// Set for subjects that go into a namespace of their own.
const VARIABLE: &str = "LEAKCHECK_TEST_NAMESPACE";
/// The exit code where the machine has none.
const FORBIDDEN: i32 = 97;

/// Runs the subject in a namespace of its own; `None` where that is forbidden.
#[expect(clippy::print_stderr, reason = "nobody is to miss it")]
fn inside(subject: &str) -> Option<Run> {
    let run = leakcheck_tests::child::run_anyhow(module_path!(), subject, &[(VARIABLE, "1")]);
    if run.output.status.code() == Some(FORBIDDEN) {
        eprintln!("SKIPPED: this machine forbids new pid namespaces, so nothing was tried in one");
        return None;
    }
    assert!(run.text().contains("running 1 test\n"), "{}", run.text());
    Some(run)
}

#[track_caller]
fn assert_child_found(run: &Run) {
    assert_fails(run);
    let [leak] = &run.report().leaks[..] else {
        panic!("{}", run.text());
    };
    assert_eq!(leak.kind, "process");
    assert_eq!(leak.name.as_deref(), Some("cat"), "{}", run.text());
    assert!(
        leak.details.iter().any(|detail| detail == "`cat -`"),
        "{:?}",
        leak.details
    );
}

#[test]
fn a_child_is_shown_as_what_it_is() {
    if let Some(run) = inside("leaves_a_child") {
        assert_child_found(&run);
    }
}

#[track_caller]
fn assert_thread_found(run: &Run) {
    assert_fails(run);
    let leaks = &run.report().leaks;
    assert_left(leaks, &[threads(1, "thread::spawn(parks_in_a_namespace);")]);
    assert_eq!(leaks[0].state.as_deref(), Some("blocked in thread::park"));
}

#[test]
fn a_thread_is_shown_as_what_it_does() {
    if let Some(run) = inside("leaves_a_thread") {
        assert_thread_found(&run);
    }
}

#[test]
fn what_is_over_passes() {
    if let Some(run) = inside("waits_for_its_child") {
        assert_passes(&run);
    }
}

/// The controls: the same with the `/proc` of one's own.
#[test]
fn in_the_namespace_of_proc() {
    assert_child_found(&run!(leaves_a_child));
    assert_thread_found(&run!(leaves_a_thread));
    assert_passes(&run!(waits_for_its_child));
}

/// Before `main`, where that is asked for: the rest of the program runs in the new namespace.
extern "C" fn at_start() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    // SAFETY: there is one thread, and `main` has not begun.
    unsafe {
        if libc::unshare(libc::CLONE_NEWPID) != 0
            && libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWPID) != 0
        {
            libc::_exit(FORBIDDEN);
        }
        let child = libc::fork();
        if child == 0 {
            return;
        }
        let mut status = 0;
        libc::waitpid(child, &raw mut status, 0);
        libc::_exit(if libc::WIFEXITED(status) {
            libc::WEXITSTATUS(status)
        } else {
            128 + libc::WTERMSIG(status)
        });
    }
}

#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = at_start;

mod subject {
    use std::{
        mem::forget,
        process::{Command, Stdio},
        thread::{self, park},
    };

    use leakcheck::leak_checked;

    #[leak_checked(kinds(processes))]
    #[test]
    #[ignore = "leaks"]
    fn leaves_a_child() {
        let mut cat = Command::new("cat");
        // It ends with this process. Whoever reads the output of this one would wait for that.
        cat.arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        forget(cat.spawn().expect("there is `cat`"));
    }

    /// Like no other: optimised, what is equal is one function, at the line of one of them.
    fn parks_in_a_namespace() -> std::ffi::CString {
        park();
        c"in a namespace".into()
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaves_a_thread() {
        thread::spawn(parks_in_a_namespace);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn waits_for_its_child() {
        let status = Command::new("true").status().expect("there is `true`");
        assert!(status.success());
    }
}
