//! A report says what became of a child process, and each child is charged to whoever started it.
#![cfg(target_os = "linux")]

use crate::child::{assert_fails, assert_passes, run_all, subjects};

#[test]
fn a_child_that_runs() {
    let run = run!(runs);
    assert_fails(&run);
    let [leak] = &run.report().leaks[..] else {
        panic!("one is left: {:?}", run.report())
    };
    let [pid, state, command] = &leak.details[..] else {
        panic!("three facts are known: {leak:?}")
    };
    assert!(pid.starts_with("pid "), "{leak:?}");
    assert_eq!((&**state, &**command), ("running", "`sleep 60`"));
}

#[test]
fn a_child_that_has_exited() {
    let run = run!(has_exited);
    assert_fails(&run);
    let [leak] = &run.report().leaks[..] else {
        panic!("one is left: {:?}", run.report())
    };
    assert_eq!(leak.name.as_deref(), Some("true"));
    assert_eq!(leak.details[1..], ["zombie: exited, never waited for"]);
}

/// It is waited for in the time that it is given, by whom it belongs to.
#[test]
fn a_child_that_is_waited_for_while_the_check_waits() {
    let run = run!(is_waited_for_late);
    assert_passes(&run);
    assert_eq!(run.report().verdict, "lingering");
}

#[test]
fn tests_do_not_blame_each_other() {
    let names = format!("{}apart_", subjects(module_path!()));
    let run = run_all(&[&names, "--test-threads=2"], &[]);
    assert!(run.text().contains("2 passed"), "{}", run.text());
}

mod subject {
    use std::{
        mem::zeroed,
        process::{Child, Command, Stdio},
        sync::Barrier,
        thread,
        time::Duration,
    };

    use leakcheck::{Kind, Leak, Options, leak_checked};

    fn sleep() -> Child {
        let mut command = Command::new("sleep");
        command
            .arg("60")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().expect("there is `sleep`")
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn runs() {
        drop(sleep());
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    #[expect(clippy::zombie_processes, reason = "it is one")]
    fn has_exited() {
        let child = Command::new("true").spawn().expect("there is `true`");
        // SAFETY: zero is a valid value of the struct, which outlives the call.
        let result = unsafe {
            let mut info = zeroed();
            let how = libc::WEXITED | libc::WNOWAIT;
            libc::waitid(libc::P_PID, child.id(), &raw mut info, how)
        };
        assert_eq!(result, 0);
    }

    #[leak_checked(settle = "1h")]
    #[test]
    #[ignore = "looked at from outside"]
    fn is_waited_for_late() {
        let mut command = Command::new("sleep");
        let mut child = command.arg("2").spawn().expect("there is `sleep`");
        thread::spawn(move || child.wait().expect("it is waited for"));
    }

    /// Child processes that a look without an attribute finds.
    fn found() -> usize {
        let options = Options::new().settle(Duration::ZERO);
        let report = leakcheck::find(&options).expect("it can look");
        let processes = report
            .leaks()
            .iter()
            .filter(|leak| leak.kind() == Kind::Process);
        processes.map(Leak::count).sum()
    }

    /// Both tests have begun, and the one has its child; the other has looked.
    static BOTH: Barrier = Barrier::new(2);

    #[test]
    #[ignore = "looked at from outside"]
    fn apart_with_a_child() {
        let mut child = sleep();
        BOTH.wait();
        let before = found();
        BOTH.wait();
        child.kill().expect("it is killed");
        child.wait().expect("it is waited for");
        assert_eq!((before, found()), (1, 0));
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn apart_without() {
        BOTH.wait();
        let found = found();
        BOTH.wait();
        assert_eq!(found, 0);
    }
}
