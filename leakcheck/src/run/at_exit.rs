//! Checks the process when it exits, under a harness that knows nothing of it.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::OnceLock,
};

use crate::{
    base::test_meta::BinarySite,
    report::output,
    run::{
        exit_watch,
        process_check::{self, ProcessVerdict},
    },
    settings::{
        env::{self, TraceLevel},
        options::Options,
    },
    sys,
};

/// What the language's harness exits with where a test has failed.
const FAILED: i32 = 101;

/// What `verify_at_exit!` was given.
#[derive(Clone, Copy, Debug)]
pub struct AtExit {
    /// Where it stands.
    pub place: BinarySite,
    /// What to accept.
    pub options: fn() -> Options,
}

/// With the process that was asked.
static ASKED: OnceLock<(AtExit, u32)> = OnceLock::new();

/// Runs before `main`, so that nothing is started that goes unseen. The first call counts.
pub fn begin(asked: AtExit) {
    sys::arm();
    if ASKED.set((asked, sys::fork::generation())).is_err() {
        return;
    }
    // What it cannot do is said where somebody needs it.
    let _ = leakcheck_introspect::keep_program();
    // A variable that is not understood is reported at the end.
    let takes_stacks = env::get().is_ok_and(|env| env.trace != TraceLevel::Off);
    sys::creation_stack::enable(takes_stacks);
    sys::fds::watch_everyone();
    sys::exit::arm(at_exit);
    exit_watch::arm_binary(asked.place, asked.options);
}

/// Returns the exit code to end with instead of `status`, which is not known everywhere.
fn at_exit(status: Option<i32>) -> Option<i32> {
    let (asked, generation) = ASKED.get()?;
    if *generation != sys::fork::generation() {
        return None;
    }
    if !sys::proc_threads::is_main_thread() {
        output::print(
            "leakcheck: a thread ended the process before the harness did, so what is left at its end was not looked at",
        );
        return None;
    }
    // Whatever goes wrong here must not unwind into the C library.
    let verify = AssertUnwindSafe(|| process_check::verify(&asked.place, (asked.options)()));
    exit_watch::pauses();
    let whole = panic::catch_unwind(verify);
    exit_watch::goes_on();
    let whole = match whole {
        Ok(Ok(whole)) => whole,
        Ok(Err(error)) => {
            output::print(&format!("leakcheck: {error}"));
            ProcessVerdict::Failed
        }
        Err(_) => ProcessVerdict::Failed,
    };
    (whole == ProcessVerdict::Failed && status.unwrap_or(0) == 0).then_some(FAILED)
}
