//! A task, closure or thread that panicked and whose handle was dropped is named, and nothing that somebody may have seen is.

use crate::{
    child::{assert_fails, assert_passes, said},
    expect_leaks::{assert_left, made, tasks, threads},
};

const LINE: &str = "tokio::spawn(panics());";

#[test]
fn a_panic_that_nobody_can_see_is_a_warning() {
    for subject in [
        "handle_is_dropped",
        "handle_is_dropped_on_workers",
        "hook_is_chained",
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        let leaks = &run.report().leaks;
        assert_left(leaks, &[tasks(1, LINE)]);
        assert_eq!(leaks[0].level, "warn");
        let panic = leaks[0].panic.as_deref().unwrap_or_default();
        assert!(
            panic.starts_with("out of order, at tests/suite/unseen.rs:"),
            "{panic}"
        );
        let name = leaks[0].name.as_deref().unwrap_or_default();
        assert!(name.starts_with("suite::unseen::subject::"), "{name}");
    }
}

#[test]
fn it_has_a_level_of_its_own() {
    let run = run!(is_denied);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[tasks(2, LINE)]);
    let text = run.text();
    assert!(
        text.contains("had 2 tasks that panicked unseen\n"),
        "{text}"
    );
    assert_passes(&run!(is_denied, "LEAKCHECK" = "warn"));

    let run = run!(is_off);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn it_stands_beside_what_is_left() {
    let run = run!(one_stays);
    assert_fails(&run);
    let stays = tasks(1, "tokio::spawn(pending::<()>());");
    assert_left(&run.report().leaks, &[stays, tasks(1, LINE)]);
    let text = run.text();
    assert!(text.contains("left 1 task behind after waiting "), "{text}");
    assert!(
        text.contains(", and had 1 task that panicked unseen"),
        "{text}"
    );
}

#[test]
fn so_are_closures_and_threads() {
    let closure = "tokio::task::spawn_blocking(move || panics_for(&alive));";
    let thread = "drop(thread::spawn(move || panics_for(&alive)));";
    let member = "_thread: thread::spawn(move || panics_for(&alive)),";
    for (subject, expected) in [
        ("closure_is_dropped", made("blocking_task", closure)),
        ("thread_is_dropped", threads(1, thread)),
        ("thread_is_dropped_later", threads(1, member)),
        ("thread_is_dropped_within_a_scope", threads(1, thread)),
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_fails(&run);
        let leaks = &run.report().leaks;
        assert_left(leaks, &[expected]);
        let panic = leaks[0].panic.as_deref().unwrap_or_default();
        assert!(panic.starts_with("out of order, at "), "{panic}");
    }
}

/// It would have joined it.
#[test]
fn a_body_that_panics_says_nothing_of_the_handles_that_it_had() {
    let run = run!(body_panics_with_a_handle);
    assert_fails(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn what_somebody_may_see_is_not_told() {
    for subject in [
        "handle_is_awaited",
        "handle_is_kept",
        "is_caught_inside",
        "is_caught_between_polls",
        "joins",
        "hook_is_replaced",
        "closure_is_awaited",
        "closure_is_kept",
        "after_the_body",
        "thread_is_joined",
        "thread_is_kept",
        "thread_is_joined_before_others_are_dropped",
        "thread_is_scoped",
        "thread_catches_it",
        "thread_of_a_scoped_thread_is_joined",
    ] {
        let run = crate::child::run(module_path!(), subject, &[]);
        assert_passes(&run);
        assert_left(&run.report().leaks, &[]);
    }
}

#[test]
fn the_hook_that_was_there_says_the_same() {
    let run = run!(hook_is_chained);
    assert_eq!(said(&run, "hook:").len(), 1);
    let checked = run!(handle_is_dropped)
        .text()
        .matches("out of order")
        .count();
    // The report of a test that passes is not shown.
    assert_eq!(checked, 0);
    let text = run!(is_denied).text();
    assert_eq!(
        text.matches("panicked at tests/suite/unseen.rs:").count(),
        2,
        "{text}"
    );
}

mod subject {
    use std::{
        future::{Future, pending, poll_fn},
        panic::{self, AssertUnwindSafe},
        pin::pin,
        sync::{Mutex, mpsc},
        task::Poll,
        thread::{self, JoinHandle},
    };

    use leakcheck::leak_checked;
    use tokio::{
        sync::oneshot,
        task::{JoinSet, yield_now},
    };

    use crate::child::say;

    /// The end of a runtime would have cancelled it.
    #[leak_checked(unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "a program"]
    async fn after_the_body() {
        let (sender, receiver) = oneshot::channel::<()>();
        tokio::spawn(async move { receiver.await.expect("it is sent") });
        yield_now().await;
        drop(sender);
    }

    async fn panics() {
        yield_now().await;
        panic!("out of order");
    }

    async fn settle() {
        for _ in 0..4 {
            yield_now().await;
        }
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn handle_is_dropped() {
        tokio::spawn(panics());
        settle().await;
    }

    #[leak_checked]
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "looked at from outside"]
    async fn handle_is_dropped_on_workers() {
        let (go, wait) = oneshot::channel::<()>();
        let (alive, gone) = oneshot::channel::<()>();
        let panics = || async move {
            let _alive = alive;
            wait.await.unwrap();
            panics().await;
        };
        tokio::spawn(panics());
        go.send(()).unwrap();
        gone.await.unwrap_err();
    }

    #[leak_checked(unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn is_denied() {
        for _ in 0..2 {
            tokio::spawn(panics());
        }
        settle().await;
    }

    #[leak_checked(unseen_panics = "off")]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn is_off() {
        tokio::spawn(panics());
        settle().await;
    }

    #[leak_checked(settle = "50ms")]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn one_stays() {
        tokio::spawn(pending::<()>());
        tokio::spawn(panics());
        settle().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn handle_is_awaited() {
        assert!(tokio::spawn(panics()).await.is_err());
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn handle_is_kept() {
        let handle = tokio::spawn(panics());
        settle().await;
        drop(handle);
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn is_caught_inside() {
        tokio::spawn(async {
            let caught = panic::catch_unwind(|| panic!("out of order"));
            assert!(caught.is_err());
        });
        settle().await;
    }

    /// As a server catches what a handler does.
    async fn caught(work: impl Future<Output = ()>) -> bool {
        let mut work = pin!(work);
        poll_fn(|cx| {
            let poll = AssertUnwindSafe(|| work.as_mut().poll(cx));
            match panic::catch_unwind(poll) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(())) => Poll::Ready(false),
                Err(_) => Poll::Ready(true),
            }
        })
        .await
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn is_caught_between_polls() {
        tokio::spawn(async { assert!(caught(panics()).await) });
        settle().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn joins() {
        let mut set = JoinSet::new();
        set.spawn(panics());
        assert!(set.join_next().await.unwrap().is_err());
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn hook_is_replaced() {
        panic::set_hook(Box::new(|_| say("hook:", "another")));
        tokio::spawn(panics());
        settle().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "looked at from outside"]
    async fn hook_is_chained() {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            say("hook:", "in front");
            before(info);
        }));
        tokio::spawn(panics());
        settle().await;
    }

    type Alive = mpsc::Sender<()>;

    /// What is gone once its owner has panicked, and who waits for that.
    fn alive() -> (Alive, mpsc::Receiver<()>) {
        mpsc::channel()
    }

    fn panics_for(_alive: &Alive) {
        panic!("out of order");
    }

    #[leak_checked(unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn closure_is_dropped() {
        let (alive, gone) = alive();
        tokio::task::spawn_blocking(move || panics_for(&alive));
        gone.recv().unwrap_err();
    }

    #[leak_checked(unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "a program"]
    async fn closure_is_awaited() {
        let (alive, _gone) = alive();
        let closure = tokio::task::spawn_blocking(move || panics_for(&alive));
        assert!(closure.await.is_err());
    }

    #[leak_checked(unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "a program"]
    async fn closure_is_kept() {
        let (alive, gone) = alive();
        let closure = tokio::task::spawn_blocking(move || panics_for(&alive));
        gone.recv().unwrap_err();
        drop(closure);
    }

    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "fails on purpose"]
    fn thread_is_dropped() {
        let (alive, gone) = alive();
        drop(thread::spawn(move || panics_for(&alive)));
        gone.recv().unwrap_err();
    }

    #[leak_checked(unseen_panics = "deny")]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn thread_is_dropped_later() {
        struct Worker {
            _thread: JoinHandle<()>,
        }
        let (alive, gone) = alive();
        let worker = Worker {
            _thread: thread::spawn(move || panics_for(&alive)),
        };
        gone.recv().unwrap_err();
        drop(worker);
    }

    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "fails on purpose"]
    fn thread_is_dropped_within_a_scope() {
        let (alive, gone) = alive();
        thread::scope(|_| {
            drop(thread::spawn(move || panics_for(&alive)));
            gone.recv().unwrap_err();
        });
    }

    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "a program"]
    fn thread_is_joined() {
        let (alive, gone) = alive();
        let thread = thread::spawn(move || panics_for(&alive));
        gone.recv().unwrap_err();
        assert!(thread.join().is_err());
    }

    /// The C library gives them the name that it had.
    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "a program"]
    fn thread_is_joined_before_others_are_dropped() {
        for _ in 0..8 {
            let (alive, _gone) = alive();
            let thread = thread::spawn(move || panics_for(&alive));
            assert!(thread.join().is_err());
            drop(thread::spawn(|| {}));
        }
    }

    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "a program"]
    fn thread_is_kept() {
        static KEPT: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);
        let (alive, gone) = alive();
        let thread = thread::spawn(move || panics_for(&alive));
        gone.recv().unwrap_err();
        *KEPT.lock().unwrap() = Some(thread);
    }

    /// The scope itself panics for it.
    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "a program"]
    fn thread_is_scoped() {
        let scope = AssertUnwindSafe(|| {
            thread::scope(|scope| {
                let (alive, _gone) = alive();
                scope.spawn(move || panics_for(&alive));
            });
        });
        assert!(panic::catch_unwind(scope).is_err());
    }

    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "a program"]
    fn thread_of_a_scoped_thread_is_joined() {
        thread::scope(|scope| {
            scope.spawn(|| {
                let (alive, _gone) = alive();
                let thread = thread::spawn(move || panics_for(&alive));
                assert!(thread.join().is_err());
            });
        });
    }

    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "a program"]
    fn thread_catches_it() {
        let (alive, gone) = alive();
        drop(thread::spawn(move || {
            let alive = alive;
            let caught = panic::catch_unwind(AssertUnwindSafe(|| panics_for(&alive)));
            assert!(caught.is_err());
        }));
        gone.recv().unwrap_err();
    }

    #[leak_checked(unseen_panics = "deny")]
    #[test]
    #[ignore = "fails on purpose"]
    fn body_panics_with_a_handle() {
        let (alive, gone) = alive();
        let _thread = thread::spawn(move || panics_for(&alive));
        gone.recv().unwrap_err();
        panic!("before it is joined");
    }
}
