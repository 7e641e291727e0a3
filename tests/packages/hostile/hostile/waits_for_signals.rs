//! A thread that waits for signals gets none of ours, not even in the moment in which it begins to wait: what the kernel says
//! of it is told instead.

use leakcheck_tests::{
    Run,
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

use crate::disturbed::MARK;

/// It went on waiting, is found, and was not interrupted.
#[track_caller]
fn assert_left_alone(run: &Run, state: &str) {
    assert_fails(run);
    assert!(!run.text().contains(MARK), "{}", run.text());
    let leaks = &run.report().leaks;
    assert_left(leaks, &[threads(1, "thread::spawn(waits);")]);
    assert_eq!(leaks[0].state.as_deref(), Some(state), "{}", run.text());
    assert!(leaks[0].waits_at.is_empty(), "{}", run.text());
}

#[test]
fn with_sigwait() {
    assert_left_alone(&run!(sigwait), "blocked in sigwait");
}

#[test]
fn with_sigwaitinfo() {
    assert_left_alone(&run!(sigwaitinfo), "blocked in sigwait");
}

#[test]
fn with_sigtimedwait() {
    assert_left_alone(&run!(sigtimedwait), "blocked in sigwait");
}

#[test]
fn with_a_system_call() {
    assert_left_alone(&run!(rt_sigtimedwait), "blocked in sigwait");
}

#[test]
fn with_sigsuspend() {
    assert_left_alone(&run!(sigsuspend), "blocked in sigsuspend");
}

#[test]
fn with_pause() {
    let run = run!(pause);
    let state = run.report().leaks[0].state.clone().unwrap_or_default();
    let expected = ["blocked in pause", "blocked in poll"];
    assert!(expected.contains(&state.as_str()), "{}", run.text());
    assert_left_alone(&run, &state);
}

#[test]
fn with_a_read_of_a_descriptor() {
    for subject in ["signalfd_read", "signalfd_read_unblocked"] {
        let run = of(subject);
        let state = run.report().leaks[0].state.clone().unwrap_or_default();
        assert!(state.starts_with("blocked in read(fd "), "{}", run.text());
        assert_left_alone(&run, &state);
    }
}

#[test]
fn with_a_poll_of_a_descriptor() {
    assert_left_alone(&run!(signalfd_poll), "blocked in poll");
    assert_left_alone(&run!(signalfd_poll_unblocked), "blocked in poll");
}

#[test]
fn with_an_epoll_of_a_descriptor() {
    assert_left_alone(&run!(signalfd_epoll), "blocked in epoll_wait");
    assert_left_alone(&run!(signalfd_epoll_unblocked), "blocked in epoll_wait");
}

#[test]
fn with_a_mask_for_as_long_as_it_waits() {
    assert_left_alone(&run!(ppoll), "blocked in poll");
    assert_left_alone(&run!(pselect), "blocked in select");
    assert_left_alone(&run!(epoll_pwait), "blocked in epoll_wait");
}

/// Between the look at a thread and the signal it may begin to wait.
#[test]
fn now_and_then() {
    let run = run!(alternates);
    assert_fails(&run);
    assert!(!run.text().contains(MARK), "{}", run.text());
    assert_left(&run.report().leaks, &[threads(1, "thread::spawn(waits);")]);
}

/// The control: it waits for something else.
#[test]
fn one_that_waits_for_a_message_is_asked() {
    let run = run!(waits_for_a_message);
    assert_fails(&run);
    let leaks = &run.report().leaks;
    assert_left(leaks, &[threads(1, "thread::spawn(waits);")]);
    assert_eq!(leaks[0].state.as_deref(), Some("blocked in mpsc::recv"));
    assert!(!leaks[0].waits_at.is_empty());
}

#[test]
fn one_that_is_done_passes() {
    assert_passes(&run!(is_done));
}

fn of(subject: &str) -> Run {
    leakcheck_tests::child::run(module_path!(), subject, &[])
}

mod subject {
    use std::{
        ffi::c_int,
        io,
        mem::{forget, zeroed},
        ptr::{null, null_mut},
        sync::mpsc,
        thread,
        time::Duration,
    };

    use leakcheck::{Options, find, leak_checked};

    use crate::disturbed::{end, tid, until_it_is_in};

    /// All signals, which the calling thread blocks if that is wanted.
    fn all(is_blocked: bool) -> libc::sigset_t {
        // SAFETY: the set is initialised before it is used; only this thread's mask is changed.
        unsafe {
            let mut all = zeroed();
            libc::sigfillset(&raw mut all);
            if is_blocked {
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, null_mut());
            }
            all
        }
    }

    fn none() -> libc::sigset_t {
        // SAFETY: the set is initialised before it is used.
        unsafe {
            let mut none = zeroed();
            libc::sigemptyset(&raw mut none);
            none
        }
    }

    /// Leaves a thread behind that is in this call, of which `waits` never comes back.
    fn leave(calls: &'static [i64], waits: impl FnOnce() + Send + 'static) {
        let (tell, told) = mpsc::channel();
        let waits = move || {
            tell.send(tid()).expect("it is told");
            waits();
            end();
        };
        thread::spawn(waits);
        until_it_is_in(told.recv().expect("it begins"), calls);
    }

    const SIGTIMEDWAIT: &[i64] = &[libc::SYS_rt_sigtimedwait];

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn sigwait() {
        leave(SIGTIMEDWAIT, || {
            let mut signal = 0;
            // SAFETY: both places are valid.
            unsafe { libc::sigwait(&all(true), &raw mut signal) };
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn sigwaitinfo() {
        leave(SIGTIMEDWAIT, || {
            // SAFETY: the set is valid, and nothing is asked for.
            unsafe { libc::sigwaitinfo(&all(true), null_mut()) };
        });
    }

    const HOUR: libc::timespec = libc::timespec {
        tv_sec: 3600,
        tv_nsec: 0,
    };

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn sigtimedwait() {
        leave(SIGTIMEDWAIT, || {
            // SAFETY: the set and the time are valid, and nothing is asked for.
            unsafe { libc::sigtimedwait(&all(true), null_mut(), &HOUR) };
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn rt_sigtimedwait() {
        leave(SIGTIMEDWAIT, || {
            let all = all(true);
            let nothing = null_mut::<libc::siginfo_t>();
            // SAFETY: as above; the kernel's set has eight bytes.
            unsafe {
                libc::syscall(
                    libc::SYS_rt_sigtimedwait,
                    &raw const all,
                    nothing,
                    null::<u8>(),
                    8,
                )
            };
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn sigsuspend() {
        leave(&[libc::SYS_rt_sigsuspend], || {
            all(true);
            // SAFETY: the set is valid.
            unsafe { libc::sigsuspend(&none()) };
        });
    }

    #[cfg(target_arch = "x86_64")]
    const PAUSE: &[i64] = &[libc::SYS_pause];
    #[cfg(not(target_arch = "x86_64"))]
    const PAUSE: &[i64] = &[libc::SYS_ppoll];

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn pause() {
        leave(PAUSE, || {
            // SAFETY: no preconditions.
            unsafe { libc::pause() };
        });
    }

    /// A descriptor of which all signals can be read.
    fn signalfd(is_blocked: bool) -> c_int {
        // SAFETY: the set is valid.
        let fd = unsafe { libc::signalfd(-1, &all(is_blocked), libc::SFD_CLOEXEC) };
        assert!(fd >= 0, "{}", io::Error::last_os_error());
        fd
    }

    fn read(is_blocked: bool) {
        leave(&[libc::SYS_read], move || {
            let mut info = [0_u8; 128];
            let fd = signalfd(is_blocked);
            // SAFETY: the buffer is as long as is said.
            unsafe { libc::read(fd, info.as_mut_ptr().cast(), info.len()) };
        });
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn signalfd_read() {
        read(true);
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn signalfd_read_unblocked() {
        read(false);
    }

    fn readable(fd: c_int) -> libc::pollfd {
        libc::pollfd {
            fd,
            events: libc::POLLIN,
            revents: 0,
        }
    }

    #[cfg(target_arch = "x86_64")]
    const POLL: &[i64] = &[libc::SYS_poll];
    #[cfg(not(target_arch = "x86_64"))]
    const POLL: &[i64] = &[libc::SYS_ppoll];

    fn poll(is_blocked: bool) {
        leave(POLL, move || {
            let mut file = readable(signalfd(is_blocked));
            // SAFETY: one entry is there.
            unsafe { libc::poll(&raw mut file, 1, -1) };
        });
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn signalfd_poll() {
        poll(true);
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn signalfd_poll_unblocked() {
        poll(false);
    }

    #[cfg(target_arch = "x86_64")]
    const EPOLL: &[i64] = &[libc::SYS_epoll_wait, libc::SYS_epoll_pwait];
    #[cfg(not(target_arch = "x86_64"))]
    const EPOLL: &[i64] = &[libc::SYS_epoll_pwait];

    fn epoll(is_blocked: bool) {
        leave(EPOLL, move || {
            // SAFETY: all places are valid for what is said of them.
            unsafe {
                let selector = libc::epoll_create1(libc::EPOLL_CLOEXEC);
                let mut event = libc::epoll_event {
                    events: libc::EPOLLIN.cast_unsigned(),
                    u64: 0,
                };
                let fd = signalfd(is_blocked);
                libc::epoll_ctl(selector, libc::EPOLL_CTL_ADD, fd, &raw mut event);
                libc::epoll_wait(selector, &raw mut event, 1, -1);
            }
        });
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn signalfd_epoll() {
        epoll(true);
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn signalfd_epoll_unblocked() {
        epoll(false);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn ppoll() {
        leave(&[libc::SYS_ppoll], || {
            all(true);
            // SAFETY: no entries are said to be there; the set is valid.
            unsafe { libc::ppoll(null_mut(), 0, null(), &none()) };
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn pselect() {
        leave(&[libc::SYS_pselect6], || {
            all(true);
            // SAFETY: no entries are said to be there; the set is valid.
            unsafe { libc::pselect(0, null_mut(), null_mut(), null_mut(), null(), &none()) };
        });
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn epoll_pwait() {
        leave(&[libc::SYS_epoll_pwait], || {
            all(true);
            // SAFETY: the place for one event is valid, and so is the set.
            unsafe {
                let selector = libc::epoll_create1(libc::EPOLL_CLOEXEC);
                let mut event: libc::epoll_event = zeroed();
                libc::epoll_pwait(selector, &raw mut event, 1, -1, &none());
            }
        });
    }

    /// Takes whatever is there, again and again, and blocks signals just as long.
    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn alternates() {
        let (tell, told) = mpsc::channel();
        let waits = move || {
            tell.send(()).expect("it is told");
            let at_once = libc::timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            loop {
                thread::sleep(Duration::from_micros(400));
                let all = all(true);
                thread::sleep(Duration::from_micros(400));
                // SAFETY: the set and the time are valid, and nothing is asked for.
                let signal =
                    unsafe { libc::sigtimedwait(&raw const all, null_mut(), &raw const at_once) };
                if signal > 0 {
                    end();
                }
                // SAFETY: the set is valid.
                unsafe {
                    libc::pthread_sigmask(libc::SIG_SETMASK, &none(), null_mut());
                }
            }
        };
        thread::spawn(waits);
        told.recv().expect("it begins");
        let options = Options::new().settle(Duration::from_millis(1));
        for _ in 0..300 {
            let found = find(&options).expect("the options are valid");
            assert_eq!(found.leaks().len(), 1);
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn waits_for_a_message() {
        let (sender, receiver) = mpsc::channel::<()>();
        let waits = move || {
            let _ = receiver.recv();
        };
        thread::spawn(waits);
        forget(sender);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn is_done() {
        thread::spawn(|| {
            let now = libc::timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            // SAFETY: the set and the time are valid, and nothing is asked for.
            unsafe { libc::sigtimedwait(&all(true), null_mut(), &raw const now) };
        })
        .join()
        .expect("it does not panic");
    }
}
