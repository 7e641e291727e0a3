//! Where the kernel refuses a way to read memory, another one is taken; where it refuses all of them, the report says that and
//! nothing else.

use leakcheck_tests::{
    Run,
    child::{assert_fails, assert_passes},
    expect_leaks::{assert_left, tasks},
};

/// Refused before anything else happens, or in the middle of a test.
const TIMES: [&str; 2] = ["LEAKCHECK_TEST_REFUSES_AT_START", "LEAKCHECK_TEST_REFUSES"];

/// A kind that is read out of the memory: tokio's hooks tell of tasks without that.
const READ: &str = if cfg!(tokio_unstable) {
    "timer"
} else {
    "task"
};

#[track_caller]
fn assert_named(run: &Run) {
    assert_fails(run);
    let report = run.report();
    assert_left(&report.leaks, &[tasks(1, "tokio::spawn(waits());")]);
    assert_eq!(report.leaks[0].waits_at.len(), 1, "{}", run.text());
    assert!(!run.text().contains("release of tokio"), "{}", run.text());
}

#[test]
fn reads_of_another_process() {
    for time in TIMES {
        assert_named(&with("leaves_a_task", time, "process_vm_readv"));
    }
}

#[test]
fn reads_of_another_process_and_of_files() {
    for time in TIMES {
        assert_named(&with("leaves_a_task", time, "process_vm_readv,pread64"));
    }
}

#[test]
fn all_ways() {
    for time in TIMES {
        let run = with("leaves_a_task", time, "process_vm_readv,pread64,pipe2");
        assert_fails(&run);
        let coverage = run.report().coverage[READ].clone();
        assert!(
            coverage.contains("the kernel refuses to read the memory of this process"),
            "{coverage}"
        );
        assert!(coverage.contains("process_vm_readv"), "{coverage}");
        assert!(!run.text().contains("release of tokio"), "{}", run.text());
    }
}

/// The control: nothing is refused.
#[test]
fn none() {
    assert_named(&run!(leaves_a_task));
}

/// What can be looked at in a program, but not any more when its test ends, makes the check inconclusive. What never could
/// is said by the coverage.
#[test]
fn where_nothing_can_be_read_nothing_is_concluded() {
    let all = "process_vm_readv,pread64,pipe2";
    let [at_start, later] = TIMES;
    let run = with("is_done", later, all);
    assert_fails(&run);
    assert_eq!(run.report().verdict, "inconclusive", "{}", run.text());
    let run = with("is_done", at_start, all);
    assert_passes(&run);
    let coverage = run.report().coverage[READ].clone();
    assert!(
        coverage.contains("the kernel refuses to read"),
        "{coverage}"
    );
    assert_passes(&with("is_done", later, "process_vm_readv"));
    assert_passes(&run!(is_done));
}

fn with(subject: &str, time: &str, refused: &str) -> Run {
    leakcheck_tests::child::run(module_path!(), subject, &[(time, refused)])
}

/// Refuses these system calls to all threads from now on.
fn refuse(names: &str) {
    use libc::{
        BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_RET_ALLOW,
        SECCOMP_RET_ERRNO, sock_filter, sock_fprog,
    };
    let number = |name: &str| match name {
        "process_vm_readv" => libc::SYS_process_vm_readv,
        "pread64" => libc::SYS_pread64,
        "pipe2" => libc::SYS_pipe2,
        other => panic!("{other} cannot be refused"),
    };
    let step = |code: u32, jt, k: u32| sock_filter {
        code: u16::try_from(code).expect("codes are short"),
        jt,
        jf: u8::from(jt == 0 && code & 7 == BPF_JMP),
        k,
    };
    let mut program = vec![step(BPF_LD | BPF_W | BPF_ABS, 0, 0)];
    for name in names.split(',') {
        let call = u32::try_from(number(name)).expect("numbers are small");
        program.push(step(BPF_JMP | BPF_JEQ | BPF_K, 0, call));
        let refused = SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned();
        program.push(step(BPF_RET | BPF_K, 0, refused));
    }
    program.push(step(BPF_RET | BPF_K, 0, SECCOMP_RET_ALLOW));
    let program = sock_fprog {
        len: u16::try_from(program.len()).expect("it is short"),
        filter: program.as_mut_ptr(),
    };
    // SAFETY: the program outlives the call.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        let mode = libc::SECCOMP_SET_MODE_FILTER;
        let flags = libc::SECCOMP_FILTER_FLAG_TSYNC;
        assert_eq!(
            libc::syscall(libc::SYS_seccomp, mode, flags, &raw const program),
            0
        );
    }
}

/// Before `main`, where that is asked for.
extern "C" fn at_start() {
    if let Ok(names) = std::env::var(TIMES[0]) {
        refuse(&names);
    }
}

#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = at_start;

mod subject {
    use std::{env, future::pending};

    use leakcheck::leak_checked;
    use tokio::task::yield_now;

    use super::{TIMES, refuse};

    fn refuse_what_is_said() {
        if let Ok(names) = env::var(TIMES[1]) {
            refuse(&names);
        }
    }

    async fn waits() {
        pending::<()>().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks"]
    async fn leaves_a_task() {
        refuse_what_is_said();
        tokio::spawn(waits());
        yield_now().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "a program"]
    async fn is_done() {
        refuse_what_is_said();
        tokio::spawn(yield_now()).await.expect("it does not panic");
    }
}
