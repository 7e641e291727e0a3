//! A thread that has hardly any room on its stack, or is on a stack that nobody knows, gets no signal: the handler would write
//! over what is not its own. What the kernel says of it is told instead.

use leakcheck_tests::{
    Run,
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

use crate::disturbed::MARK;

/// It lives on, is found, and was not asked.
#[track_caller]
fn assert_left_alone(run: &Run, state: &str, code: &str) {
    assert_fails(run);
    assert!(!run.text().contains(MARK), "{}", run.text());
    let leaks = &run.report().leaks;
    assert_left(leaks, &[threads(1, code)]);
    assert_eq!(leaks[0].state.as_deref(), Some(state), "{}", run.text());
    assert!(leaks[0].waits_at.is_empty(), "{}", run.text());
}

#[test]
fn one_that_spins() {
    for left in ["3500", "4000", "4500", "5000", "8000"] {
        let run = run!(spins, "LEAKCHECK_TEST_LEFT" = left);
        assert_left_alone(
            &run,
            "running",
            "small.spawn(fill).expect(\"there is room\");",
        );
    }
}

#[test]
fn one_that_waits() {
    for left in ["3500", "5000", "12000"] {
        let run = run!(reads, "LEAKCHECK_TEST_LEFT" = left);
        let state = run.report().leaks[0].state.clone().unwrap_or_default();
        assert!(state.starts_with("blocked in read(fd "), "{}", run.text());
        assert_left_alone(&run, &state, "small.spawn(fill).expect(\"there is room\");");
    }
}

/// Such a stack lies in memory of the program's, with more of that below it.
#[test]
fn one_in_a_handler_on_a_stack_of_its_own() {
    let run = run!(reads_in_a_handler);
    let state = run.report().leaks[0].state.clone().unwrap_or_default();
    assert!(state.starts_with("blocked in read(fd "), "{}", run.text());
    assert_left_alone(&run, &state, "thread::spawn(reads);");
}

/// Nobody knows how much of the memory is the stack.
#[test]
fn one_whose_stack_was_given_by_the_program() {
    let run = run!(reads_on_a_given_stack);
    assert_fails(&run);
    assert!(!run.text().contains(MARK), "{}", run.text());
    let leaks = &run.report().leaks;
    assert_eq!(leaks.len(), 1);
    assert!(leaks[0].waits_at.is_empty(), "{}", run.text());
}

/// The control: there is room.
#[test]
fn one_with_room_is_asked() {
    let run = run!(waits_with_room);
    assert_fails(&run);
    let leaks = &run.report().leaks;
    assert_left(
        leaks,
        &[threads(1, "roomy.spawn(park).expect(\"there is room\");")],
    );
    assert_eq!(leaks[0].state.as_deref(), Some("blocked in thread::park"));
    assert!(!leaks[0].waits_at.is_empty());
}

#[test]
fn one_that_is_done_passes() {
    assert_passes(&run!(is_done));
}

mod subject {
    use std::{
        alloc::{Layout, alloc_zeroed},
        env,
        ffi::{c_int, c_void},
        hint::{black_box, spin_loop},
        mem::zeroed,
        ptr::{null_mut, write_bytes},
        sync::{
            atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering},
            mpsc,
        },
        thread::{self, park},
    };

    use leakcheck::leak_checked;

    use crate::disturbed::{end, tid, until_it_is_in};

    /// Where the stack of the calling thread ends.
    fn end_of_stack() -> usize {
        let (mut start, mut size) = (null_mut(), 0);
        // SAFETY: all places are valid, and the attributes are initialised by the first call.
        unsafe {
            let mut attributes = zeroed();
            libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes);
            libc::pthread_attr_getstack(&raw const attributes, &raw mut start, &raw mut size);
            libc::pthread_attr_destroy(&raw mut attributes);
        }
        start as usize
    }

    /// Calls itself until there are only so many bytes left, and `then` does not come back.
    #[inline(never)]
    fn fill_to(end: usize, left: usize, then: &mut dyn FnMut()) -> u8 {
        let local = [0_u8; 64];
        if (black_box(&local).as_ptr() as usize) < end + left {
            then();
            return local[0];
        }
        fill_to(end, left, then).wrapping_add(black_box(local)[1])
    }

    /// Leaves a thread with hardly any room behind, which does this.
    fn leave(does: impl FnMut() + Send + 'static) -> i32 {
        static IS_FULL: AtomicBool = AtomicBool::new(false);
        let left = env::var("LEAKCHECK_TEST_LEFT").expect("it is set");
        let left: usize = left.parse().expect("it is a number");
        let mut does = does;
        let (tell, told) = mpsc::channel();
        let fill = move || {
            tell.send(tid()).expect("it is told");
            let end = end_of_stack();
            fill_to(end, left, &mut || {
                IS_FULL.store(true, Ordering::Release);
                does();
            });
            crate::disturbed::end()
        };
        let small = thread::Builder::new().stack_size(128 << 10);
        small.spawn(fill).expect("there is room");
        while !IS_FULL.load(Ordering::Acquire) {
            thread::yield_now();
        }
        told.recv().expect("it begins")
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn spins() {
        leave(|| {
            loop {
                spin_loop();
            }
        });
    }

    /// A pipe into which nobody writes; both ends stay open.
    fn silent() -> c_int {
        let mut ends = [0; 2];
        // SAFETY: the place is valid for both.
        assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
        ends[0]
    }

    fn read(fd: c_int) {
        let mut byte = 0_u8;
        // SAFETY: there is room for a byte.
        unsafe { libc::read(fd, (&raw mut byte).cast(), 1) };
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn reads() {
        let fd = silent();
        let tid = leave(move || read(fd));
        until_it_is_in(tid, &[libc::SYS_read]);
    }

    /// What lies below the stack of the handler, and must stay as it is.
    const BELOW: usize = 64 << 10;
    const STACK: usize = 32 << 10;
    static BLOCK: AtomicPtr<u8> = AtomicPtr::new(null_mut());
    static FD: AtomicI32 = AtomicI32::new(0);

    extern "C" fn reads_for_ever(_: c_int) {
        read(FD.load(Ordering::Relaxed));
        end();
    }

    fn block() -> *mut u8 {
        let layout = Layout::from_size_align(BELOW + STACK, 4096).expect("it is a size");
        // SAFETY: the size is not zero; all of it is written to.
        unsafe {
            let block = alloc_zeroed(layout);
            write_bytes(block, 0xa5, BELOW);
            BLOCK.store(block, Ordering::Relaxed);
            block
        }
    }

    /// A destructor after the check tells.
    extern "C" fn looks_at_the_block() {
        let block = BLOCK.load(Ordering::Relaxed);
        if !block.is_null() {
            // SAFETY: the block was never freed.
            let below = unsafe { std::slice::from_raw_parts(block, BELOW) };
            if below.iter().any(|byte| *byte != 0xa5) {
                end();
            }
        }
    }

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn reads_in_a_handler() {
        FD.store(silent(), Ordering::Relaxed);
        // SAFETY: the function takes nothing and returns.
        unsafe { libc::atexit(looks_at_the_block) };
        let (tell, told) = mpsc::channel();
        let reads = move || {
            // SAFETY: the stack is as long as is said and never freed; the handler is a function of this kind. No signal is
            // blocked in it.
            unsafe {
                let stack = libc::stack_t {
                    ss_sp: block().add(BELOW).cast::<c_void>(),
                    ss_flags: 0,
                    ss_size: STACK,
                };
                libc::sigaltstack(&raw const stack, null_mut());
                let mut action: libc::sigaction = zeroed();
                action.sa_sigaction = reads_for_ever as *const () as usize;
                action.sa_flags = libc::SA_ONSTACK | libc::SA_NODEFER;
                libc::sigaction(libc::SIGUSR2, &raw const action, null_mut());
                tell.send(tid()).expect("it is told");
                libc::raise(libc::SIGUSR2);
            }
        };
        thread::spawn(reads);
        until_it_is_in(told.recv().expect("it begins"), &[libc::SYS_read]);
    }

    extern "C" fn reads_on_it(_: *mut c_void) -> *mut c_void {
        TID.store(tid(), Ordering::Release);
        read(FD.load(Ordering::Relaxed));
        end()
    }
    static TID: AtomicI32 = AtomicI32::new(0);

    #[leak_checked(kinds(threads))]
    #[test]
    #[ignore = "leaks"]
    fn reads_on_a_given_stack() {
        FD.store(silent(), Ordering::Relaxed);
        // SAFETY: the function takes nothing and returns; the stack is as long as is said and never freed.
        unsafe {
            libc::atexit(looks_at_the_block);
            let mut attributes = zeroed();
            libc::pthread_attr_init(&raw mut attributes);
            let stack = block().add(BELOW).cast();
            assert_eq!(
                libc::pthread_attr_setstack(&raw mut attributes, stack, STACK),
                0
            );
            let mut thread = zeroed();
            libc::pthread_create(
                &raw mut thread,
                &raw const attributes,
                reads_on_it,
                null_mut(),
            );
            libc::pthread_attr_destroy(&raw mut attributes);
        }
        while TID.load(Ordering::Acquire) == 0 {
            thread::yield_now();
        }
        until_it_is_in(TID.load(Ordering::Acquire), &[libc::SYS_read]);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn waits_with_room() {
        let roomy = thread::Builder::new().name("roomy".to_owned());
        roomy.spawn(park).expect("there is room");
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn is_done() {
        let small = thread::Builder::new().stack_size(128 << 10);
        let done = small.spawn(|| ()).expect("there is room");
        done.join().expect("it does not panic");
    }
}
