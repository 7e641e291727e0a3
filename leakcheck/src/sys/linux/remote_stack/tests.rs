//! Threads answer where they are, go on as if nothing had been, and those that cannot answer are told from others.

use std::{mem::MaybeUninit, sync::mpsc};

use super::*;
use crate::base::model::KernelActivity;

/// Long enough for a loaded machine.
const LIMIT: Duration = Duration::from_secs(10);

/// Under a sanitizer or with a static C library nobody is asked.
fn can_unwind() -> bool {
    !real_fns::under_sanitizer()
        && cfg!(not(any(target_env = "musl", target_feature = "crt-static")))
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
        KernelActivity::Call {
            name: Some("futex"),
            ..
        }
    ) {
        thread::yield_now();
    }
    (tid, sender, thread)
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
    let ask = || Asker::new().ask(tid, LIMIT, None).unwrap();
    for _ in 0..100 {
        // On a loaded machine it is still on its way back from the last answer.
        let mut doing = ask();
        while doing.unread == Some(RESTLESS) {
            thread::yield_now();
            doing = ask();
        }
        if !can_unwind() {
            assert!(doing.frames.is_empty());
            continue;
        }
        assert_eq!(doing.unread, None);
        let names = names(&doing.frames);
        assert!(names.iter().any(|name| name.contains("recv")), "{names:?}");
        assert!(
            !names
                .iter()
                .any(|name| name.contains("remote_stack::answer")),
            "{names:?}"
        );
    }
    assert!(!thread.is_finished());
    drop(sender);
    thread.join().unwrap();
}

/// Runs the handler on this thread, as if it were asked.
fn answer_here(low: usize) -> Result<Vec<Place>, &'static str> {
    let (signal, _permit) = signal::take(answer, |signal| Permit::of(signal, 0)).unwrap();
    ANSWERED.store(0, Ordering::Relaxed);
    LOW.store(low, Ordering::Relaxed);
    CURRENT_TASK.store((|| 7) as CurrentTask as usize, Ordering::Relaxed);
    TASK.store(0, Ordering::Relaxed);
    ASKED.store(own_tid(), Ordering::SeqCst);
    // SAFETY: the signal has our handler, which runs before the call returns.
    unsafe { libc::pthread_kill(libc::pthread_self(), signal) };
    assert_eq!(ANSWERED.load(Ordering::Relaxed), 1);
    ASKED.store(NOBODY, Ordering::SeqCst);
    interrupted_frames()
}

#[test]
fn errno_is_kept() {
    errno::set(77);
    if can_unwind() {
        let _asking = lock_std(&ASKING);
        assert!(answer_here(0).is_ok_and(|frames| !frames.is_empty()));
        assert_eq!(TASK.load(Ordering::Relaxed), 7);
    }
    errno::set(77);
    // SAFETY: a handler that is asked nothing touches nothing.
    unsafe { answer(0, std::ptr::null_mut(), std::ptr::null_mut()) };
    assert_eq!(errno::get(), 77);
}

/// What the thread has gone down to since it was looked at, only the handler sees.
#[test]
fn the_handler_unwinds_only_where_there_is_room() {
    if can_unwind() {
        let _asking = lock_std(&ASKING);
        let local = 0_u8;
        let here = std::ptr::from_ref(&local) as usize;
        let why = answer_here(here - UNWINDING);
        assert!(why.is_err_and(|why| why.contains("too little room")));
        assert_eq!(TASK.load(Ordering::Relaxed), 0);
        assert!(answer_here(here + 4096).is_err(), "it is on another stack");
        assert!(answer_here(here - 2 * room::HANDLER).is_ok());
    }
}

/// The bytes below the caller's frame that are not as they were left, from the lowest to here.
#[inline(never)]
fn used_by(work: impl FnOnce()) -> usize {
    const PAINT: u8 = 0xa5;
    /// Of the frames between here and the work.
    const NEAR: usize = 512;
    let local = 0_u8;
    let here = std::ptr::from_ref(&local) as usize;
    let low = here - 96 * 1024;
    // SAFETY: the stack of a test's thread has more room than that, and nothing lives below this frame but what is called
    // here; volatile, because the compiler does not know.
    unsafe {
        for at in low..here - NEAR {
            (at as *mut u8).write_volatile(PAINT);
        }
        work();
        let touched = (low..here).find(|at| (*at as *const u8).read_volatile() != PAINT);
        here - touched.unwrap_or(here)
    }
}

/// The bound that is stated: what a thread must have for the handler, the kernel's frame aside.
#[test]
fn the_handler_needs_no_more_stack_than_is_stated() {
    if !can_unwind() {
        return;
    }
    let measure = || {
        let _asking = lock_std(&ASKING);
        // The first time the unwinder finds out more.
        let all = [(), ()].map(|()| used_by(|| assert!(answer_here(0).is_ok())));
        all.into_iter().max().unwrap()
    };
    let used = thread::spawn(measure).join().unwrap();
    assert!(used > 1000, "nothing was measured");
    assert!(used <= UNWINDING, "{used}");
}

fn block_signals() {
    // SAFETY: the set is initialised before it is used.
    unsafe {
        let mut all = MaybeUninit::uninit();
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), std::ptr::null_mut());
    }
}

#[test]
fn a_thread_that_blocks_signals_is_not_waited_for() {
    let (tid, sender, thread) = waiting(block_signals);
    let doing = Asker::new().ask(tid, LIMIT, None).unwrap();
    assert!(doing.frames.is_empty());
    if !real_fns::under_sanitizer() {
        assert_eq!(doing.unread, Some("it blocks signals"));
    }
    assert!(matches!(
        doing.kernel,
        KernelActivity::Call {
            name: Some("futex"),
            ..
        }
    ));
    drop(sender);
    thread.join().unwrap();
}

/// The request is taken back, and so is the signal: nothing is left that it could wait for.
#[test]
fn a_thread_that_does_not_answer_is_given_up() {
    if !can_unwind() {
        return;
    }
    let (tid, sender, thread) = waiting(block_signals);
    let asking = lock_std(&ASKING);
    let (signal, _permit) = signal::take(answer, |signal| Permit::of(signal, 0)).unwrap();
    let stack = Room::read().of(tid, Facts::of(tid).unwrap().waiting.unwrap().stack_pointer);
    let late = answer_of(tid, signal, stack.unwrap(), LIMIT);
    assert_eq!(late, Err("it did not answer in time"));
    assert_eq!(ASKED.load(Ordering::SeqCst), NOBODY);
    assert!(!Facts::of(tid).unwrap().has_pending(signal));
    // It is still ours for the next.
    assert_eq!(
        signal::action_of(signal).unwrap().sa_sigaction,
        answer as *const () as usize
    );
    drop((sender, asking));
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
            let nothing = std::ptr::null_mut();
            assert_eq!(libc::sigaction(taken, &raw const action, nothing), 0);
        }
        assert!(!signal::install(taken, answer));
        signal::forget(taken, answer);
        assert_eq!(signal::action_of(taken).unwrap().sa_sigaction, disposition);
    }
}
