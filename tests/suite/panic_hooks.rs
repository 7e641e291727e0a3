//! A panic that nobody can see is told, whatever the hook does that was there before.

use crate::{
    child::assert_fails,
    expect_leaks::{assert_left, threads},
};

/// As the first backtrace of a process does, which takes longer than many a test.
#[test]
fn a_hook_may_take_its_time() {
    let run = run!(hook_takes_its_time);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[threads(1, "thread::spawn(|| panic!(\"out of order\"));")],
    );
}

mod subject {
    use std::{
        panic,
        sync::atomic::{AtomicBool, Ordering},
        thread,
        time::Duration,
    };

    use leakcheck::leak_checked;

    static IS_TOLD: AtomicBool = AtomicBool::new(false);

    #[test]
    #[ignore = "fails on purpose"]
    fn hook_takes_its_time() {
        // It is there before the first test of the process is checked.
        panic::set_hook(Box::new(|_| {
            IS_TOLD.store(true, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(300));
        }));
        ends_while_it_is_told();
    }

    #[leak_checked(unseen_panics = "deny", settle = "30s")]
    #[test]
    #[ignore = "called by another"]
    fn ends_while_it_is_told() {
        thread::spawn(|| panic!("out of order"));
        while !IS_TOLD.load(Ordering::SeqCst) {
            thread::yield_now();
        }
    }
}
