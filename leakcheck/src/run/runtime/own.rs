//! A runtime that a test's attribute builds.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    base::test_meta::Stop, check::wait::Pulse, observe::scope::outside, sys::proc_threads,
};

/// Between looks at what holds up the end of a runtime.
const LOOK: Duration = Duration::from_millis(16);

/// A runtime that a test's attribute built.
pub trait TestRuntime {
    /// Its handle.
    fn handle(&self) -> &Handle;
    /// Runs a future to its end.
    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>);
    /// Stops it; waits no longer than `limit` for what cannot be stopped.
    fn shutdown(self: Box<Self>, limit: Duration) -> Stop;
}

/// Builds the runtime that an attribute asks for, after `prepare` has seen the builder.
pub type BuildRuntime = fn(prepare: &dyn Fn(&mut Builder)) -> io::Result<Box<dyn TestRuntime>>;

impl TestRuntime for Runtime {
    fn handle(&self) -> &Handle {
        Runtime::handle(self)
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        Runtime::block_on(self, future);
    }

    fn shutdown(self: Box<Self>, limit: Duration) -> Stop {
        if self.metrics().num_alive_tasks() == 0 {
            self.shutdown_timeout(limit);
            return Stop::Done;
        }
        // Dropping a task runs the user's code, which may block for ever: let another thread wait for it.
        let (done, wait) = mpsc::channel();
        let tid = Arc::new(AtomicI32::new(0));
        let own_tid = Arc::clone(&tid);
        let stop = move || {
            own_tid.store(proc_threads::tid(), Ordering::Relaxed);
            self.shutdown_timeout(limit);
            // Nobody listens any more where it took too long.
            let _ = done.send(());
        };
        let started = outside(|| {
            thread::Builder::new()
                .name("leakcheck-shutdown".to_owned())
                .spawn(stop)
        });
        if started.is_err() {
            return Stop::Done; // It was dropped with what could not be started.
        }
        let mut pulse = Pulse::default();
        let mut wait_on = limit * 2;
        loop {
            match wait.recv_timeout(wait_on) {
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => return Stop::Done,
            }
            if !pulse.is_held_up([tid.load(Ordering::Relaxed)], limit) {
                return Stop::HeldUp;
            }
            wait_on = LOOK;
        }
    }
}

/// Wraps the usual runtime.
pub fn boxed(runtime: Runtime) -> Box<dyn TestRuntime> {
    Box::new(runtime)
}
