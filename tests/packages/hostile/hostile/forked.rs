//! A check in a child that was forked after a check ran looks as any other does, or fails and says why it cannot.
#![cfg(target_os = "linux")]

use std::process::Stdio;

use leakcheck_tests::child::{assert_passes, run_into, said};

#[test]
fn a_leak_in_a_child_is_found() {
    let run = run!(leaks_in_a_child);
    assert_passes(&run);
    assert_eq!(said(&run, "the child"), ["failed"], "{}", run.text());
}

#[test]
fn its_twin_passes() {
    let run = run!(joins_in_a_child);
    assert_passes(&run);
    assert_eq!(said(&run, "the child"), ["passed"], "{}", run.text());
}

#[test]
fn what_the_parent_has_is_not_the_child_s() {
    let run = run!(leaks_in_the_parent);
    assert_passes(&run);
    assert_eq!(said(&run, "the child"), ["passed"], "{}", run.text());
}

#[test]
fn a_child_of_a_child_is_checked_as_well() {
    let run = run!(leaks_in_a_grandchild);
    assert_passes(&run);
    assert_eq!(said(&run, "the child"), ["failed"], "{}", run.text());
}

#[test]
fn a_check_beside_one_that_is_working_says_why_it_cannot() {
    let subject = "begins_beside_a_check_that_works";
    let run = run_into(module_path!(), subject, Stdio::piped());
    assert_passes(&run);
    assert_eq!(said(&run, "the child"), ["failed", "passed"]);
    let why = "failed to begin a check in a forked child: another thread of its parent was inside of leakcheck";
    assert!(run.text().contains(why), "{}", run.text());
}

mod subject {
    use std::{
        fs::File,
        panic,
        sync::{Mutex, mpsc},
        thread::{self, sleep},
        time::Duration,
    };

    use leakcheck::{Ignore, LeakGuard, Options};
    use leakcheck_tests::child::say;

    /// Whether `work` panics in a forked child.
    fn fails_in_child(work: impl FnOnce() + panic::UnwindSafe) -> bool {
        // SAFETY: no other thread of this program does anything, so the child may; it ends without unwinding.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "a process can be made");
        if pid == 0 {
            let code = i32::from(panic::catch_unwind(work).is_err());
            // SAFETY: no preconditions.
            unsafe { libc::_exit(code) }
        }
        let mut status = 0;
        // SAFETY: the place outlives the call.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        assert!(libc::WIFEXITED(status), "the child exits: {status}");
        libc::WEXITSTATUS(status) == 1
    }

    fn tell(failed: bool) {
        say("the child", if failed { "failed" } else { "passed" });
    }

    fn one_check() {
        let guard = LeakGuard::new(Options::new());
        thread::spawn(|| ()).join().expect("it does not panic");
        assert!(guard.finish().is_clean());
    }

    fn leaks() {
        let _guard = LeakGuard::new(Options::new());
        thread::spawn(|| sleep(Duration::from_secs(600)));
    }

    #[test]
    #[ignore = "leaks"]
    fn leaks_in_a_child() {
        one_check();
        tell(fails_in_child(leaks));
    }

    #[test]
    #[ignore = "a program"]
    fn joins_in_a_child() {
        one_check();
        tell(fails_in_child(one_check));
    }

    #[test]
    #[ignore = "leaks"]
    fn leaks_in_the_parent() {
        let guard = LeakGuard::new(Options::new());
        let file = File::open("/dev/null").expect("it is there");
        thread::spawn(|| sleep(Duration::from_secs(600)));
        let failed = fails_in_child(|| {
            let _guard = LeakGuard::new(Options::new());
        });
        assert_eq!(
            guard.finish().leaks().len(),
            2,
            "and the parent's check is its own"
        );
        drop(file);
        tell(failed);
    }

    #[test]
    #[ignore = "leaks"]
    fn leaks_in_a_grandchild() {
        one_check();
        tell(fails_in_child(|| {
            one_check();
            assert!(!fails_in_child(leaks));
        }));
    }

    /// A rule is asked inside of a check.
    #[test]
    #[ignore = "leaks"]
    fn begins_beside_a_check_that_works() {
        let (ask, asked) = mpsc::channel();
        let (go, wait) = mpsc::channel::<()>();
        let (ask, wait) = (Mutex::new(ask), Mutex::new(wait));
        let rule = Ignore::matching(move |_| {
            let ask = ask.lock().expect("nobody panics");
            ask.send(()).expect("it is waited for");
            let wait = wait.lock().expect("nobody panics");
            wait.recv().is_err()
        });
        let checks = thread::spawn(move || {
            let guard = LeakGuard::new(Options::new().ignore(rule));
            thread::spawn(|| sleep(Duration::from_secs(600)));
            drop(guard.finish());
        });
        asked.recv().expect("it is asked");
        tell(fails_in_child(one_check));
        drop(go);
        while asked.recv().is_ok() {}
        checks.join().expect("it does not panic");
        tell(fails_in_child(one_check));
    }
}
