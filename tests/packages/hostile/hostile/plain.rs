//! The control: what every program here does, done in the plain way, is found or passes.

use leakcheck_tests::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

#[test]
fn a_leak_is_found() {
    let run = run!(leaves_a_thread);
    assert_fails(&run);
    let expected = [threads(1, "thread::spawn(thread::park);")];
    assert_left(&run.report().leaks, &expected);
}

#[test]
fn its_twin_passes() {
    let run = run!(joins_its_thread);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

mod subject {
    use std::thread;

    use leakcheck::leak_checked;

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaves_a_thread() {
        thread::spawn(thread::park);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn joins_its_thread() {
        thread::spawn(|| ()).join().expect("it does not panic");
    }
}
