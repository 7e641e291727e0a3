//! What a test without a check leaves behind is never charged to a checked one, before it, after it or beside it.

use crate::{
    child::{assert_fails, run_all, subjects},
    expect_leaks::{assert_left, threads},
};

#[test]
fn one_after_another() {
    charged_right("one_by_one", "--test-threads=1");
}

#[test]
fn at_once() {
    charged_right("at_once", "--test-threads=4");
}

#[track_caller]
fn charged_right(group: &str, test_threads: &str) {
    let subjects = subjects(module_path!());
    let run = run_all(&[&format!("{subjects}{group}::"), test_threads], &[]);
    assert_fails(&run);
    assert!(
        run.text().contains("3 passed; 1 failed"),
        "one checked test leaks, one does not, and nobody looks at the two others\n{}",
        run.text()
    );
    let [clean, leaks] = run.reports.as_slice() else {
        panic!("two tests are checked: {:?}", run.reports)
    };
    assert_left(&clean.leaks, &[]);
    assert_left(
        &leaks.leaks,
        &[threads(1, "thread::spawn(park).thread().unpark();")],
    );
}

mod subject {
    use std::{future::pending, mem, thread};

    use tokio::runtime::Builder;

    /// Never ends, however often it is woken.
    fn park() {
        loop {
            thread::park();
        }
    }

    /// Leaves a thread, and a runtime with its threads and a task.
    fn leave_much() {
        thread::spawn(park);
        let runtime = Builder::new_multi_thread().worker_threads(2).build();
        let runtime = runtime.expect("a runtime can be built");
        runtime.spawn(pending::<()>());
        mem::forget(runtime);
    }

    /// The order is that of the names.
    mod one_by_one {
        use leakcheck::leak_checked;
        use std::thread;

        use super::{leave_much, park};

        #[test]
        #[ignore = "leaks on purpose"]
        fn a_unchecked() {
            leave_much();
        }

        #[leak_checked]
        #[test]
        #[ignore = "follows a leaky one"]
        fn b_clean() {
            thread::spawn(|| ()).join().unwrap();
        }

        #[tokio::test]
        #[ignore = "leaks on purpose"]
        async fn c_unchecked() {
            leave_much();
        }

        #[leak_checked(settle = "100ms")]
        #[test]
        #[ignore = "leaks on purpose"]
        fn d_leaks() {
            thread::spawn(park).thread().unpark();
        }
    }

    mod at_once {
        use leakcheck::leak_checked;
        use std::{sync::Barrier, thread};

        use super::{leave_much, park};

        /// Everything is left between the first and the second meeting.
        static ALL: Barrier = Barrier::new(4);

        #[test]
        #[ignore = "leaks on purpose"]
        fn a_unchecked() {
            ALL.wait();
            leave_much();
            ALL.wait();
        }

        #[leak_checked]
        #[test]
        #[ignore = "runs beside leaky ones"]
        fn b_clean() {
            ALL.wait();
            thread::spawn(|| ()).join().unwrap();
            ALL.wait();
        }

        #[tokio::test]
        #[ignore = "leaks on purpose"]
        async fn c_unchecked() {
            ALL.wait();
            leave_much();
            ALL.wait();
        }

        #[leak_checked(settle = "100ms")]
        #[test]
        #[ignore = "leaks on purpose"]
        fn d_leaks() {
            ALL.wait();
            thread::spawn(park).thread().unpark();
            ALL.wait();
        }
    }
}
