//! Threads and processes are told by what the kernel knows: a thread that ends past the C library is gone, and a process that was
//! started by `vfork` is one.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use leakcheck_tests::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, threads},
};

#[test]
fn threads_that_end_past_the_c_library_are_gone() {
    let run = run!(ends_past_the_c_library);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn one_that_stays_beside_them_is_found() {
    let run = run!(one_stays);
    assert_fails(&run);
    let created =
        "libc::pthread_create(&raw mut thread, &raw const attributes, routine, null_mut());";
    assert_left(&run.report().leaks, &[threads(1, created)]);
}

#[test]
fn a_process_by_vfork_is_found() {
    let run = run!(vfork_is_never_waited_for);
    assert_fails(&run);
    let [child] = &run.report().leaks[..] else {
        panic!("one was left: {}", run.text());
    };
    let site = child.created_at.as_ref().map(|site| site.function.as_str());
    assert_eq!((child.kind.as_str(), child.count), ("process", 1));
    assert_eq!(site, Some("hostile::started::subject::vforked"));
}

#[test]
fn its_twin_is_waited_for() {
    let run = run!(vfork_is_waited_for);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn what_starts_in_a_vforked_child_is_not_the_test_s() {
    let run = run!(vfork_in_a_vforked_child);
    assert_passes(&run);
    assert_left(&run.report().leaks, &[]);
}

mod subject {
    use std::{
        arch::naked_asm,
        ffi::{c_int, c_void},
        fs,
        ptr::null_mut,
        sync::atomic::{AtomicI32, Ordering},
        thread,
    };

    use leakcheck::leak_checked;

    unsafe extern "C" {
        fn vfork() -> c_int;
    }

    /// The kernel's number of the last thread that has begun, 0 until then.
    static BEGUN: AtomicI32 = AtomicI32::new(0);

    extern "C" fn ends(_: *mut c_void) -> *mut c_void {
        // SAFETY: numbers are passed; nothing of this thread's is needed any more.
        unsafe {
            BEGUN.store(libc::gettid(), Ordering::Release);
            libc::syscall(libc::SYS_exit, 0);
        }
        null_mut()
    }

    extern "C" fn stays(_: *mut c_void) -> *mut c_void {
        // SAFETY: no preconditions.
        BEGUN.store(unsafe { libc::gettid() }, Ordering::Release);
        loop {
            thread::park();
        }
    }

    /// Starts a detached thread and waits until it has begun.
    fn start(routine: extern "C" fn(*mut c_void) -> *mut c_void) -> c_int {
        BEGUN.store(0, Ordering::Release);
        // SAFETY: zero is valid for both; they outlive the calls, and the routine needs no argument.
        unsafe {
            let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
            let mut thread: libc::pthread_t = std::mem::zeroed();
            libc::pthread_attr_init(&raw mut attributes);
            libc::pthread_attr_setdetachstate(&raw mut attributes, libc::PTHREAD_CREATE_DETACHED);
            let error =
                libc::pthread_create(&raw mut thread, &raw const attributes, routine, null_mut());
            assert_eq!(error, 0);
        }
        loop {
            match BEGUN.load(Ordering::Acquire) {
                0 => thread::yield_now(),
                tid => return tid,
            }
        }
    }

    fn is_there(tid: c_int) -> bool {
        fs::exists(format!("/proc/self/task/{tid}")).expect("the kernel shows its threads")
    }

    fn end_some() {
        for _ in 0..3 {
            let tid = start(ends);
            while is_there(tid) {
                thread::yield_now();
            }
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn ends_past_the_c_library() {
        end_some();
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn one_stays() {
        end_some();
        start(stays);
        end_some();
    }

    /// A child that ends at once.
    #[unsafe(naked)]
    unsafe extern "C" fn vforked() -> c_int {
        #[cfg(target_arch = "x86_64")]
        naked_asm!(
            "sub rsp, 8
            call {vfork}@PLT
            test eax, eax
            jnz 2f
            xor edi, edi
            call {exit}@PLT
            2:
            add rsp, 8
            ret",
            vfork = sym vfork, exit = sym libc::_exit,
        );
        #[cfg(target_arch = "aarch64")]
        naked_asm!(
            "stp x29, x30, [sp, #-16]!
            bl {vfork}
            cbnz w0, 2f
            mov w0, #0
            bl {exit}
            2:
            ldp x29, x30, [sp], #16
            ret",
            vfork = sym vfork, exit = sym libc::_exit,
        );
    }

    /// A child that has a child of its own, which it leaves.
    #[unsafe(naked)]
    unsafe extern "C" fn vforked_twice() -> c_int {
        #[cfg(target_arch = "x86_64")]
        naked_asm!(
            "sub rsp, 8
            call {vfork}@PLT
            test eax, eax
            jnz 2f
            sub rsp, 16
            call {vforked}
            xor edi, edi
            call {exit}@PLT
            2:
            add rsp, 8
            ret",
            vfork = sym vfork, exit = sym libc::_exit, vforked = sym vforked,
        );
        #[cfg(target_arch = "aarch64")]
        naked_asm!(
            "stp x29, x30, [sp, #-16]!
            bl {vfork}
            cbnz w0, 2f
            sub sp, sp, #16
            bl {vforked}
            mov w0, #0
            bl {exit}
            2:
            ldp x29, x30, [sp], #16
            ret",
            vfork = sym vfork, exit = sym libc::_exit, vforked = sym vforked,
        );
    }

    fn wait(child: c_int) {
        assert!(child > 0);
        let mut status = -1;
        // SAFETY: the place outlives the call.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn vfork_is_never_waited_for() {
        // SAFETY: the child calls what it may, in a frame of its own, and ends.
        let child = unsafe { vforked() };
        assert!(child > 0);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn vfork_is_waited_for() {
        // SAFETY: as above.
        wait(unsafe { vforked() });
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn vfork_in_a_vforked_child() {
        // SAFETY: as above.
        wait(unsafe { vforked_twice() });
    }
}
