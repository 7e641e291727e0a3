//! What is run in another process.

use std::{
    future::pending,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use leakcheck::{Cancel, Options, leak_checked};
use rstest::rstest;
use tokio::{
    task::{AbortHandle, yield_now},
    time::sleep,
};

use crate::child::say;

/// Three awaits, and from the second on a task that only the last line ends.
async fn three_awaits() {
    say("body:", "ran");
    yield_now().await;
    let helper = tokio::spawn(pending::<()>());
    yield_now().await;
    yield_now().await;
    helper.abort();
}

#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn leaks_at_two_of_three() {
    three_awaits().await;
}

#[leak_checked(cancel = "2..3", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn leaks_at_the_second() {
    three_awaits().await;
}

#[leak_checked(cancel = "1")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn leaks_before_the_range() {
    three_awaits().await;
}

#[leak_checked(cancel = "30..40")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn leaks_beyond_its_end() {
    three_awaits().await;
}

#[leak_checked(cancellable, settle = "100ms")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn is_cancellable() {
    three_awaits().await;
}

#[leak_checked]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn is_not_cancellable() {
    three_awaits().await;
}

#[leak_checked]
#[test]
#[ignore = "looked at from outside"]
fn is_synchronous() {
    say("body:", "ran");
}

fn each() -> Options {
    Options::new().cancel(Cancel::each())
}

#[leak_checked(cancellable, options = each, settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn is_asked_by_a_function() {
    three_awaits().await;
}

#[leak_checked(cancel = "off", options = each)]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn is_not_asked_after_all() {
    three_awaits().await;
}

#[leak_checked(options = each)]
#[tokio::test]
#[ignore = "fails on purpose"]
async fn cannot_be_asked() {
    three_awaits().await;
}

#[leak_checked(options = each)]
#[test]
#[ignore = "fails on purpose"]
fn cannot_be_asked_without_awaits() {
    say("body:", "ran");
}

/// Ends a task with itself.
struct Guard(AbortHandle);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn guarded() {
    say("body:", "ran");
    let helper = tokio::spawn(pending::<()>());
    let _guard = Guard(helper.abort_handle());
    yield_now().await;
    sleep(Duration::from_millis(50)).await;
    yield_now().await;
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn is_clean() {
    guarded().await;
}

#[leak_checked(cancel = "each")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "looked at from outside"]
async fn is_clean_on_workers() {
    guarded().await;
}

#[leak_checked(cancel = "each")]
#[tokio::test(start_paused = true)]
#[ignore = "looked at from outside"]
async fn is_clean_in_paused_time() {
    guarded().await;
}

#[leakcheck::test(cancel = "each", settle = "100ms")]
#[ignore = "leaks on purpose"]
async fn leaks_anyway() {
    say("body:", "ran");
    let helper = tokio::spawn(pending::<()>());
    yield_now().await;
    drop(helper);
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "fails on purpose"]
async fn fails_anyway() -> Result<(), String> {
    say("body:", "ran");
    yield_now().await;
    Err("no".to_owned())
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "fails on purpose"]
async fn panics_anyway() {
    say("body:", "ran");
    yield_now().await;
    panic!("no");
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn has_five_hundred() {
    for _ in 0..500 {
        yield_now().await;
    }
}

#[leak_checked(cancel = "each", settle = "50ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn leaks_late_among_five_hundred() {
    for _ in 0..479 {
        yield_now().await;
    }
    let helper = tokio::spawn(pending::<()>());
    for _ in 0..21 {
        yield_now().await;
    }
    helper.abort();
}

#[leak_checked(cancel = "each", cancel_within = "200ms")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn takes_its_time() {
    for _ in 0..20 {
        sleep(Duration::from_millis(20)).await;
    }
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn never_waits() {
    std::future::ready(()).await;
}

/// Panics if it is dropped while it is open.
struct Open(bool);

impl Drop for Open {
    fn drop(&mut self) {
        assert!(!self.0, "it was still open");
    }
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "fails on purpose"]
async fn drop_panics() {
    yield_now().await;
    let mut open = Open(true);
    yield_now().await;
    open.0 = false;
}

/// Does not come back if it is dropped while it is open.
struct Hangs(bool);

impl Drop for Hangs {
    fn drop(&mut self) {
        if self.0 {
            loop {
                std::thread::park();
            }
        }
    }
}

#[leak_checked(cancel = "each", timeout = "1s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn drop_hangs() {
    let mut open = Hangs(true);
    yield_now().await;
    open.0 = false;
}

#[leak_checked(cancel = "each", timeout = "1s")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "hangs on purpose"]
async fn drop_hangs_on_workers() {
    let mut open = Hangs(true);
    yield_now().await;
    open.0 = false;
}

/// Comes back, but late, if it is dropped while it is open.
struct TakesLong(bool);

impl Drop for TakesLong {
    fn drop(&mut self) {
        if self.0 {
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

#[leak_checked(cancel = "each", timeout = "200ms")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn drop_takes_long() {
    let mut open = TakesLong(true);
    yield_now().await;
    open.0 = false;
}

/// True from the second run on.
fn ran(runs: &AtomicU32) -> bool {
    runs.fetch_add(1, Ordering::SeqCst) > 0
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "fails on purpose"]
async fn fails_again() -> Result<(), String> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    if ran(&RUNS) {
        return Err("the port is in use".to_owned());
    }
    yield_now().await;
    Ok(())
}

/// As a body that looks at a clock on a busy machine.
#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "looked at from outside"]
async fn fails_now_and_then() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    yield_now().await;
    assert!(
        RUNS.fetch_add(1, Ordering::SeqCst).is_multiple_of(2),
        "too late"
    );
    yield_now().await;
}

/// What it leaves when it fails is no matter of being cancelled.
#[leak_checked(cancel = "2..", settle = "100ms")]
#[tokio::test]
#[ignore = "fails on purpose"]
async fn fails_again_and_leaves() -> Result<(), String> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let helper = tokio::spawn(pending::<()>());
    yield_now().await;
    if ran(&RUNS) {
        return Err("the port is in use".to_owned());
    }
    yield_now().await;
    helper.abort();
    Ok(())
}

#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "fails on purpose"]
async fn panics_again() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    assert!(!ran(&RUNS), "the file exists");
    yield_now().await;
}

#[leak_checked(cancel = "2..", timeout = "1s")]
#[tokio::test]
#[ignore = "hangs on purpose"]
async fn hangs_again() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    if ran(&RUNS) {
        pending::<()>().await;
    }
    yield_now().await;
    yield_now().await;
}

#[rstest]
#[case(1, "one".to_owned())]
#[case(2, "two".to_owned())]
#[case(3, "three".to_owned())]
#[leak_checked(cancel = "each", settle = "100ms")]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn is_given(#[case] number: u32, #[case] mut name: String) {
    name.push('!');
    assert!(name.len() <= 6, "each run has its own");
    let helper = tokio::spawn(pending::<()>());
    let guard = (number != 2).then(|| Guard(helper.abort_handle()));
    yield_now().await;
    drop(guard);
    helper.abort();
}

/// The child is cancelled as its parent is, or returns from the body: it is not the process that is checked.
#[cfg(unix)]
#[leak_checked(cancel = "each")]
#[tokio::test]
#[ignore = "forks"]
async fn forks() {
    yield_now().await;
    // SAFETY: the child runs no more than what stands here.
    let child = unsafe { libc::fork() };
    if child == 0 {
        yield_now().await;
        // SAFETY: it does not return.
        unsafe { libc::_exit(0) }
    }
    let mut status = 0;
    // SAFETY: the status outlives the call.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0);
    yield_now().await;
}

#[leak_checked(cancel = "each")]
mod whole_module {
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn waits() {
        tokio::task::yield_now().await;
    }

    #[test]
    #[ignore = "looked at from outside"]
    fn is_synchronous() {}
}
