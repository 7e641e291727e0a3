//! Threads answer where they are, go on as if nothing had been, and those that cannot answer are told from others.

use std::sync::mpsc;

use super::*;
use crate::model::Activity;

/// Long enough for a loaded machine.
const LIMIT: Duration = Duration::from_secs(10);

/// Neither is a signal delivered at once under a sanitizer, nor can musl's own functions be unwound.
fn can_unwind() -> bool {
    !next::under_sanitizer() && cfg!(not(target_env = "musl"))
}

fn own_tid() -> i32 {
    // SAFETY: `gettid` has no preconditions.
    unsafe { libc::gettid() }
}

/// A thread that waits for a message; dropping the sender ends it.
fn waiting(prepare: fn()) -> (i32, mpsc::Sender<()>, thread::JoinHandle<()>) {
    let (tell, told) = mpsc::channel();
    let (sender, receiver) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        prepare();
        tell.send(own_tid()).unwrap();
        receiver.recv().unwrap_err();
    });
    let tid = told.recv().unwrap();
    while !matches!(
        Facts::of(tid).unwrap().activity,
        Activity::Call {
            name: Some("futex"),
            ..
        }
    ) {
        thread::yield_now();
    }
    (tid, sender, thread)
}

fn set_errno(value: c_int) {
    // SAFETY: `errno` is this thread's own.
    unsafe { *libc::__errno_location() = value };
}

fn last_errno() -> c_int {
    // SAFETY: `errno` is this thread's own.
    unsafe { *libc::__errno_location() }
}

fn names(frames: &[usize]) -> Vec<String> {
    let mut names = Vec::new();
    for frame in frames {
        backtrace::resolve(*frame as *mut c_void, |symbol| {
            names.extend(symbol.name().map(|name| format!("{name:#}")));
        });
    }
    names
}

#[test]
fn a_thread_answers_where_it_is_and_goes_on() {
    let (tid, sender, thread) = waiting(|| ());
    for _ in 0..100 {
        let doing = Asker::new().ask(tid, LIMIT, None).unwrap();
        if !can_unwind() {
            assert!(doing.frames.is_empty());
            continue;
        }
        assert_eq!(doing.unread, None);
        let names = names(&doing.frames);
        assert!(names.iter().any(|name| name.contains("recv")), "{names:?}");
        assert!(
            !names.iter().any(|name| name.contains("stacks::answer")),
            "{names:?}"
        );
    }
    assert!(!thread.is_finished());
    drop(sender);
    thread.join().unwrap();
}

#[test]
fn errno_is_kept() {
    set_errno(77);
    if let (Some(signal), true) = (signal(), can_unwind()) {
        let _asking = lock_std(&ASKING);
        ANSWERED.store(0, Ordering::Relaxed);
        CURRENT_TASK.store((|| 7) as CurrentTask as usize, Ordering::Relaxed);
        ASKED.store(own_tid(), Ordering::SeqCst);
        // SAFETY: the signal has our handler, which runs before the call returns.
        unsafe { libc::pthread_kill(libc::pthread_self(), signal) };
        assert_eq!(ANSWERED.load(Ordering::Relaxed), 1);
        assert_eq!(TASK.load(Ordering::Relaxed), 7);
        ASKED.store(NOBODY, Ordering::SeqCst);
        assert!(interrupted_frames().is_some_and(|frames| !frames.is_empty()));
    }
    set_errno(77);
    // SAFETY: a handler that is asked nothing touches nothing.
    unsafe { answer(0, null_mut(), null_mut()) };
    assert_eq!(last_errno(), 77);
}

fn block_signals() {
    // SAFETY: the set is initialised before it is used.
    unsafe {
        let mut all = MaybeUninit::uninit();
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), null_mut());
    }
}

#[test]
fn a_thread_that_blocks_signals_is_not_waited_for() {
    let (tid, sender, thread) = waiting(block_signals);
    let doing = Asker::new().ask(tid, LIMIT, None).unwrap();
    assert!(doing.frames.is_empty());
    if !next::under_sanitizer() {
        assert_eq!(doing.unread, Some("it blocks signals"));
    }
    assert!(matches!(
        doing.activity,
        Activity::Call {
            name: Some("futex"),
            ..
        }
    ));
    drop(sender);
    thread.join().unwrap();
}

/// The request is taken back, and what arrives late finds nothing to do.
#[test]
fn a_thread_that_does_not_answer_is_given_up() {
    let (tid, sender, thread) = waiting(block_signals);
    if let Some(signal) = signal() {
        let _asking = lock_std(&ASKING);
        let late = answer_of(tid, signal, Duration::from_millis(1));
        assert_eq!(late, Err("it did not answer in time"));
        assert_eq!(ASKED.load(Ordering::SeqCst), NOBODY);
    }
    drop(sender);
    thread.join().unwrap();
}

#[test]
fn a_thread_that_is_gone_says_nothing() {
    let (tid, sender, thread) = waiting(|| ());
    drop(sender);
    thread.join().unwrap();
    // The kernel may take a moment longer than the C library.
    while Facts::of(tid).is_some() {
        thread::yield_now();
    }
    assert_eq!(Asker::new().ask(tid, LIMIT, None), None);
}

/// A signal with a handler of the program's, or that it ignores, is left alone.
#[test]
fn a_signal_that_is_taken_is_not_stolen() {
    unsafe extern "C" fn own(_: c_int) {}
    // Lower than what is chosen.
    let taken = libc::SIGRTMIN() + 1;
    for disposition in [own as *const () as usize, libc::SIG_IGN] {
        // SAFETY: zeroed is a valid `sigaction`; the handler does nothing.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = disposition;
            assert_eq!(libc::sigaction(taken, &raw const action, null_mut()), 0);
        }
        assert!(!install(taken));
        assert_eq!(action_of(taken).unwrap().sa_sigaction, disposition);
    }
}
