//! A child process that nobody waits for is left behind, running or not; one that is waited for is not.

use std::{
    io::{self, Read},
    mem::forget,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::LazyLock,
    thread,
};

use leakcheck::leak_checked;

use crate::{expected::verify, source::ARE_SEEN};

/// Runs on for longer than any check waits, then ends by itself.
fn sleep() -> Command {
    quiet("sleep", &["60"])
}

/// Keeps nobody waiting for the end of what it might print.
fn quiet(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(Stdio::null());
    command.stdout(Stdio::null());
    command.stderr(Stdio::null());
    command
}

fn tokio_sleep() -> tokio::process::Command {
    sleep().into()
}

/// Forks, and lives on as the child of that: `Command` starts the program in a process whose parent is gone.
fn detach() -> io::Result<()> {
    // SAFETY: the parent of the new process leaves at once.
    match unsafe { libc::fork() } {
        0 => Ok(()),
        // SAFETY: the call has no preconditions.
        1.. => unsafe { libc::_exit(0) },
        _ => Err(io::Error::last_os_error()),
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn child_is_dropped() {
    // leak: process "sleep"
    drop(sleep().spawn().unwrap());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn child_is_forgotten() {
    // leak: process "sleep"
    forget(sleep().spawn().unwrap());
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "leaks on purpose"]
async fn tokio_child_is_dropped() {
    // leak: process "sleep"
    drop(tokio_sleep().spawn().unwrap());
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn task_keeps_its_child() {
    // leak: task
    // waits: at wait for an exit
    // why: follows process
    tokio::spawn(async {
        // leak: process "sleep"
        let mut child = tokio_sleep().spawn().unwrap();
        child.wait().await // at: wait
    });
    tokio::task::yield_now().await;
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
#[expect(clippy::zombie_processes, reason = "it is one")]
fn exited_child_is_dropped() {
    // leak: process "true"
    // why: zombie
    let mut child = quiet("true", &[]).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn children_of_threads() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                // leak: process "sleep" x8
                drop(sleep().spawn().unwrap());
            });
        }
    });
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn child_is_started_by_fork() {
    let mut command = sleep();
    // SAFETY: the closure does nothing.
    unsafe { command.pre_exec(|| Ok(())) };
    // leak: process "sleep"
    drop(command.spawn().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn fork_is_never_waited_for() {
    // leak: process "a copy of the test program"
    // SAFETY: the child calls only what may be called in a forked child, and leaves without unwinding.
    if unsafe { libc::fork() } == 0 {
        // SAFETY: all descriptors are the child's own copies. Others may wait for the end of what they lead to.
        unsafe {
            for descriptor in 0..1024 {
                libc::close(descriptor);
            }
            libc::sleep(60);
            libc::_exit(0)
        }
    }
}

#[leak_checked]
#[test]
fn child_is_waited_for() {
    assert!(quiet("true", &[]).status().unwrap().success());
    assert!(quiet("true", &[]).output().unwrap().status.success());
    let mut child = quiet("true", &[]).spawn().unwrap();
    assert!(child.wait().unwrap().success());
}

#[leak_checked]
#[test]
fn child_is_killed_and_waited_for() {
    let mut child = sleep().spawn().unwrap();
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
}

#[leak_checked]
#[test]
fn child_is_waited_for_by_its_number() {
    let child = quiet("true", &[]).spawn().unwrap();
    let pid = i32::try_from(child.id()).unwrap();
    drop(child);
    let mut status = 0;
    // SAFETY: `status` outlives the call.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
}

#[leak_checked]
#[test]
fn child_is_waited_for_on_a_thread() {
    let mut child = quiet("true", &[]).spawn().unwrap();
    thread::spawn(move || child.wait().unwrap());
}

#[leak_checked]
#[tokio::test]
async fn tokio_child_is_waited_for() {
    let mut child = tokio::process::Command::from(quiet("true", &[]))
        .spawn()
        .unwrap();
    assert!(child.wait().await.unwrap().success());
    let mut child = tokio_sleep().spawn().unwrap();
    child.kill().await.unwrap();
}

/// The runtime waits for it, in its own time.
#[leak_checked]
#[tokio::test]
async fn tokio_child_is_killed_on_drop() {
    drop(tokio_sleep().kill_on_drop(true).spawn().unwrap());
}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokio_child_is_killed_on_drop_on_workers() {
    drop(tokio_sleep().kill_on_drop(true).spawn().unwrap());
}

#[leak_checked]
#[tokio::test]
async fn tokio_child_that_exits_is_dropped() {
    let command = quiet("true", &[]);
    drop(tokio::process::Command::from(command).spawn().unwrap());
}

#[leak_checked]
#[test]
fn children_of_threads_are_waited_for() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..4 {
                    assert!(quiet("true", &[]).status().unwrap().success());
                }
            });
        }
    });
}

/// A daemon is nobody's child.
#[leak_checked]
#[test]
fn daemon() {
    let mut command = sleep();
    // SAFETY: `detach` calls only what may be called in a forked child.
    unsafe { command.pre_exec(detach) };
    assert!(command.status().unwrap().success());
}

/// It serves all tests of the process.
#[leak_checked]
#[test]
fn server_in_a_static() {
    static SERVER: LazyLock<Child> = LazyLock::new(|| sleep().spawn().unwrap());
    assert_ne!(SERVER.id(), 0);
}

#[test]
fn every_report_is_exact() {
    for report in verify("processes", include_str!("processes.rs")) {
        let is_static = report.test.ends_with("server_in_a_static");
        let expected = usize::from(is_static && ARE_SEEN);
        assert_eq!(report.ignored.len(), expected, "{report:?}");
        assert_eq!(report.coverage["process"] == "full", ARE_SEEN);
    }
}
