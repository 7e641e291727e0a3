//! What is known of a descriptor follows what the kernel did: a call that failed changes nothing, nor does a child that shares the
//! memory, and whatever name of the C library's opens one is seen.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use leakcheck_tests::{
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, fds},
};

/// Each of these leaks what it opened on this line, whatever it tried afterwards.
#[track_caller]
fn leaks(run: &leakcheck_tests::Run) {
    assert_fails(run);
    let expected = [fds(
        1,
        "let fd = unsafe { libc::open(path.as_ptr(), READ) };",
    )];
    assert_left(&run.report().leaks, &expected);
}

#[track_caller]
fn is_clean(run: &leakcheck_tests::Run) {
    assert_passes(run);
    assert_left(&run.report().leaks, &[]);
}

#[test]
fn the_control_is_found() {
    leaks(&run!(leaves_it_open));
}

#[test]
fn its_twin_passes() {
    is_clean(&run!(closes_it));
}

#[test]
fn a_failed_dup2_leaves_it_open() {
    leaks(&run!(fails_to_replace_it));
}

#[test]
fn a_failed_dup3_leaves_it_open() {
    leaks(&run!(fails_to_replace_it_by_itself));
}

#[test]
fn a_dup2_that_replaces_it_closes_it() {
    is_clean(&run!(replaces_it_unseen));
}

#[test]
fn a_refused_close_leaves_it_open() {
    leaks(&run!(is_refused_to_close_it));
}

#[test]
fn a_refused_close_range_leaves_it_open() {
    leaks(&run!(is_refused_to_close_a_range));
}

#[test]
fn a_close_range_closes_it() {
    is_clean(&run!(closes_a_range));
}

#[test]
fn a_child_that_shares_the_memory_closes_its_own() {
    leaks(&run!(a_vforked_child_closes_it));
}

#[test]
fn a_child_that_shares_the_memory_opens_its_own() {
    is_clean(&run!(a_vforked_child_opens_one));
}

#[test]
fn so_does_one_that_was_cloned() {
    leaks(&run!(a_cloned_child_closes_it));
    is_clean(&run!(a_cloned_child_opens_one));
}

#[test]
fn a_dup2_of_itself_charges_nobody() {
    is_clean(&run!(replaces_by_itself_what_was_there));
}

#[test]
fn a_dup2_charges_its_caller() {
    let run = run!(replaces_what_was_there);
    assert_fails(&run);
    assert_left(
        &run.report().leaks,
        &[fds(1, "let copy = dup2(before, 700);")],
    );
}

#[test]
fn every_name_that_opens_is_seen() {
    let run = run!(opens_by_every_name);
    assert_fails(&run);
    let expected = [
        "let one = __open_2(path, READ);",
        "let two = __open64_2(path, READ);",
        "let three = __openat_2(HERE, path, READ);",
        "let four = __openat64_2(HERE, path, READ);",
        "let five = __open(path, READ);",
        "let six = __open64(path, READ);",
    ];
    assert_left(&run.report().leaks, &expected.map(|code| fds(1, code)));
}

#[test]
fn every_name_that_closes_is_seen() {
    is_clean(&run!(closes_by_every_name));
}

mod subject {
    use std::{
        arch::naked_asm,
        ffi::{CStr, c_char, c_int, c_void},
        thread,
    };

    use leakcheck::leak_checked;
    use libc::{O_CLOEXEC, close, dup2};

    const READ: c_int = libc::O_RDONLY | O_CLOEXEC;
    const HERE: c_int = libc::AT_FDCWD;

    unsafe extern "C" {
        fn __open_2(path: *const c_char, flags: c_int) -> c_int;
        fn __open64_2(path: *const c_char, flags: c_int) -> c_int;
        fn __openat_2(at: c_int, path: *const c_char, flags: c_int) -> c_int;
        fn __openat64_2(at: c_int, path: *const c_char, flags: c_int) -> c_int;
        fn __open(path: *const c_char, flags: c_int, ...) -> c_int;
        fn __open64(path: *const c_char, flags: c_int, ...) -> c_int;
        fn __close(fd: c_int) -> c_int;
        fn __dup2(old: c_int, new: c_int) -> c_int;
        fn vfork() -> c_int;
    }

    fn opened(path: &CStr) -> c_int {
        // SAFETY: the path outlives the call.
        let fd = unsafe { libc::open(path.as_ptr(), READ) };
        assert!(fd > 2);
        fd
    }

    /// Opened past the C library, as if it had been there before.
    fn unseen() -> c_int {
        // SAFETY: the path outlives the call.
        let fd = unsafe { libc::syscall(libc::SYS_openat, HERE, c"/dev/null".as_ptr(), READ) };
        c_int::try_from(fd).expect("it is a descriptor")
    }

    fn errno() -> c_int {
        std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
    }

    /// Runs `work` on a thread of its own whose system call with this number fails with `EPERM`.
    fn refused(number: libc::c_long, work: impl FnOnce() + Send + 'static) {
        const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
        const UNLESS: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
        const RETURN: u16 = 0x06; // BPF_RET | BPF_K
        let number = u32::try_from(number).expect("it is small");
        let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
        thread::spawn(move || {
            let mut filter = [
                step(LOAD, 0, 0, 0),
                step(UNLESS, 0, 1, number),
                step(RETURN, 0, 0, 0x0005_0000 | 1), // SECCOMP_RET_ERRNO | EPERM
                step(RETURN, 0, 0, 0x7fff_0000),     // SECCOMP_RET_ALLOW
            ];
            let program = libc::sock_fprog {
                len: 4,
                filter: filter.as_mut_ptr(),
            };
            // SAFETY: the program outlives the calls, and is this thread's only.
            let result = unsafe {
                libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
                    | libc::prctl(libc::PR_SET_SECCOMP, 2, &raw const program)
            };
            assert_eq!(result, 0);
            work();
        })
        .join()
        .expect("it does not panic");
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn leaves_it_open() {
        let fd = opened(c"/dev/null");
        assert!(fd > 2);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn closes_it() {
        let fd = opened(c"/dev/null");
        // SAFETY: a number is passed.
        assert_eq!(unsafe { close(fd) }, 0);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn fails_to_replace_it() {
        let fd = opened(c"/dev/null");
        // SAFETY: numbers are passed.
        assert_eq!(unsafe { (dup2(-1, fd), errno()) }, (-1, libc::EBADF));
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn fails_to_replace_it_by_itself() {
        let fd = opened(c"/dev/null");
        let other = unseen();
        // SAFETY: numbers are passed.
        unsafe {
            assert_eq!((libc::dup3(fd, fd, 0), errno()), (-1, libc::EINVAL));
            let no_flag = libc::O_APPEND;
            assert_eq!(
                (libc::dup3(other, fd, no_flag), errno()),
                (-1, libc::EINVAL)
            );
        }
    }

    /// By code that works for no check.
    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn replaces_it_unseen() {
        let fd = opened(c"/dev/null");
        let other = unseen();
        leakcheck::allow_static("it is another's", || {
            // SAFETY: numbers are passed.
            assert_eq!(unsafe { dup2(other, fd) }, fd);
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn is_refused_to_close_it() {
        let fd = opened(c"/dev/null");
        refused(libc::SYS_close, move || {
            // SAFETY: a number is passed.
            assert_eq!(unsafe { (close(fd), errno()) }, (-1, libc::EPERM));
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn is_refused_to_close_a_range() {
        let fd = opened(c"/dev/null");
        refused(libc::SYS_close_range, move || {
            let fd = fd.cast_unsigned();
            // SAFETY: numbers are passed.
            let result = unsafe { (libc::close_range(fd, fd, 0), errno()) };
            assert_eq!(result, (-1, libc::EPERM));
        });
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn closes_a_range() {
        let fd = opened(c"/dev/null").cast_unsigned();
        // SAFETY: numbers are passed.
        assert_eq!(unsafe { libc::close_range(fd, fd, 0) }, 0);
    }

    /// Closes `fd` and opens `path` in a child that shares this process's memory until it ends, and returns its number.
    #[unsafe(naked)]
    unsafe extern "C" fn in_vforked_child(fd: c_int, path: *const c_char) -> c_int {
        #[cfg(target_arch = "x86_64")]
        naked_asm!(
            "push rbx
            push r12
            sub rsp, 8
            mov ebx, edi
            mov r12, rsi
            call {vfork}@PLT
            test eax, eax
            jnz 2f
            mov edi, ebx
            call {close}@PLT
            mov rdi, r12
            mov esi, 0
            xor eax, eax
            call {open}@PLT
            xor edi, edi
            call {exit}@PLT
            2:
            add rsp, 8
            pop r12
            pop rbx
            ret",
            vfork = sym vfork, close = sym close, open = sym libc::open, exit = sym libc::_exit,
        );
        #[cfg(target_arch = "aarch64")]
        naked_asm!(
            "stp x29, x30, [sp, #-32]!
            stp x19, x20, [sp, #16]
            mov w19, w0
            mov x20, x1
            bl {vfork}
            cbnz w0, 2f
            mov w0, w19
            bl {close}
            mov x0, x20
            mov w1, #0
            bl {open}
            mov w0, #0
            bl {exit}
            2:
            ldp x19, x20, [sp, #16]
            ldp x29, x30, [sp], #32
            ret",
            vfork = sym vfork, close = sym close, open = sym libc::open, exit = sym libc::_exit,
        );
    }

    fn run_vforked(fd: c_int) {
        // SAFETY: the child does what it may: it calls the kernel, in a frame of its own, and ends.
        let child = unsafe { in_vforked_child(fd, c"/dev/null".as_ptr()) };
        assert!(child > 0);
        let mut status = -1;
        // SAFETY: the place outlives the call.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    }

    extern "C" fn closes_and_opens(fd: *mut c_void) -> c_int {
        // SAFETY: the number outlives the child, and the text is constant; what is closed and opened is the child's own.
        unsafe {
            close(*fd.cast::<c_int>());
            libc::_exit(i32::from(libc::open(c"/dev/null".as_ptr(), 0) < 0))
        }
    }

    fn run_cloned(fd: c_int) {
        let mut stack = vec![0_u128; 4096];
        let end = stack.as_mut_ptr_range().end.cast();
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        let mut fd = fd;
        let fd = (&raw mut fd).cast::<c_void>();
        let mut status = -1;
        // SAFETY: the stack is long enough, aligned and the child's alone until it has ended; the places outlive the calls.
        unsafe {
            let child = libc::clone(closes_and_opens, end, flags, fd);
            assert!(child > 0);
            assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        }
        assert_eq!(status, 0);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn a_cloned_child_closes_it() {
        run_cloned(opened(c"/dev/null"));
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn a_cloned_child_opens_one() {
        let fd = opened(c"/dev/null");
        run_cloned(fd);
        // SAFETY: it was opened above.
        assert_eq!(unsafe { close(fd) }, 0);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn a_vforked_child_closes_it() {
        let fd = opened(c"/dev/null");
        run_vforked(fd);
    }

    /// What it opens is the child's: the number is free here, or is this process's own.
    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn a_vforked_child_opens_one() {
        run_vforked(-1);
        let _same = unseen();
        run_vforked(-1);
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn replaces_by_itself_what_was_there() {
        let before = unseen();
        // SAFETY: numbers are passed.
        assert_eq!(unsafe { dup2(before, before) }, before);
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn replaces_what_was_there() {
        let before = unseen();
        // SAFETY: numbers are passed.
        unsafe {
            let copy = dup2(before, 700);
            assert_eq!(copy, 700);
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks"]
    fn opens_by_every_name() {
        let path = c"/dev/null".as_ptr();
        // SAFETY: the path outlives the calls.
        unsafe {
            let one = __open_2(path, READ);
            let two = __open64_2(path, READ);
            let three = __openat_2(HERE, path, READ);
            let four = __openat64_2(HERE, path, READ);
            let five = __open(path, READ);
            let six = __open64(path, READ);
            assert!([one, two, three, four, five, six].iter().all(|fd| *fd > 2));
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "a program"]
    fn closes_by_every_name() {
        let [one, two] = [opened(c"/dev/null"), opened(c"/dev/zero")];
        let before = unseen();
        // SAFETY: numbers are passed.
        unsafe {
            assert_eq!(__close(one), 0);
            leakcheck::allow_static("it is another's", || assert_eq!(__dup2(before, two), two));
        }
    }
}
