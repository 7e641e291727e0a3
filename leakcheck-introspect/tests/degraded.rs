//! Without full debug info nothing is read, and the error says what to change in the profile.
//!
//! `.ci/run profiles` runs the ignored tests under such profiles.

use std::env;

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
        assert!(why.contains("built without full debug info"), "{why}");
    }
}
