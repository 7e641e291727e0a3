//! Runs numbered tests on several threads, as a harness does, through the calls that the attributes generate.

use std::{
    future::Future,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    pin::{Pin, pin},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use leakcheck::{
    __private::{
        BuildRuntime, ReturnKind, ShouldPanic, Stop, TestMeta, TestRuntime, boxed, cancel_async,
        run_async, run_sync,
    },
    Cancel, Kind, Level, MaxLive, Options,
};
use tokio::runtime::{Builder, Handle, LocalOptions, LocalRuntime};

use crate::{
    clean,
    leaky::{self, Leak},
};

/// Tests that run at a time.
const THREADS: usize = 8;

/// What each test leaks; the same for the same seed.
pub(crate) fn plan(tests: usize, leaks: usize, seed: u64) -> Vec<Option<Leak>> {
    let mut plan = vec![None; tests];
    let mut state = seed;
    let mut next = |below: usize| {
        // Numerical Recipes' generator; its upper half is random enough to spread leaks.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % below
    };
    let mut left = leaks;
    while left > 0 {
        let place = &mut plan[next(tests)];
        if place.is_none() {
            *place = Some(Leak::ALL[left % Leak::ALL.len()]);
            left -= 1;
        }
    }
    plan
}

/// Runs all tests; says after a tenth and at the end how much the process uses. Returns how many have failed.
pub(crate) fn run(plan: &[Option<Leak>], used: fn() -> Usage) -> usize {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let tell = || {
        // What cannot be written is missed by whoever reads it.
        let Usage {
            memory,
            descriptors,
        } = used();
        let _ = writeln!(io::stderr(), "used: {memory} {descriptors}");
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(leak) = plan.get(number) else {
                        break;
                    };
                    if number == plan.len() / 10 {
                        tell();
                    }
                    let test = AssertUnwindSafe(|| test(number, *leak));
                    if panic::catch_unwind(test).is_err() {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    tell();
    leaky::end_children();
    leaky::remove_files();
    failed.into_inner()
}

/// What the process uses at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Memory that no file stands behind, in bytes.
    pub(crate) memory: u64,
    pub(crate) descriptors: usize,
}

impl Usage {
    /// Reads a line that [`run`] has written.
    pub(crate) fn of(line: &str) -> Option<Self> {
        let (memory, descriptors) = line.strip_prefix("used: ")?.split_once(' ')?;
        Some(Self {
            memory: memory.parse().ok()?,
            descriptors: descriptors.parse().ok()?,
        })
    }
}

/// The number in a test's name.
pub(crate) fn number_of(test: &str) -> Option<usize> {
    test.rsplit("::number_").next()?.parse().ok()
}

/// One test: plain, or on a runtime.
fn test(number: usize, leak: Option<Leak>) {
    let meta: &'static TestMeta = Box::leak(Box::new(TestMeta {
        package: Some(env!("CARGO_PKG_NAME")),
        manifest_dir: Some(env!("CARGO_MANIFEST_DIR")),
        module: module_path!(),
        name: Box::leak(format!("number_{number}").into_boxed_str()),
        inside: || "",
        file: file!(),
        line: line!(),
        should_panic: ShouldPanic::No,
    }));
    let is_async = leak.map_or(!number.is_multiple_of(3), Leak::is_async);
    if !is_async {
        return run_sync(meta, &options, &ReturnKind::never(), || {
            clean::plain(number);
            if let Some(leak) = leak {
                leak.make();
            }
        });
    }
    let build = runtime(number);
    if is_cancelled(number, leak) {
        return cancel_async(meta, &cancelled, &ReturnKind::UNIT, build, &|| match leak {
            Some(leak) => Box::pin(leak.make_within()),
            None => Box::pin(clean::cancellable()),
        });
    }
    let mut body = pin!(Some(async {
        clean::within(number).await;
        if let Some(leak) = leak {
            leak.make_within().await;
        }
    }));
    run_async(meta, &options, &ReturnKind::UNIT, build, body.as_mut());
}

/// Whether the body of the test is cancelled: each that leaks then, and some of those that never leak.
fn is_cancelled(number: usize, leak: Option<Leak>) -> bool {
    leak.map_or(number.is_multiple_of(50), |leak| {
        leak == Leak::OnceCancelled
    })
}

/// All kinds are looked for, and every test has a budget.
fn options() -> Options {
    Options::new()
        .level_of(Kind::TempFile, Level::Deny)
        .unseen_panics(Level::Deny)
        .max_live(MaxLive::new().threads(leaky::MOST_THREADS))
}

fn cancelled() -> Options {
    options().cancel(Cancel::each())
}

/// A current-thread runtime, one with workers or a local one, in turn.
fn runtime(number: usize) -> BuildRuntime {
    match number / 3 % 3 {
        0 => |prepare| build(Builder::new_current_thread(), prepare),
        1 => |prepare| {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(2);
            build(builder, prepare)
        },
        _ => build_local,
    }
}

/// A `LocalRuntime`, wrapped as the attributes do it.
struct Local(LocalRuntime);

impl TestRuntime for Local {
    fn handle(&self) -> &Handle {
        self.0.handle()
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        self.0.block_on(future);
    }

    fn shutdown(self: Box<Self>, limit: Duration) -> Stop {
        self.0.shutdown_timeout(limit);
        Stop::Done
    }
}

fn build_local(prepare: &dyn Fn(&mut Builder)) -> io::Result<Box<dyn TestRuntime>> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all();
    prepare(&mut builder);
    let runtime = builder.build_local(LocalOptions::default())?;
    Ok(Box::new(Local(runtime)))
}

fn build(mut builder: Builder, prepare: &dyn Fn(&mut Builder)) -> io::Result<Box<dyn TestRuntime>> {
    builder.enable_all();
    prepare(&mut builder);
    builder.build().map(boxed)
}
