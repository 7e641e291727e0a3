//! What a child has started and left running is left behind where it keeps a pipe or socket of the test open; what ends, or has
//! nothing of the test, is not.

use std::{
    ffi::CStr,
    io::{BufRead as _, BufReader, Read as _},
    mem::forget,
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use leakcheck::leak_checked;

use crate::{
    expected::{section, verify},
    source::ARE_SEEN,
};

/// Goes on for longer than any check waits, then ends by itself. Nobody waits for the end of what it might complain of.
fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// Starts it with a pipe for what it prints.
fn piped(script: &str) -> Command {
    let mut command = shell(script);
    command.stdout(Stdio::piped());
    command
}

/// Waits for the shell, and leaves its pipe alone.
fn reap(mut shell: Child) {
    assert!(shell.wait().unwrap().success());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn shell_leaves_a_process_in_the_background() {
    // leak: process "sleep"
    // why: outlived-parent
    reap(piped("sleep 60 &").spawn().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn process_has_a_session_of_its_own() {
    // leak: process "sleep"
    // why: outlived-parent
    reap(piped("setsid sleep 60 &").spawn().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn process_is_started_by_two_forks() {
    // leak: process "sleep"
    // why: outlived-parent
    reap(piped("(sleep 60 &)").spawn().unwrap());
}

/// The shell in between has the pipe, too, and stands for what it waits for.
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn process_has_a_child() {
    // leak: process "sh"
    // why: outlived-parent
    reap(piped("(sleep 60; true) &").spawn().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn several_processes_have_one_pipe() {
    // leak: process "sleep" x3
    // why: outlived-parent
    reap(piped("sleep 60 & sleep 61 & sleep 62 &").spawn().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn process_has_standard_input() {
    let mut shell = shell("exec 3<&0; sleep 60 <&3 >/dev/null &");
    shell.stdin(Stdio::piped()).stdout(Stdio::null());
    // leak: process "sleep"
    // why: outlived-parent
    reap(shell.spawn().unwrap());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn process_has_a_socket() {
    // leak: process "sleep"
    // why: outlived-parent
    let (own, other) = UnixStream::pair().unwrap();
    let mut shell = shell("sleep 60 &");
    reap(shell.stdout(OwnedFd::from(other)).spawn().unwrap());
    drop(own);
}

/// The output was read as far as it is needed.
#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn server_is_started_by_a_script() {
    use tokio::io::{AsyncBufReadExt as _, BufReader};
    let script = "echo ready; sleep 60 &";
    let mut command = tokio::process::Command::from(shell(script));
    // leak: process "sleep"
    // why: outlived-parent
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("ready"));
    assert!(server.wait().await.unwrap().success());
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn process_is_started_by_popen() {
    let script: &CStr = c"sleep 60 </dev/null 2>/dev/null &";
    // SAFETY: both are C strings, and the file is closed once.
    unsafe {
        // leak: process "sleep"
        // why: outlived-parent
        let file = libc::popen(script.as_ptr(), c"re".as_ptr());
        assert!(!file.is_null());
        assert_eq!(pclose(file), 0);
    }
}

/// What runs below it is told with the child.
#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn child_has_a_child() {
    // leak: process "sh"
    let mut shell = piped("sleep 60 & echo ready; wait").spawn().unwrap();
    let mut said = String::new();
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    output.read_line(&mut said).unwrap();
    forget(shell);
}

unsafe extern "C" {
    fn pclose(file: *mut libc::FILE) -> i32;
}

#[leak_checked]
#[test]
fn background_is_waited_for() {
    reap(piped("sleep 0.01 & wait").spawn().unwrap());
}

#[leak_checked(settle = "1h")]
#[test]
fn background_ends_by_itself() {
    reap(piped("sleep 0.05 &").spawn().unwrap());
}

/// It has started another by then, which ends as well.
#[leak_checked(settle = "1h")]
#[test]
fn background_passes_its_pipe_on() {
    let script = "(sleep 0.03; sleep 0.03 &) &";
    reap(piped(script).spawn().unwrap());
}

#[leak_checked]
#[test]
fn output_is_read_to_its_end() {
    let mut shell = piped("sleep 0.01 &").spawn().unwrap();
    let mut said = String::new();
    shell
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    reap(shell);
}

#[leak_checked(settle = "1h")]
#[test]
fn background_is_killed_by_its_number() {
    let script = "sleep 60 & echo $!";
    let mut shell = piped(script).spawn().unwrap();
    let mut said = String::new();
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    output.read_line(&mut said).unwrap();
    reap(shell);
    let pid = said.trim().parse().unwrap();
    // SAFETY: the process has not ended, so nobody else has its number.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGKILL) }, 0);
}

/// It was asked for nothing, and has nothing of the test: a daemon.
#[leak_checked]
#[test]
fn background_has_nothing_of_the_test() {
    reap(piped("sleep 60 >/dev/null &").spawn().unwrap());
}

/// What it reads and writes is the process's, as what its parent had was.
#[leak_checked]
#[test]
fn output_is_that_of_the_process() {
    reap(shell("exec >/dev/null; sleep 60 &").spawn().unwrap());
}

/// It serves all tests of the process.
#[leak_checked]
#[test]
fn server_of_a_static() {
    static SERVER: LazyLock<bool> = LazyLock::new(|| {
        let mut shell = piped("sleep 60 &").spawn().unwrap();
        shell.wait().unwrap().success()
    });
    assert!(*SERVER);
}

/// It runs when the test begins, and its child only knows of it.
#[leak_checked]
#[test]
fn daemon_of_another_is_asked() {
    static DAEMON: LazyLock<bool> =
        LazyLock::new(|| shell("sleep 60 >/dev/null &").status().unwrap().success());
    assert!(*DAEMON);
    reap(piped("kill -0 $$").spawn().unwrap());
}

#[test]
fn every_report_is_exact() {
    verify("process_trees", include_str!("process_trees.rs"));
    if ARE_SEEN {
        for (test, words) in [
            (
                "shell_leaves_a_process_in_the_background",
                "running, `sleep 60`, keeps a pipe of the test open as its standard output",
            ),
            (
                "process_has_a_socket",
                "keeps a socket of the test open as its standard output",
            ),
            (
                "process_has_standard_input",
                "keeps a pipe of the test open as its standard input",
            ),
            ("process_has_a_child", "which has started `sleep 60` (pid "),
            ("child_has_a_child", "which has started `sleep 60` (pid "),
        ] {
            let shown = section(&format!("process_trees::{test}"));
            assert!(shown.contains(words), "{words}\n{shown}");
        }
    }
}
