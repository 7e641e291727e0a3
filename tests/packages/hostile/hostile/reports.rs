//! A report is there whatever its test is called and whoever else writes to its folder; and a file that another has put there
//! is left alone.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{self, Command},
};

use leakcheck_tests::{
    child::{assert_fails, subjects},
    reports_in,
};

/// Runs a subject whose reports go to this folder, as the first process of its own namespace where that is asked for.
fn run(subject: &str, dir: &Path, first: First) -> process::Output {
    let exe = std::env::current_exe().expect("the test binary has a path");
    let mut command = match first {
        First::No => Command::new(exe),
        First::InItsNamespace => {
            let mut command = Command::new("unshare");
            command.args(["--pid", "--fork"]).arg(exe);
            command
        }
    };
    command
        .args(["--ignored", "--exact"])
        .arg(format!("{}{subject}", subjects(module_path!())))
        .env("LEAKCHECK_REPORT_DIR", dir)
        .output()
        .expect("it can be run")
}

/// Whether a process has the number one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    No,
    InItsNamespace,
}

#[test]
fn a_name_may_have_any_length_and_script() {
    let run = run!(漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ);
    assert_fails(&run);
    let name = stringify!(漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ);
    assert!(run.report().test.ends_with(name));
}

#[test]
fn processes_that_do_not_see_each_other_keep_both_reports() {
    let can = Command::new("unshare")
        .args(["--pid", "--fork", "true"])
        .status();
    let first = if can.is_ok_and(|status| status.success()) {
        First::InItsNamespace
    } else {
        // Without the right to it only the plain case can be shown.
        First::No
    };
    let dir = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let output = run("leaks", dir.path(), first);
        assert_eq!(output.status.code(), Some(101), "{output:?}");
    }
    assert_eq!(reports_in(dir.path()).len(), 2);
}

#[test]
fn what_was_put_there_is_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let kept = dir.path().join("kept");
    fs::write(&kept, "kept").expect("it can be written");
    let folder = dir.path().join("reports");
    fs::create_dir(&folder).expect("it can be made");
    // Whichever number the process gets, the names that it would use first lead elsewhere.
    let can = Command::new("unshare")
        .args(["--pid", "--fork", "true"])
        .status();
    if can.is_ok_and(|status| status.success()) {
        for name in ["0.json", "1.json.part"] {
            let name = format!("hostile-reports.subject.leaks-1-{name}");
            symlink(&kept, folder.join(name)).expect("a link");
        }
        let output = run("leaks", &folder, First::InItsNamespace);
        assert_eq!(output.status.code(), Some(101), "{output:?}");
        let written = folder.join("hostile-reports.subject.leaks-1-2.json");
        assert!(written.is_file(), "{output:?}");
        assert_eq!(fs::read_to_string(&kept).expect("it is there"), "kept");
    }
}

mod subject {
    use std::thread;

    use leakcheck::leak_checked;

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaks() {
        thread::spawn(thread::park);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn 漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ漏れ()
     {
        thread::spawn(thread::park);
    }
}
