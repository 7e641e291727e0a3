//! With `leakcheck::Heap` for its allocator, a correct program goes on as without it, wherever it allocates; and what is kept by
//! somebody is no leak, whatever others do meanwhile.
#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(
    clippy::unnecessary_box_returns,
    reason = "it has to be a block of its own"
)]

use std::alloc::System;

use leakcheck_tests::{child, rerun};

#[global_allocator]
static HEAP: leakcheck::Heap<System> = leakcheck::Heap::new(System);

#[test]
fn correct_programs_go_on() {
    for round in 0..3 {
        let run = rerun(&["subject::correct"], &[]);
        child::assert_passes(&run);
        for report in &run.reports {
            assert!(report.leaks.is_empty(), "round {round}: {}", run.text());
        }
        assert!(run.text().contains("9 passed"), "{}", run.text());
    }
}

#[test]
fn a_planted_leak_is_found() {
    let required = [("LEAKCHECK_REQUIRE", "heap")];
    child::assert_passes(&rerun(
        &["--exact", "subject::correct::boxes_of_many_threads"],
        &required,
    ));
}

#[test]
fn one_that_leaks_fails() {
    let run = rerun(&["--exact", "subject::leaks"], &[]);
    child::assert_fails(&run);
    let leaks = &run.report().leaks;
    let found: Vec<_> = leaks.iter().map(|leak| (&*leak.kind, leak.count)).collect();
    assert_eq!(found, [("heap", 24)], "{}", run.text());
}

/// Where stacks are switched off, nothing is claimed, and that is said.
#[test]
fn without_stacks_nothing_is_noted() {
    let off = [("LEAKCHECK_TRACE", "off")];
    child::assert_passes(&rerun(&["--exact", "subject::leaks"], &off));
    let required = [("LEAKCHECK_TRACE", "off"), ("LEAKCHECK_REQUIRE", "heap")];
    let run = rerun(&["--exact", "subject::leaks"], &required);
    child::assert_fails(&run);
    assert!(
        run.text().contains("stacks are switched off"),
        "{}",
        run.text()
    );
}

mod subject {
    use std::{mem::forget, thread};

    use leakcheck::leak_checked;

    #[leak_checked(levels(heap = "deny"))]
    #[test]
    #[ignore = "looked at from outside"]
    fn leaks() {
        let threads: Vec<_> = (0..24_u64)
            .map(|number| thread::spawn(move || forget(Box::new([number; 6]))))
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    }

    mod correct {
        use std::{
            cell::RefCell,
            collections::BTreeMap,
            ffi::{c_int, c_void},
            hint::black_box,
            ptr::null_mut,
            sync::{
                Mutex,
                atomic::{AtomicU32, Ordering},
                mpsc,
            },
            thread,
        };

        use leakcheck::leak_checked;

        const THREADS: usize = 24;

        fn block(number: usize) -> Box<[usize; 6]> {
            black_box(Box::new([number; 6]))
        }

        /// Boxes go from thread to thread, and stay in statics.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn boxes_of_many_threads() {
            static KEPT: Mutex<BTreeMap<usize, Box<[usize; 6]>>> = Mutex::new(BTreeMap::new());
            let (sender, receiver) = mpsc::channel();
            thread::scope(|threads| {
                for number in 0..THREADS {
                    let sender = sender.clone();
                    threads.spawn(move || {
                        for round in 0..500 {
                            let mut words = Vec::new();
                            words.extend(0..round % 70);
                            sender.send(block(words.len())).unwrap();
                        }
                        KEPT.lock().unwrap().insert(number, block(number));
                    });
                }
                drop(sender);
                assert_eq!(receiver.iter().count(), THREADS * 500);
            });
        }

        /// Others allocate, free and move while several checks look.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn moves_while_others_look() {
            static PLACES: [Mutex<Option<Box<[usize; 6]>>>; 4] = [const { Mutex::new(None) }; 4];
            thread::scope(|threads| {
                for number in 0..4 {
                    threads.spawn(move || {
                        for round in 0..3000 {
                            let taken = PLACES[(number + round) % 4].lock().unwrap().take();
                            let next = taken.unwrap_or_else(|| block(round));
                            *PLACES[(number + round * 3) % 4].lock().unwrap() = Some(next);
                        }
                    });
                }
            });
        }

        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn keeps_while_others_look() {
            static KEPT: Mutex<Vec<Vec<u64>>> = Mutex::new(Vec::new());
            for number in 0..200 {
                KEPT.lock().unwrap().push(vec![number; 20]);
            }
        }

        /// On a stack of the least size that there is.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn on_a_small_stack() {
            extern "C" fn body(_: *mut c_void) -> *mut c_void {
                drop(block(1));
                null_mut()
            }
            // SAFETY: all places are valid, and the thread is joined.
            unsafe {
                let mut attributes = std::mem::zeroed();
                assert_eq!(libc::pthread_attr_init(&raw mut attributes), 0);
                let least = libc::PTHREAD_STACK_MIN;
                assert_eq!(
                    libc::pthread_attr_setstacksize(&raw mut attributes, least),
                    0
                );
                let mut made = std::mem::zeroed();
                let error =
                    libc::pthread_create(&raw mut made, &raw const attributes, body, null_mut());
                assert_eq!(error, 0);
                assert_eq!(libc::pthread_join(made, null_mut()), 0);
                libc::pthread_attr_destroy(&raw mut attributes);
            }
        }

        /// A handler that interrupts no allocator may ask it, also on a small stack of its own.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn in_a_signal_handler() {
            static RUNS: AtomicU32 = AtomicU32::new(0);
            extern "C" fn handle(_: c_int) {
                drop(block(2));
                RUNS.fetch_add(1, Ordering::Relaxed);
            }
            let mut stack = vec![0_u8; 16 << 10];
            // SAFETY: the stack outlives the handler's runs, and the handler is replaced before it goes.
            unsafe {
                let own = libc::stack_t {
                    ss_sp: stack.as_mut_ptr().cast(),
                    ss_flags: 0,
                    ss_size: stack.len(),
                };
                assert_eq!(libc::sigaltstack(&raw const own, null_mut()), 0);
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handle as extern "C" fn(c_int) as usize;
                action.sa_flags = libc::SA_ONSTACK;
                assert_eq!(
                    libc::sigaction(libc::SIGUSR2, &raw const action, null_mut()),
                    0
                );
                for _ in 0..100 {
                    libc::raise(libc::SIGUSR2);
                }
                action.sa_sigaction = libc::SIG_DFL;
                libc::sigaction(libc::SIGUSR2, &raw const action, null_mut());
                let off = libc::stack_t {
                    ss_flags: libc::SS_DISABLE,
                    ..own
                };
                libc::sigaltstack(&raw const off, null_mut());
            }
            assert_eq!(RUNS.load(Ordering::Relaxed), 100);
        }

        /// A forked child has memory of its own.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn in_a_forked_child() {
            let kept = block(3);
            // SAFETY: the child allocates, which the C library allows after a fork, and exits.
            unsafe {
                let child = libc::fork();
                if child == 0 {
                    let own: Vec<_> = (0..100).map(block).collect();
                    drop(own);
                    std::mem::forget(block(4));
                    libc::_exit(i32::from(kept[0] != 3));
                }
                let mut status = 0;
                assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
                assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0);
            }
            assert_eq!(kept[0], 3);
        }

        struct Late(usize);

        impl Drop for Late {
            fn drop(&mut self) {
                drop(block(self.0));
            }
        }

        /// The destructors of a thread's variables come late.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn at_the_end_of_a_thread() {
            thread_local! {
                static LATE: RefCell<Vec<Late>> = const { RefCell::new(Vec::new()) };
            }
            for _ in 0..20 {
                let thread = thread::spawn(|| LATE.with_borrow_mut(|late| late.push(Late(5))));
                thread.join().unwrap();
            }
        }

        /// Sizes and alignments of all kinds.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn of_all_sizes_and_alignments() {
            #[repr(align(4096))]
            struct Page([u8; 4096]);
            for size in 0..3000 {
                let bytes = black_box(vec![1_u8; size]);
                let more: Vec<u64> = bytes.iter().map(|byte| u64::from(*byte)).collect();
                assert_eq!(more.len(), size);
            }
            let page = black_box(Box::new(Page([7; 4096])));
            assert!(std::ptr::from_ref(&*page).addr().is_multiple_of(4096) && page.0[9] == 7);
            let mut text = String::new();
            for number in 0..5000 {
                text.push_str(&number.to_string());
                text.shrink_to_fit();
            }
            assert_eq!(text.len(), 18_890);
        }

        /// Whoever exits may allocate in what runs then.
        #[leak_checked(levels(heap = "deny"))]
        #[test]
        #[ignore = "looked at from outside"]
        fn when_the_process_exits() {
            extern "C" fn at_exit() {
                drop(block(6));
            }
            // SAFETY: the function may be called at any time.
            assert_eq!(unsafe { libc::atexit(at_exit) }, 0);
        }
    }
}
