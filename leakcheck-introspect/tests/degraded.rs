//! Without full debug info nothing is read, and the error says what to change in the profile.
//!
//! `.ci/run profiles` runs the ignored tests under such profiles.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{Mutex, MutexGuard, PoisonError},
};

use leakcheck_introspect::{Error, TaskList, TimerList, available};
use tokio::{
    runtime::{Builder, Handle},
    task::{LocalSet, yield_now},
};

async fn parked() {
    std::future::pending::<()>().await;
}

/// Reads one parked task in each way that there is.
fn read() -> [Result<TaskList, Error>; 2] {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime can be built").block_on(async {
        let set = LocalSet::new();
        tokio::spawn(parked());
        set.spawn_local(parked());
        set.run_until(yield_now()).await;
        let handle = Handle::current();
        [TaskList::of_runtime(&handle), TaskList::of_local_set(&set)]
    })
}

#[test]
fn with_full_debug_info_it_is_read() {
    available().expect("this profile has full debug info");
    for list in read() {
        let list = list.expect("this profile has full debug info");
        let [task] = list.tasks() else {
            panic!("{} tasks instead of 1", list.tasks().len());
        };
        assert!(task.root().is_some(), "{task:?}");
    }
}

#[test]
#[ignore = "for profiles without full debug info; `.ci/run profiles`"]
fn the_error_says_what_to_change() {
    let culprit = env::var("LEAKCHECK_TEST_CULPRIT").expect("the setting that is wrong");
    let error = available().expect_err("this profile has no full debug info");
    let text = error.to_string();
    for part in [
        "full debug info",
        &culprit,
        "[profile.dev] and [profile.test]",
    ] {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    for list in read() {
        assert_eq!(list.expect_err("there is no debug info"), error);
    }
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be built");
    let timers = TimerList::of_runtime(runtime.handle());
    assert_eq!(timers.expect_err("there is no debug info"), error);
}

#[test]
#[ignore = "for profiles where only dependencies have full debug info; `.ci/run profiles`"]
fn the_task_says_why_it_is_not_read() {
    for list in read() {
        let list = list.expect("tokio has debug info");
        let [task] = list.tasks() else {
            panic!("{} tasks instead of 1", list.tasks().len());
        };
        let why = task.unread().expect("its future has no debug info");
        assert!(task.root().is_none(), "{task:?}");
        assert_eq!(task.future(), "degraded::parked");
        assert!(why.contains("built without full debug info"), "{why}");
    }
}

/// A copy of this program that seeks split debug info elsewhere than it is, namely what is in `deps/` of `krate` or of all.
struct Moved {
    program: PathBuf,
    _one: MutexGuard<'static, ()>,
}

impl Moved {
    fn to(folder: &Path, name: &str, krate: &str) -> Self {
        // A program that another thread's child still has open for writing cannot be run.
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let own = env::current_exe().expect("it has a path");
        let mut program = fs::read(&own).expect("a program is readable");
        let (old, new) = (format!("/deps/{krate}"), format!("/gone/{krate}"));
        let mut count = 0;
        let mut rest = &mut program[..];
        while let Some(slash) = rest.iter().position(|byte| *byte == b'/') {
            rest = &mut rest[slash..];
            if rest.starts_with(old.as_bytes()) {
                rest[..new.len()].copy_from_slice(new.as_bytes());
                count += 1;
            }
            rest = &mut rest[1..];
        }
        assert!(count > 0, "nothing is split off");
        let moved = Self {
            program: folder.join(format!("{name}-{}", process::id())),
            _one: one,
        };
        fs::copy(&own, &moved.program).expect("there is room, and it stays executable");
        fs::write(&moved.program, program).expect("there is room");
        moved
    }

    /// Takes the package along, if debug info is packed.
    fn with_package(self) -> Self {
        let own = env::current_exe().expect("it has a path");
        let _ = fs::hard_link(package(&own), package(&self.program));
        self
    }

    /// Runs one of these tests in it.
    fn run(&self, test: &str) {
        let output = Command::new(&self.program)
            .args(["--exact", "--include-ignored", test])
            .env("LEAKCHECK_TEST_MOVED", "1")
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("1 passed"), "{said}");
    }
}

impl Drop for Moved {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.program);
        let _ = fs::remove_file(package(&self.program));
    }
}

fn package(program: &Path) -> PathBuf {
    let mut path = program.as_os_str().to_owned();
    path.push(".dwp");
    path.into()
}

#[test]
#[ignore = "for profiles with split debug info; `.ci/run profiles`"]
fn split_debug_info_that_is_gone_is_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let copy = Moved::to(folder, "alone", "");
    copy.run("moved_alone");
}

#[test]
#[ignore = "for profiles with unpacked split debug info; `.ci/run profiles`"]
fn split_debug_info_of_one_crate_that_is_gone_is_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let copy = Moved::to(folder, "one", "degraded-");
    copy.run("moved_without_own");
}

#[test]
#[ignore = "for profiles with split debug info; `.ci/run profiles`"]
fn split_debug_info_beside_the_program_is_read() {
    let own = env::current_exe().expect("it has a path");
    let folder = own.parent().expect("it is in a folder");
    let copy = Moved::to(folder, "beside", "").with_package();
    copy.run("with_full_debug_info_it_is_read");
}

/// Whether this program is a copy that was made above.
fn is_moved() -> bool {
    env::var_os("LEAKCHECK_TEST_MOVED").is_some()
}

fn names_what_is_gone(text: &str) {
    let own = env::current_exe().expect("it has a path");
    for part in [
        "the split debug info file was not found",
        "/gone/",
        &package(&own).display().to_string(),
        "`split-debuginfo = \"off\"`",
        "[profile.dev] and [profile.test]",
    ] {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
#[ignore = "run by others in a copy"]
fn moved_alone() {
    if is_moved() {
        let error = available().expect_err("the debug info was left behind");
        names_what_is_gone(&error.to_string());
        for list in read() {
            assert_eq!(list.expect_err("there is no debug info"), error);
        }
    }
}

#[test]
#[ignore = "run by others in a copy"]
fn moved_without_own() {
    if is_moved() {
        for list in read() {
            let list = list.expect("tokio has debug info");
            let [task] = list.tasks() else {
                panic!("{} tasks instead of 1", list.tasks().len());
            };
            assert!(task.root().is_none(), "{task:?}");
            let why = task.unread().expect("its future has no debug info");
            names_what_is_gone(why);
            assert!(why.contains("/gone/degraded-"), "{why}");
        }
    }
}
