//! Where that is asked for, what is reported of processes is ended, with what runs below it, and nothing else is.
#![cfg(target_os = "linux")]

use std::{fs, process::Command};

use leakcheck_tests::Run;

use crate::child::{assert_fails, assert_passes};

/// What the processes of a subject have written of themselves: their numbers.
fn started(run: &Run) -> Vec<u32> {
    let text = run.text();
    let lines = text
        .lines()
        .filter_map(|line| line.split("started ").nth(1));
    lines.filter_map(|pid| pid.trim().parse().ok()).collect()
}

/// Whether it still runs; who has the number is the one that was started, which is asked at once.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_its_name = stat.rsplit(')').next().unwrap_or_default();
    !matches!(
        after_its_name.trim_start().chars().next(),
        None | Some('Z' | 'X')
    )
}

fn end(pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    let _ = Command::new("kill").arg("-9").args(pids).output();
}

fn note(run: &Run) -> Option<String> {
    let mut notes = run.report().notes.iter();
    notes.find(|note| note.contains("end_processes")).cloned()
}

#[test]
fn children_are_ended_with_what_runs_below_them() {
    let run = run!(leaves_a_tree);
    assert_fails(&run);
    let started = started(&run);
    assert_eq!(started.len(), 3, "{}", run.text());
    assert!(!started.iter().any(|pid| runs(*pid)), "{started:?}");
    let note = note(&run).expect("it is said");
    assert!(
        note.starts_with("`end_processes` killed processes "),
        "{note}"
    );
    assert!(
        started.iter().all(|pid| note.contains(&pid.to_string())),
        "{note}"
    );
}

#[test]
fn what_has_outlived_its_parents_is_ended() {
    let run = run!(leaves_a_daemon);
    assert_fails(&run);
    let [daemon] = started(&run)[..] else {
        panic!("it is one: {}", run.text())
    };
    assert!(!runs(daemon));
    assert_eq!(
        note(&run),
        Some(format!("`end_processes` killed process {daemon}"))
    );
}

#[test]
fn what_a_rule_accepts_goes_on() {
    let run = run!(leaves_what_is_accepted);
    assert_passes(&run);
    let started = started(&run);
    assert!(!started.is_empty() && started.iter().all(|pid| runs(*pid)));
    end(&started);
    assert_eq!(note(&run), None);
}

#[test]
fn nobody_is_ended_where_nobody_asks() {
    let run = run!(leaves_a_tree_alone);
    assert_fails(&run);
    let started = started(&run);
    assert!(started.len() == 3 && started.iter().all(|pid| runs(*pid)));
    end(&started);
    assert_eq!(note(&run), None);
}

mod subject {
    use std::{
        io::{self, BufRead as _, BufReader, Write as _},
        process::{Child, Command, Stdio},
    };

    use leakcheck::leak_checked;

    /// A shell with two below it, each of which has said its number.
    fn tree() -> Child {
        let below = "echo started $$; exec sleep 1000";
        let script = format!("echo started $$; sh -c '{below}' & sh -c '{below}' & wait");
        shell(&script, 3)
    }

    /// Goes on once so many lines were said, and says them.
    fn shell(script: &str, lines: usize) -> Child {
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        for line in said.map_while(Result::ok).take(lines) {
            // It is shown of a test that passes, too.
            writeln!(io::stdout(), "{line}").expect("it is written");
        }
        child
    }

    #[leak_checked(end_processes = true, settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_a_tree() {
        drop(tree());
    }

    #[leak_checked(settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_a_tree_alone() {
        drop(tree());
    }

    #[leak_checked(end_processes = true, settle = "50ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn leaves_a_daemon() {
        let mut parent = shell(
            "(echo started $(exec sh -c 'echo $PPID'); exec sleep 1000) &",
            1,
        );
        parent.wait().expect("it ends");
    }

    #[leak_checked(end_processes = true, ignore_created_by = "*::tree", settle = "50ms")]
    #[test]
    #[ignore = "leaves something on purpose"]
    fn leaves_what_is_accepted() {
        drop(tree());
    }
}
