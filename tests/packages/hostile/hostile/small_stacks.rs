//! An interposed function takes at most 2 KiB of the stack more than the C library's own, wherever it is called: in a handler
//! on an alternate stack, and on a thread of the least size.

use leakcheck_tests::child::{assert_passes, said};

#[test]
fn alternate_stacks_are_not_left() {
    let run = run!(calls_everything_on_alternate_stacks);
    assert_passes(&run);
    // The control: what is measured is the handler's stack.
    assert!(
        said(&run, "control:")
            .iter()
            .all(|taken| taken.parse::<usize>().is_ok_and(|taken| taken > 4000)),
        "{}",
        run.text()
    );
}

#[test]
fn outside_of_a_check() {
    assert_passes(&run!(calls_everything_on_alternate_stacks_of_no_check));
}

#[test]
fn threads_of_the_least_size() {
    assert_passes(&run!(calls_everything_on_the_least_stack));
}

#[test]
fn threads_of_the_least_size_outside_of_a_check() {
    assert_passes(&run!(calls_everything_on_the_least_stack_of_no_check));
}

mod subject {
    use std::{
        ffi::{c_int, c_void},
        hint::black_box,
        ptr::null_mut,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use leakcheck::leak_checked;
    use leakcheck_tests::child::say;

    use crate::calls::SAFE;

    /// What an interposed function may take more than the one behind it.
    const BOUND: usize = 2 << 10;
    const PATTERN: u8 = 0xa5;
    /// Below each alternate stack, to see what is written past its end.
    const BELOW: usize = 64 << 10;

    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    static REAL: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn call(_: c_int) {
        black_box((SAFE[NUMBER.load(Ordering::Relaxed)].run)());
    }

    /// The same without the checker: the C library's own function, with arguments that make all of them fail or do little.
    extern "C" fn call_real(_: c_int) {
        let real = REAL.load(Ordering::Relaxed);
        // SAFETY: arguments that do not fit make the function fail. Paths and places are valid; a descriptor that comes back is
        // closed by a system call.
        unsafe {
            let real: unsafe extern "C" fn(usize, usize, usize, usize) -> c_int =
                std::mem::transmute(real);
            let fd = real(usize::MAX, 0, 0, 0);
            if fd > 2 {
                libc::syscall(libc::SYS_close, fd);
            }
        }
    }

    extern "C" fn take_much(_: c_int) {
        black_box([1_u8; 4096]);
    }

    /// Runs `handler` on an alternate stack of this size. Returns how many bytes it took; more than the size where it went
    /// beyond.
    fn taken(size: usize, handler: extern "C" fn(c_int)) -> usize {
        let all = BELOW + size;
        // SAFETY: the mapping is this function's own and outlives its use as a stack; the handler has the declared type.
        unsafe {
            let memory = libc::mmap(
                null_mut(),
                all,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            assert_ne!(memory, libc::MAP_FAILED);
            memory.write_bytes(PATTERN, all);
            let stack = libc::stack_t {
                ss_sp: memory.add(BELOW),
                ss_flags: 0,
                ss_size: size,
            };
            let mut before = std::mem::zeroed();
            assert_eq!(libc::sigaltstack(&raw const stack, &raw mut before), 0);
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = libc::SA_ONSTACK;
            assert_eq!(
                libc::sigaction(libc::SIGUSR1, &raw const action, null_mut()),
                0
            );
            libc::raise(libc::SIGUSR1);
            assert_eq!(libc::sigaltstack(&raw const before, null_mut()), 0);
            let bytes = std::slice::from_raw_parts(memory.cast::<u8>(), all);
            let untouched = bytes.iter().take_while(|byte| **byte == PATTERN).count();
            libc::munmap(memory, all);
            all - untouched
        }
    }

    /// The C library's own function of this name.
    fn real(name: &str) -> usize {
        let name = std::ffi::CString::new(name).expect("no zero inside");
        // SAFETY: the names are C strings; the library stays loaded.
        unsafe {
            let library = libc::dlopen(c"libc.so.6".as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD);
            libc::dlsym(library, name.as_ptr()) as usize
        }
    }

    /// Bytes that the kernel puts on the stack for a signal.
    fn frame() -> usize {
        // SAFETY: only asks.
        let least = unsafe { libc::getauxval(51) };
        usize::try_from(least)
            .expect("it fits")
            .max(libc::MINSIGSTKSZ)
    }

    fn calls_everything() {
        const LARGE: usize = 64 << 10;
        say("control:", taken(LARGE, take_much));
        let mut most = (0, "");
        for (number, call_of) in SAFE.iter().enumerate() {
            NUMBER.store(number, Ordering::Relaxed);
            REAL.store(real(call_of.name), Ordering::Relaxed);
            let plain = taken(LARGE, call_real);
            // The first time, and when all is known.
            for round in 0..3 {
                let checked = taken(LARGE, call);
                let more = checked.saturating_sub(plain);
                most = most.max((more, call_of.name));
                assert!(
                    more <= BOUND,
                    "`{}` takes {more} bytes more, round {round}",
                    call_of.name
                );
            }
            for size in [4, 8, 12, 16, 32].map(|size: usize| size << 10) {
                if size < plain + 512 {
                    // No handler here could call anything: the kernel's own frame fills the stack.
                    say(
                        "too small:",
                        format_args!("{size} of {} for the kernel", frame()),
                    );
                    continue;
                }
                let checked = taken(size, call);
                assert!(
                    checked <= size,
                    "`{}` takes {checked} bytes of {size}",
                    call_of.name
                );
            }
        }
        say("most:", format_args!("{} by `{}`", most.0, most.1));
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn calls_everything_on_alternate_stacks() {
        calls_everything();
    }

    #[test]
    #[ignore = "a program"]
    fn calls_everything_on_alternate_stacks_of_no_check() {
        calls_everything();
    }

    extern "C" fn on_thread(_: *mut c_void) -> *mut c_void {
        let failed = SAFE.iter().filter(|call| !(call.run)()).count();
        failed as *mut c_void
    }

    extern "C" fn start_another(_: *mut c_void) -> *mut c_void {
        // SAFETY: all that is passed outlives the calls, and the thread is waited for.
        unsafe {
            let mut thread = std::mem::zeroed();
            let result =
                libc::pthread_create(&raw mut thread, std::ptr::null(), nothing, null_mut());
            libc::pthread_join(thread, null_mut());
            libc::pthread_setname_np(libc::pthread_self(), c"small".as_ptr());
            let mut block = null_mut();
            let aligned = libc::posix_memalign(&raw mut block, 128, 512);
            libc::free(block);
            (result + aligned) as *mut c_void
        }
    }

    extern "C" fn nothing(_: *mut c_void) -> *mut c_void {
        null_mut()
    }

    /// Runs `start` on a thread with the least stack that the C library allows.
    fn on_the_least_stack(start: extern "C" fn(*mut c_void) -> *mut c_void) {
        // SAFETY: attributes are initialised before they are used, and the thread is waited for.
        unsafe {
            let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
            assert_eq!(libc::pthread_attr_init(&raw mut attributes), 0);
            let least = libc::PTHREAD_STACK_MIN;
            assert_eq!(
                libc::pthread_attr_setstacksize(&raw mut attributes, least),
                0
            );
            let mut thread = std::mem::zeroed();
            let started =
                libc::pthread_create(&raw mut thread, &raw const attributes, start, null_mut());
            assert_eq!(started, 0);
            let mut result = null_mut();
            assert_eq!(libc::pthread_join(thread, &raw mut result), 0);
            assert!(result.is_null(), "{result:?} calls failed");
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn calls_everything_on_the_least_stack() {
        on_the_least_stack(on_thread);
        on_the_least_stack(start_another);
    }

    #[test]
    #[ignore = "a program"]
    fn calls_everything_on_the_least_stack_of_no_check() {
        on_the_least_stack(on_thread);
        on_the_least_stack(start_another);
    }
}
