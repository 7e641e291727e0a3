//! What a test had watched is forgotten once it has ended, and nothing that goes on is.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

use crate::{
    child::{assert_fails, assert_passes, said},
    expect_leaks::{assert_left, tasks},
};

#[test]
fn runtimes_that_have_ended_keep_no_descriptors() {
    let run = run!(runtimes_end);
    assert_passes(&run);
    let open: Vec<usize> = said(&run, "descriptors:")
        .iter()
        .map(|count| count.parse().expect("a number was said"))
        .collect();
    let [before, after] = open[..] else {
        panic!("two numbers were said: {}", run.text());
    };
    // Some are kept until it is worth asking.
    assert!(after < before + 200, "{before} {after}");
}

#[test]
fn one_that_goes_on_among_them_is_looked_at() {
    let run = run!(one_runtime_goes_on);
    assert_fails(&run);
    let left = tasks(1, "drop(goes_on.spawn(pending::<()>()));");
    assert_left(&run.report().leaks, &[left]);

    let run = run!(one_set_goes_on);
    assert_fails(&run);
    let left = tasks(1, "goes_on.spawn_local(pending::<()>());");
    assert_left(&run.report().leaks, &[left]);
}

mod subject {
    use std::{fs, future::pending, mem::forget};

    use leakcheck::{leak_checked, watch_local};
    use tokio::{
        runtime::{Builder, Runtime},
        task::{LocalSet, yield_now},
    };

    use crate::child::say;

    fn say_descriptors() {
        let open = fs::read_dir("/proc/self/fd").unwrap();
        say("descriptors:", open.count());
    }

    fn runtime() -> Runtime {
        let mut builder = Builder::new_multi_thread();
        let builder = builder.worker_threads(1).enable_all();
        let runtime = leakcheck::instrument(builder).build().unwrap();
        runtime.block_on(runtime.spawn(yield_now())).unwrap();
        runtime
    }

    fn set() -> LocalSet {
        let set = LocalSet::new();
        watch_local(&set).unwrap();
        set
    }

    #[leak_checked]
    #[test]
    #[ignore = "looked at from outside"]
    fn runtimes_end() {
        say_descriptors();
        for _ in 0..200 {
            drop(runtime());
        }
        say_descriptors();
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn one_runtime_goes_on() {
        // As one that serves the whole process is built.
        let goes_on = std::sync::LazyLock::new(runtime);
        drop(goes_on.spawn(pending::<()>()));
        for _ in 0..100 {
            drop(runtime());
        }
        forget(goes_on);
    }

    #[leak_checked(settle = "100ms")]
    #[test]
    #[ignore = "leaks on purpose"]
    fn one_set_goes_on() {
        let goes_on = set();
        goes_on.spawn_local(pending::<()>());
        for _ in 0..100 {
            set().spawn_local(pending::<()>());
        }
        forget(goes_on);
    }
}
