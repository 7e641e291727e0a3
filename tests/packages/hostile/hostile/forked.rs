//! A check in a child that was forked after a check ran looks as any other does, or fails and says why it cannot.
#![cfg(target_os = "linux")]

use leakcheck_tests::child::{assert_passes, said};

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

mod subject {
    use std::{
        fs::File,
        panic,
        thread::{self, sleep},
        time::Duration,
    };

    use leakcheck::{LeakGuard, Options};
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
}
